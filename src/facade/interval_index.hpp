// Ranges of keys and who asked for them: which of many ranges hold a key. Private to the router.
//
// A treap by (low, high) whose nodes know the greatest `high` below them: what cannot hold the key is passed over.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::facade {

class Consumer;

/// Threads: one thread at a time. Cost: O(log n) to add and remove; O(log n + found) to find.
class IntervalIndex {
 public:
  /// Keys from `low` to `high`, both included. Requires: low <= high.
  void add(const std::string& low, const std::string& high, Consumer* consumer);
  /// Requires: it was added so.
  void remove(const std::string& low, const std::string& high, Consumer* consumer);
  /// Appends whose ranges hold the key.
  void find(std::string_view key, std::vector<Consumer*>& found) const;
  [[nodiscard]] bool empty() const noexcept { return root_ == nullptr; }

 private:
  struct Node {
    std::string low;
    std::string high;
    std::string highest;                  // of this node and all below it
    std::uint64_t priority = 0;           // no node has a higher one below it
    std::vector<Consumer*> consumers;
    std::unique_ptr<Node> left;
    std::unique_ptr<Node> right;
  };
  using Link = std::unique_ptr<Node>;

  static void refresh(Node& node);
  static void rotate_left(Link& link);
  static void rotate_right(Link& link);
  void insert(Link& link, const std::string& low, const std::string& high, Consumer* consumer);
  static void erase(Link& link, const std::string& low, const std::string& high, Consumer* consumer);
  static void sink(Link& link);
  static void search(const Node* node, std::string_view key, std::vector<Consumer*>& found);

  Link root_;
  std::uint64_t seed_ = 0x9E3779B97F4A7C15u;
};

}  // namespace aurora::facade
