// TreeEditor: copies on the way to a change, and adding entries. Removing is in tree_remove.cpp.
// Called by OrderedIndex; calls leaf.

#include "index/tree_edit.hpp"

#include <algorithm>
#include <tuple>
#include <vector>

namespace aurora::index {

TreeEditor::Path TreeEditor::locate(std::string_view key) const {
  const std::size_t chunk = root_->chunks.route(key);
  const LeafFan& leaves = root_->chunks[chunk].node->leaves;
  const std::size_t leaf = leaves.route(key);
  return {chunk, leaf, leaves[leaf].node->find(key)};
}

Leaf& TreeEditor::leaf_at(const Path& path) const {
  return *root_->chunks[path.chunk].node->leaves[path.leaf].node;
}

bool TreeEditor::is_last_leaf(const Path& path) const {
  const Fan<Chunk>& chunks = root_->chunks;
  return path.chunk + 1 == chunks.size() && path.leaf + 1 == chunks[path.chunk].node->leaves.size();
}

void TreeEditor::copy_root() {
  root_ = std::make_shared<IndexRoot>(*root_);
  root_->made_at = scope_.sequence;
}

void TreeEditor::copy_chunk(Ref<Chunk>& chunk) {
  chunk = Ref<Chunk>(new Chunk(*chunk, scope_.sequence));
}

Leaf& TreeEditor::writable_leaf(const Path& path, Leaf::Room room) {
  LeafRef& leaf = writable_chunk(path.chunk).leaves.node(path.leaf);
  const bool stays = is_private(leaf->made_at);
  if (!stays || !leaf->has_room(room))
    leaf =
        leaf->copy({leaf->page_id, stays ? leaf->made_at : scope_.sequence, scope_.sequence}, room);
  leaf->changed_at = scope_.sequence;
  return *leaf;
}

Leaf::Identity TreeEditor::new_identity(std::uint32_t page_id) const noexcept {
  return {page_id, scope_.sequence, scope_.sequence};
}

/// When the ids are used up (after 2^32 splits), goes on in the longest gap between those in use.
std::uint32_t TreeEditor::take_page_id() {
  IndexRoot& root = writable_root();
  if (root.next_page == root.page_end) {
    std::vector<std::uint32_t> used;
    for (std::size_t c = 0; c < root.chunks.size(); ++c)
      for (std::size_t l = 0; l < root.chunks[c].node->leaves.size(); ++l)
        used.push_back(root.chunks[c].node->leaves[l].node.page_id());
    std::tie(root.next_page, root.page_end) = longest_free_range(std::move(used));
  }
  return root.next_page++;
}

void TreeEditor::add(std::string_view key, Ordinal ordinal) {
  if (root_->chunks.empty()) {
    Ref<Leaf> leaf = single(key, ordinal);
    Ref<Chunk> chunk(new Chunk(scope_.sequence));
    chunk->leaves.insert(0, {std::move(leaf), 1, {}});
    IndexRoot& root = writable_root();
    root.chunks.insert(0, {std::move(chunk), 1, {}});
    root.keys = root.entries = 1;
    return;
  }
  const Path path = locate(key);
  if (path.place.found)
    add_to_key(path, key, ordinal);
  else
    add_key(path, key, ordinal);
}

void TreeEditor::add_to_key(Path path, std::string_view key, Ordinal ordinal) {
  const Leaf& seen = leaf_at(path);
  const Leaf::Ordinals ordinals = seen.ordinals(path.place.at);
  if (ordinals.posting != nullptr) return add_to_posting(path, ordinal);
  if (std::binary_search(ordinals.listed.begin(), ordinals.listed.end(), ordinal)) return;
  const Leaf::Room room = seen.room_for_ordinal(path.place.at);
  if (seen.live_bytes() + room.heap_bytes > Leaf::kMaxBytes && seen.size() > 1 &&
      room.heap_bytes != 0) {
    split_in_middle(path);
    path = locate(key);
  }
  writable_leaf(path, room).add_listed(path.place.at, ordinal);
  count(path, 1, 0);
}

void TreeEditor::add_to_posting(const Path& path, Ordinal ordinal) {
  Leaf& seen = leaf_at(path);
  const std::uint32_t at = path.place.at;
  const Posting& posting = *seen.ordinals(at).posting;
  // A private posting is tried at once: the usual case of a large set then looks the ordinal up
  // once only.
  const bool in_place = is_private(posting.made_at);
  if (in_place ? !seen.writable_posting(at, scope_.sequence, scope_.newest_reader).add(ordinal)
               : posting.contains(ordinal))
    return;
  Leaf& leaf = writable_leaf(path, {0, 0});
  if (!in_place) leaf.writable_posting(at, scope_.sequence, scope_.newest_reader).add(ordinal);
  leaf.note_entries(1);
  count(path, 1, 0);
}

void TreeEditor::add_key(const Path& path, std::string_view key, Ordinal ordinal) {
  const Leaf& leaf = leaf_at(path);
  const std::uint32_t at = path.place.at;
  const std::uint32_t prefix_size = common_prefix(leaf.prefix(), key);
  const bool fits_prefix = prefix_size == leaf.prefix().size();
  const std::uint32_t old_bytes =
      fits_prefix ? leaf.live_bytes() : leaf.bytes_between(0, leaf.size(), prefix_size);
  const std::uint32_t new_bytes =
      Leaf::kSlotBytes +
      Leaf::record_bytes(static_cast<std::uint32_t>(key.size()) - prefix_size, 1);
  if (leaf.size() < Leaf::kMaxKeys && old_bytes + new_bytes <= Leaf::kMaxBytes) {
    if (!fits_prefix) shorten_prefix(path, prefix_size);
    return insert_key(path, key, ordinal);
  }
  // Keys that come in order fill pages wholly: the page is split where they arrive, not in the
  // middle.
  const bool upwards = leaf.fills_upwards() && at >= leaf.size() / 2;
  const bool alone = !fits_prefix || leaf.size() == 1;
  if (at == leaf.size() && (alone || upwards || is_last_leaf(path)))
    return add_leaf_after(path, key, ordinal);
  if (at == 0 && alone) return add_leaf_before(path, key, ordinal);
  if (upwards)
    split_leaf(path, at, key);
  else
    split_in_middle(path);
  add(key, ordinal);
}

void TreeEditor::insert_key(const Path& path, std::string_view key, Ordinal ordinal) {
  Leaf& leaf = writable_leaf(path, leaf_at(path).room_for_key(key));
  leaf.insert(path.place.at, key, {&ordinal, 1});
  count(path, 1, 1);
}

void TreeEditor::shorten_prefix(const Path& path, std::uint32_t prefix_size) {
  LeafRef& leaf = writable_chunk(path.chunk).leaves.node(path.leaf);
  const Leaf::Part all{&*leaf, 0, leaf->size()};
  leaf = Leaf::assemble(new_identity(leaf->page_id), {&all, 1}, prefix_size, {8, 128});
}

Ref<Leaf> TreeEditor::single(std::string_view key, Ordinal ordinal) {
  const auto size = static_cast<std::uint32_t>(key.size());
  Ref<Leaf> leaf =
      Leaf::make(new_identity(take_page_id()), key, {1, size + Leaf::record_bytes(0, 1)});
  leaf->insert(0, key, {&ordinal, 1});
  return leaf;
}

/// The new leaf takes the place and the lower bound of the one after it.
void TreeEditor::add_leaf_before(const Path& path, std::string_view key, Ordinal ordinal) {
  Ref<Leaf> leaf = single(key, ordinal);
  LeafFan& leaves = writable_chunk(path.chunk).leaves;
  std::string lower = leaves[path.leaf].lower;
  leaves.set_lower(path.leaf, separator(key, leaf_at(path).key(0)));
  leaves.insert(path.leaf, {std::move(leaf), 0, std::move(lower)});
  count(path, 1, 1);
  split_chunk_if_full(path.chunk);
}

void TreeEditor::add_leaf_after(const Path& path, std::string_view key, Ordinal ordinal) {
  Ref<Leaf> leaf = single(key, ordinal);
  const Leaf& before = leaf_at(path);
  std::string lower = separator(before.key(before.size() - 1), key);
  const Path added{path.chunk, path.leaf + 1, {0, true}};
  writable_chunk(path.chunk).leaves.insert(added.leaf, {std::move(leaf), 0, std::move(lower)});
  count(added, 1, 1);
  split_chunk_if_full(path.chunk);
}

/// `right_first` is the first key the right page will have, which may be one still to come.
void TreeEditor::split_leaf(const Path& path, std::uint32_t at, std::string_view right_first) {
  const std::uint32_t page_id = take_page_id();
  LeafFan& leaves = writable_chunk(path.chunk).leaves;
  const LeafRef whole = leaves[path.leaf].node;
  const auto part = [&](std::uint32_t id, std::uint32_t begin, std::uint32_t end) {
    const Leaf::Part range{&*whole, begin, end};
    const std::uint32_t prefix = common_prefix(whole->key(begin), whole->key(end - 1));
    return Leaf::assemble(new_identity(id), {&range, 1}, prefix, {4, 64});
  };
  std::string lower = separator(whole->key(at - 1), right_first);
  Ref<Leaf> right = part(page_id, at, whole->size());
  Ref<Leaf> left = part(whole->page_id, 0, at);
  leaves.entries(path.leaf) = left->entries();
  leaves.node(path.leaf) = std::move(left);
  const std::uint64_t entries = right->entries();
  leaves.insert(path.leaf + 1, {std::move(right), entries, std::move(lower)});
  split_chunk_if_full(path.chunk);
}

/// In the middle of the bytes. Requires: two keys or more.
void TreeEditor::split_in_middle(const Path& path) {
  const Leaf& leaf = leaf_at(path);
  const auto prefix_size = static_cast<std::uint32_t>(leaf.prefix().size());
  const std::uint32_t half = leaf.live_bytes() / 2;
  std::uint32_t at = 1;
  for (std::uint32_t bytes = 0; at + 1 < leaf.size(); ++at) {
    bytes += leaf.bytes_between(at - 1, at, prefix_size) - prefix_size;
    if (bytes >= half) break;
  }
  split_leaf(path, at, leaf.key(at));
}

void TreeEditor::split_chunk_if_full(std::size_t chunk) {
  IndexRoot& root = writable_root();
  LeafFan& left = writable_chunk(chunk).leaves;
  if (left.size() <= Chunk::kMaxLeaves) return;
  // The last chunk of an index that grows at its end is left full.
  const bool at_end = chunk + 1 == root.chunks.size() && left[left.size() - 1].node->size() == 1;
  Ref<Chunk> right(new Chunk(scope_.sequence));
  left.move_tail(at_end ? left.size() - 1 : left.size() / 2, right->leaves);
  const std::uint64_t entries = right->leaves.total_entries();
  std::string lower = right->leaves[0].lower;
  root.chunks.entries(chunk) -= entries;
  root.chunks.insert(chunk + 1, {std::move(right), entries, std::move(lower)});
}

}  // namespace aurora::index
