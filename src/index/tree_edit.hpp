// Changes of the tree: adding and removing one entry, with the copies X1 asks for, splits and
// merges. Called by OrderedIndex; calls leaf.
#pragma once

#include <aurora/index/ordered_index.hpp>

#include <memory>
#include <string_view>

#include "index/tree.hpp"

namespace aurora::index {

/// One change under one scope.
/// Invariants: a node is written only when made after scope.newest_reader; its copy is stamped with
/// scope.sequence. `root` is replaced when it is copied.
class TreeEditor {
 public:
  TreeEditor(std::shared_ptr<IndexRoot>& root, const EditScope& scope) noexcept
      : root_(root), scope_(scope) {}

  void add(std::string_view key, Ordinal ordinal);
  void remove(std::string_view key, Ordinal ordinal);

 private:
  struct Path {
    std::size_t chunk;
    std::size_t leaf;
    Leaf::Place place;
  };

  [[nodiscard]] bool is_private(Sequence made_at) const noexcept {
    return made_at > scope_.newest_reader;
  }
  [[nodiscard]] Path locate(std::string_view key) const;
  [[nodiscard]] Leaf& leaf_at(const Path& path) const;
  [[nodiscard]] bool is_last_leaf(const Path& path) const;

  // Inline what every change does: the copies are the exception.
  IndexRoot& writable_root() {
    if (!is_private(root_->made_at)) copy_root();
    return *root_;
  }
  Chunk& writable_chunk(std::size_t chunk) {
    Ref<Chunk>& node = writable_root().chunks.node(chunk);
    if (!is_private(node->made_at)) copy_chunk(node);
    return *node;
  }
  void copy_root();
  void copy_chunk(Ref<Chunk>& chunk);
  /// With the room, private, and stamped as changed.
  Leaf& writable_leaf(const Path& path, Leaf::Room room);
  [[nodiscard]] Leaf::Identity new_identity(std::uint32_t page_id) const noexcept;
  std::uint32_t take_page_id();
  void count(const Path& path, std::int64_t entries, std::int64_t keys) {
    IndexRoot& root = writable_root();
    root.keys += static_cast<std::uint64_t>(keys);
    root.entries += static_cast<std::uint64_t>(entries);
    root.chunks.entries(path.chunk) += static_cast<std::uint64_t>(entries);
    writable_chunk(path.chunk).leaves.entries(path.leaf) += static_cast<std::uint64_t>(entries);
  }

  void add_to_key(Path path, std::string_view key, Ordinal ordinal);
  void add_to_posting(const Path& path, Ordinal ordinal);
  void add_key(const Path& path, std::string_view key, Ordinal ordinal);
  void insert_key(const Path& path, std::string_view key, Ordinal ordinal);
  void shorten_prefix(const Path& path, std::uint32_t prefix_size);
  [[nodiscard]] Ref<Leaf> single(std::string_view key, Ordinal ordinal);
  void add_leaf_before(const Path& path, std::string_view key, Ordinal ordinal);
  void add_leaf_after(const Path& path, std::string_view key, Ordinal ordinal);
  void split_leaf(const Path& path, std::uint32_t at, std::string_view right_first);
  void split_in_middle(const Path& path);
  void split_chunk_if_full(std::size_t chunk);

  void remove_from_posting(const Path& path, Ordinal ordinal);
  void remove_key(const Path& path);
  void remove_leaf(const Path& path);
  void merge_if_small(const Path& path);
  bool merge_leaves(std::size_t chunk, std::size_t left);
  void merge_chunk_if_small(std::size_t chunk);

  std::shared_ptr<IndexRoot>& root_;
  const EditScope& scope_;
};

}  // namespace aurora::index
