// LeafBuilder and TreeBuilder; the choice of free page ids.
// Called by OrderedIndex::build and loading.

#include "index/tree_build.hpp"

#include <algorithm>
#include <tuple>

namespace aurora::index {
namespace {

constexpr std::size_t kBuiltLeaves =
    Chunk::kMaxLeaves / 4 * 3;  // of a chunk: room for splits to come
constexpr std::uint32_t kPadding = 3;

}  // namespace

std::string_view LeafBuilder::last_key() const noexcept {
  return items_.empty() ? std::string_view() : key(items_.back());
}

std::uint32_t LeafBuilder::prefix_with(std::string_view last) const noexcept {
  return common_prefix(key(items_.front()), last);
}

bool LeafBuilder::fits(std::string_view key, std::size_t ordinals) const noexcept {
  if (items_.empty()) return true;
  if (items_.size() == Leaf::kMaxKeys) return false;
  const std::size_t n = items_.size() + 1;
  const std::size_t prefix = prefix_with(key);
  const auto code = static_cast<std::uint32_t>(ordinals <= Leaf::kMaxInline ? ordinals : 0);
  const std::size_t inline_bytes = inline_bytes_ + 4 * Leaf::inline_capacity(code);
  // Each record gains its header and loses the prefix and two bytes to its head.
  return keys_.size() + key.size() + prefix + inline_bytes + n * Leaf::kSlotBytes <=
         Leaf::kMaxBytes + n * prefix;
}

void LeafBuilder::add(std::string_view key, std::span<const Ordinal> ordinals, Sequence made_at) {
  if (ordinals.size() > Leaf::kMaxInline)
    return add_item(key, 0, Ref<Posting>(new Posting(ordinals, made_at)));
  add_item(key, static_cast<std::uint32_t>(ordinals.size()), {});
  ordinals_.insert(ordinals_.end(), ordinals.begin(), ordinals.end());
}

void LeafBuilder::add(std::string_view key, OrdinalSet set, Sequence made_at) {
  if (set.size() > Posting::kMaxList)
    return add_item(key, 0, Ref<Posting>(new Posting(std::move(set), made_at)));
  std::vector<Ordinal> ordinals;
  set.append_to(ordinals);
  add(key, ordinals, made_at);
}

void LeafBuilder::add_item(std::string_view key, std::uint32_t code, Ref<Posting> posting) {
  items_.push_back({keys_.size(), static_cast<std::uint32_t>(key.size()), code, ordinals_.size(),
                    std::move(posting)});
  keys_ += key;
  if (code >= 2) inline_bytes_ += 4 * Leaf::inline_capacity(code) + kPadding;
}

std::size_t LeafBuilder::heap_bytes() const noexcept {
  const std::uint32_t prefix = prefix_with(last_key());
  std::size_t bytes = prefix;
  for (const Item& item : items_)
    bytes +=
        Leaf::record_bytes(item.key_size - prefix, item.code) + (item.code >= 2 ? kPadding : 0);
  return bytes;
}

Ref<Leaf> LeafBuilder::finish(const Leaf::Identity& identity) {
  const std::string_view prefix = last_key().substr(0, prefix_with(last_key()));
  const Leaf::Room room{static_cast<std::uint32_t>(items_.size()),
                        static_cast<std::uint32_t>(heap_bytes())};
  Ref<Leaf> leaf = Leaf::make(identity, prefix, room);
  for (Item& item : items_)
    leaf->insert(leaf->size(), key(item),
                 std::span(ordinals_).subspan(item.ordinals_begin, item.code),
                 std::move(item.posting));
  keys_.clear();
  ordinals_.clear();
  items_.clear();
  inline_bytes_ = 0;
  return leaf;
}

TreeBuilder::TreeBuilder(Sequence made_at) : root_(std::make_shared<IndexRoot>()) {
  root_->made_at = made_at;
}

void TreeBuilder::add(Ref<Leaf> leaf) {
  std::string lower = page_ids_.empty() ? std::string() : separator(last_key_, leaf->key(0));
  last_key_ = leaf->key(leaf->size() - 1);
  const std::uint64_t keys = leaf->size();
  const std::uint64_t entries = leaf->entries();
  add_child(std::move(leaf), keys, entries, std::move(lower));
}

void TreeBuilder::add(LeafRef leaf, const DirectoryRow& row) {
  // The last key before is not known: the first one here parts them as well, only not as shortly.
  add_child(std::move(leaf), row.keys, row.entries, page_ids_.empty() ? std::string() : row.first_key);
}

void TreeBuilder::add_child(LeafRef leaf, std::uint64_t keys, std::uint64_t entries, std::string lower) {
  Fan<Chunk>& chunks = root_->chunks;
  if (chunks.empty() || chunks[chunks.size() - 1].node->leaves.size() == kBuiltLeaves)
    chunks.insert(chunks.size(), {Ref<Chunk>(new Chunk(root_->made_at)), 0, lower});
  const std::size_t last = chunks.size() - 1;
  page_ids_.push_back(leaf.page_id());
  root_->keys += keys;
  root_->entries += entries;
  chunks.entries(last) += entries;
  LeafFan& leaves = chunks.node(last)->leaves;
  leaves.insert(leaves.size(), {std::move(leaf), entries, std::move(lower)});
}

std::shared_ptr<IndexRoot> TreeBuilder::finish() {
  std::tie(root_->next_page, root_->page_end) = longest_free_range(std::move(page_ids_));
  return std::move(root_);
}

std::pair<std::uint32_t, std::uint32_t> longest_free_range(std::vector<std::uint32_t> used) {
  constexpr std::uint32_t kEnough = 1u << 31;
  std::sort(used.begin(), used.end());
  std::uint32_t free_from = used.empty() ? 0 : used.back() + 1;
  if (used.empty() || (free_from != 0 && free_from < kEnough)) return {free_from, UINT32_MAX};
  std::pair<std::uint32_t, std::uint32_t> longest{0, 0};
  const auto consider = [&](std::uint32_t begin, std::uint32_t end) {
    if (begin < end && end - begin > longest.second - longest.first) longest = {begin, end};
  };
  free_from = 0;
  for (const std::uint32_t id : used) {
    consider(free_from, id);
    free_from = id + 1;
  }
  if (free_from != 0) consider(free_from, UINT32_MAX);
  return longest;
}

}  // namespace aurora::index
