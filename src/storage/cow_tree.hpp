// An ordered map with snapshots that cost nothing to take: a B+ tree that copies on write.
// The memory store keeps one for each family; its cursors hold snapshots.
//
// 1. A node carries the generation it was made in. Taking a snapshot ends the tree's generation.
// 2. A node is changed only in its own generation: older ones may be seen by snapshots and are
// copied first,
//    together with the path above them. So what a snapshot reaches never changes, and is read
//    without locks.
// 3. Every node but an empty tree's root holds at least one entry. Nodes are not merged when they
// get
//    small, only dropped when empty: rows vanish in order (logs) or come back (updates), and both
//    leave no sparse nodes behind for long.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::storage {

/// Threads: const calls from many threads, others alone; snapshots from any thread, at any time.
/// Cost: O(log n) a call; a change copies at most one path of nodes after each snapshot.
class CowTree {
 public:
  using Value = std::shared_ptr<const std::string>;
  struct Node;
  using NodeRef = std::shared_ptr<Node>;

  CowTree();
  CowTree(CowTree&&) noexcept;
  CowTree& operator=(CowTree&&) noexcept;
  ~CowTree();

  /// Null when absent.
  [[nodiscard]] Value get(std::string_view key) const;
  void put(std::string_view key, Value value);
  /// Whether the key was there.
  bool remove(std::string_view key);
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Bytes of keys, values and an estimate for their nodes.
  [[nodiscard]] std::size_t byte_size() const noexcept { return bytes_; }

  /// A place in a snapshot.
  /// Threads: one at a time. Owns: a share of the snapshot.
  class Iterator {
   public:
    explicit Iterator(std::shared_ptr<const Node> root) : root_(std::move(root)) {}

    /// To the first key >= `key`.
    void seek(std::string_view key);
    /// To the last key <= `key`.
    void seek_for_prev(std::string_view key);
    void seek_to_last();
    /// Requires: valid().
    void next();
    /// Requires: valid().
    void prev();
    [[nodiscard]] bool valid() const noexcept { return !path_.empty(); }
    /// Requires: valid().
    [[nodiscard]] const std::string& key() const noexcept;
    [[nodiscard]] const std::string& value() const noexcept;

   private:
    struct Step {
      const Node* node;
      std::size_t index;
    };
    void descend(std::string_view key);
    void descend_to_edge(bool to_last);
    void leave_leaf(bool forward);

    std::shared_ptr<const Node> root_;
    std::vector<Step> path_;  // root to leaf; empty: nowhere
  };

  /// The tree as it is now.
  [[nodiscard]] Iterator snapshot();

 private:
  struct Split {
    std::string key;  // the first of the right node
    NodeRef right;
  };
  [[nodiscard]] NodeRef make_node(bool leaf) const;
  [[nodiscard]] Node& writable(NodeRef& slot) const;
  [[nodiscard]] std::optional<Split> insert(NodeRef& slot, std::string_view key, Value&& value);
  [[nodiscard]] std::optional<Split> split_if_full(Node& node, std::size_t touched) const;
  void erase(NodeRef& slot, std::string_view key);

  NodeRef root_;
  std::uint64_t generation_ = 0;
  std::size_t size_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace aurora::storage
