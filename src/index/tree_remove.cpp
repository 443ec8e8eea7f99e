// TreeEditor: removing entries, keys and pages, and merging what has become small.
// Called by OrderedIndex; calls leaf.

#include <algorithm>

#include "index/tree_edit.hpp"

namespace aurora::index {
namespace {

// A node is small below a quarter, and merged when at most three quarters full then: it neither
// splits again soon nor merges at every removal.
constexpr std::uint32_t kSmallBytes = Leaf::kMaxBytes / 4;
constexpr std::uint32_t kMergedBytes = Leaf::kMaxBytes / 4 * 3;
constexpr std::uint32_t kSmallKeys = Leaf::kMaxKeys / 4;
constexpr std::uint32_t kMergedKeys = Leaf::kMaxKeys / 4 * 3;
constexpr std::size_t kSmallLeaves = Chunk::kMaxLeaves / 4;
constexpr std::size_t kMergedLeaves = Chunk::kMaxLeaves / 4 * 3;

}  // namespace

void TreeEditor::remove(std::string_view key, Ordinal ordinal) {
  if (root_->chunks.empty()) return;
  const Path path = locate(key);
  if (!path.place.found) return;
  const Leaf::Ordinals ordinals = leaf_at(path).ordinals(path.place.at);
  if (ordinals.posting != nullptr) return remove_from_posting(path, ordinal);
  if (!std::binary_search(ordinals.listed.begin(), ordinals.listed.end(), ordinal)) return;
  if (ordinals.listed.size() == 1) return remove_key(path);
  writable_leaf(path, {0, 0}).remove_listed(path.place.at, ordinal);
  count(path, -1, 0);
}

void TreeEditor::remove_from_posting(const Path& path, Ordinal ordinal) {
  Leaf& seen = leaf_at(path);
  const std::uint32_t at = path.place.at;
  const Posting& posting = *seen.ordinals(at).posting;
  const bool in_place = is_private(posting.made_at);
  const std::uint64_t rest = posting.count() - 1;
  if (in_place ? !seen.writable_posting(at, scope_.sequence, scope_.newest_reader).remove(ordinal)
               : !posting.contains(ordinal))
    return;
  const bool becomes_inline = rest <= Leaf::kPostingBecomesInline;
  Leaf& leaf = writable_leaf(path, becomes_inline ? seen.room_for_inline(at) : Leaf::Room{0, 0});
  if (!in_place) leaf.writable_posting(at, scope_.sequence, scope_.newest_reader).remove(ordinal);
  if (becomes_inline) leaf.inline_posting(at);
  leaf.note_entries(-1);
  count(path, -1, 0);
}

void TreeEditor::remove_key(const Path& path) {
  if (leaf_at(path).size() == 1) return remove_leaf(path);
  writable_leaf(path, {0, 0}).erase(path.place.at);
  count(path, -1, -1);
  merge_if_small(path);
}

void TreeEditor::remove_leaf(const Path& path) {
  count(path, -1, -1);
  LeafFan& leaves = writable_chunk(path.chunk).leaves;
  leaves.erase(path.leaf);
  if (leaves.empty())
    writable_root().chunks.erase(path.chunk);
  else
    merge_chunk_if_small(path.chunk);
}

void TreeEditor::merge_if_small(const Path& path) {
  const Leaf& leaf = leaf_at(path);
  if (leaf.live_bytes() >= kSmallBytes || leaf.size() >= kSmallKeys) return;
  const std::size_t leaves = root_->chunks[path.chunk].node->leaves.size();
  const bool merged = (path.leaf + 1 < leaves && merge_leaves(path.chunk, path.leaf)) ||
                      (path.leaf > 0 && merge_leaves(path.chunk, path.leaf - 1));
  if (merged) merge_chunk_if_small(path.chunk);
}

/// Merges leaf `left` and the next into one, with the id of the left; false when that would be too
/// large.
bool TreeEditor::merge_leaves(std::size_t chunk, std::size_t left) {
  const LeafFan& seen = root_->chunks[chunk].node->leaves;
  const Leaf& a = *seen[left].node;
  const Leaf& b = *seen[left + 1].node;
  if (a.live_bytes() + b.live_bytes() > kMergedBytes || a.size() + b.size() > kMergedKeys)
    return false;
  // The keys of both may have less in common than those of each.
  const std::uint32_t prefix = common_prefix(a.key(0), b.key(b.size() - 1));
  if (a.bytes_between(0, a.size(), prefix) + b.bytes_between(0, b.size(), prefix) > kMergedBytes)
    return false;
  const Leaf::Part parts[] = {{&a, 0, a.size()}, {&b, 0, b.size()}};
  Ref<Leaf> merged = Leaf::assemble(new_identity(a.page_id), parts, prefix, {0, 0});
  LeafFan& leaves = writable_chunk(chunk).leaves;
  leaves.entries(left) = merged->entries();
  leaves.node(left) = std::move(merged);
  leaves.erase(left + 1);
  return true;
}

void TreeEditor::merge_chunk_if_small(std::size_t chunk) {
  const Fan<Chunk>& chunks = root_->chunks;
  const std::size_t size = chunks[chunk].node->leaves.size();
  if (size >= kSmallLeaves) return;
  const auto fits = [&](std::size_t other) {
    return other < chunks.size() && size + chunks[other].node->leaves.size() <= kMergedLeaves;
  };
  std::size_t left = chunk;
  if (!fits(chunk + 1)) {
    if (chunk == 0 || !fits(chunk - 1)) return;
    left = chunk - 1;
  }
  Fan<Chunk>& root = writable_root().chunks;
  LeafFan& into = writable_chunk(left).leaves;
  Chunk from(*root[left + 1].node, scope_.sequence);
  from.leaves.set_lower(0, root[left + 1].lower);  // within one chunk the bound is looked at
  from.leaves.move_tail(0, into);
  root.entries(left) += root[left + 1].entries;
  root.erase(left + 1);
}

}  // namespace aurora::index
