// The nodes above the leaves: root → chunks → leaves, three levels always.
// Read by ordered_index, edited by tree_edit, built by tree_build.
//
// Both upper levels are a Fan: children in key order, told apart by separators. Child i holds the
// keys from its `lower` up to the next child's; the first child's `lower` is not looked at
// (everything below goes there).
#pragma once

#include <aurora/document/record.hpp>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "index/column_tree.hpp"
#include "index/leaf.hpp"
#include "index/ref.hpp"
#include "index/stored_leaf.hpp"

namespace aurora::index {

/// The first 8 bytes of a key as a number that orders as they do; zero-padded.
inline std::uint64_t key_head(std::string_view key) noexcept {
  if (key.size() >= 8) return load_be<std::uint64_t>(key.data());
  std::uint64_t head = 0;
  for (std::size_t i = 0; i < key.size(); ++i)
    head |= std::uint64_t{static_cast<unsigned char>(key[i])} << (56 - 8 * i);
  return head;
}

/// `Handle` holds a child: a Ref, or what reads it when it is needed.
template <class Node, class Handle = Ref<Node>>
class Fan {
 public:
  struct Child {
    Handle node;
    std::uint64_t entries;  ///< ordinals below
    std::string lower;
  };

  [[nodiscard]] std::size_t size() const noexcept { return children_.size(); }
  [[nodiscard]] bool empty() const noexcept { return children_.empty(); }
  [[nodiscard]] const Child& operator[](std::size_t at) const noexcept { return children_[at]; }
  [[nodiscard]] Handle& node(std::size_t at) noexcept { return children_[at].node; }
  [[nodiscard]] std::uint64_t& entries(std::size_t at) noexcept { return children_[at].entries; }

  /// The child `key` belongs to. Requires: !empty().
  [[nodiscard]] std::size_t route(std::string_view key) const noexcept {
    // The heads settle nearly all; separators are compared only among equal heads.
    const std::uint64_t head = key_head(key);
    const auto equal = std::lower_bound(heads_.begin() + 1, heads_.end(), head);
    auto low = static_cast<std::size_t>(equal - heads_.begin());
    std::size_t high = low;
    if (equal != heads_.end() && *equal == head)
      high = static_cast<std::size_t>(std::upper_bound(equal, heads_.end(), head) - heads_.begin());
    while (low < high) {
      const std::size_t middle = low + (high - low) / 2;
      if (children_[middle].lower <= key)
        low = middle + 1;
      else
        high = middle;
    }
    return low - 1;
  }

  void insert(std::size_t at, Child child) {
    heads_.insert(heads_.begin() + static_cast<std::ptrdiff_t>(at), key_head(child.lower));
    children_.insert(children_.begin() + static_cast<std::ptrdiff_t>(at), std::move(child));
  }
  void erase(std::size_t at) {
    heads_.erase(heads_.begin() + static_cast<std::ptrdiff_t>(at));
    children_.erase(children_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void set_lower(std::size_t at, std::string lower) {
    heads_[at] = key_head(lower);
    children_[at].lower = std::move(lower);
  }
  /// Moves the children from `at` on to the end of `other`.
  void move_tail(std::size_t at, Fan& other) {
    const auto from = static_cast<std::ptrdiff_t>(at);
    other.heads_.insert(other.heads_.end(), heads_.begin() + from, heads_.end());
    other.children_.insert(other.children_.end(), std::make_move_iterator(children_.begin() + from),
                           std::make_move_iterator(children_.end()));
    heads_.resize(at);
    children_.erase(children_.begin() + from, children_.end());
  }

  [[nodiscard]] std::uint64_t total_entries() const noexcept {
    std::uint64_t total = 0;
    for (const Child& child : children_) total += child.entries;
    return total;
  }
  [[nodiscard]] std::size_t memory_bytes() const noexcept {
    std::size_t bytes =
        heads_.capacity() * sizeof(std::uint64_t) + children_.capacity() * sizeof(Child);
    for (const Child& child : children_)
      if (child.lower.capacity() > std::string().capacity()) bytes += child.lower.capacity() + 1;
    return bytes;
  }

 private:
  std::vector<std::uint64_t> heads_;  // key_head of each child's lower
  std::vector<Child> children_;
};

using LeafFan = Fan<Leaf, LeafRef>;

struct Chunk {
  /// Of one size with the number of chunks at some ten million entries, so that copying a path is
  /// cheapest.
  static constexpr std::size_t kMaxLeaves = 128;

  explicit Chunk(Sequence made) : made_at(made) {}
  Chunk(const Chunk& other, Sequence made) : made_at(made), leaves(other.leaves) {}
  static void destroy(const Chunk* chunk) noexcept { delete chunk; }

  RefCount refs;
  Sequence made_at;
  LeafFan leaves;  // not empty once in a tree
};

/// The shortest separator s with left < s <= right. Requires: left < right.
[[nodiscard]] inline std::string separator(std::string_view left, std::string_view right) {
  return std::string(right.substr(0, common_prefix(left, right) + 1));
}

/// The longest [first, end) of ids not in `used`; the ids after the last one when there are many.
[[nodiscard]] std::pair<std::uint32_t, std::uint32_t> longest_free_range(
    std::vector<std::uint32_t> used);

}  // namespace aurora::index

namespace aurora {

struct IndexRoot {
  Sequence made_at = 0;
  std::uint64_t keys = 0;
  std::uint64_t entries = 0;
  std::uint32_t next_page = 0;  // ids from here up to page_end stand for no page
  std::uint32_t page_end = UINT32_MAX;
  index::Fan<index::Chunk> chunks;
  std::uint64_t edits = 0;                     // since the index was made or loaded
  std::shared_ptr<index::ColumnRoot> column;   // null: none follows the index
  std::shared_ptr<index::ColumnSlot> slot = std::make_shared<index::ColumnSlot>();   // of all versions
};

}  // namespace aurora
