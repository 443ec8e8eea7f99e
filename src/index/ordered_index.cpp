// OrderedIndex: the writable head, and its invariants checked. Reading is in index_version.cpp,
// pages in index_pages.cpp. Called by the commit pipeline, index builds and verify(); calls
// tree_edit and tree_build.

#include <aurora/index/ordered_index.hpp>

#include <aurora/base/try.hpp>
#include <aurora/index/key.hpp>

#include <algorithm>
#include <cassert>
#include <stdexcept>
#include <unordered_set>

#include "index/tree_build.hpp"
#include "index/tree_edit.hpp"

namespace aurora {
namespace {

using index::Chunk;
using index::Leaf;

static_assert(kMaxKeyBytes <= Leaf::kMaxKeySize);

void check_size(std::string_view key) {
  if (key.size() > Leaf::kMaxKeySize)
    throw std::length_error("index key longer than an index page takes");
}

/// X2, the bounds between nodes and every counter.
class Checker {
 public:
  Status check(const IndexRoot& root) {
    for (std::size_t c = 0; c < root.chunks.size(); ++c) {
      const auto& child = root.chunks[c];
      if (child.node->leaves.empty()) return corrupt("an empty chunk");
      const std::uint64_t before = entries_;
      for (std::size_t l = 0; l < child.node->leaves.size(); ++l) {
        const auto& leaf = child.node->leaves[l];
        const bool first = c == 0 && l == 0;
        AURORA_TRY(check_leaf(leaf, first    ? std::string_view()
                                    : l == 0 ? child.lower
                                             : leaf.lower));
      }
      if (entries_ - before != child.entries) return corrupt("wrong entry count of a chunk");
    }
    if (entries_ != root.entries) return corrupt("wrong entry count");
    if (keys_ != root.keys) return corrupt("wrong key count");
    return {};
  }

 private:
  static Error corrupt(const std::string& what) {
    return Error(ErrorCode::kCorruption, "index: " + what);
  }

  Status check_leaf(const index::LeafFan::Child& child, std::string_view lower) {
    const Leaf& leaf = *child.node;
    const std::string page = " in page " + std::to_string(leaf.page_id);
    if (leaf.size() == 0) return corrupt("no keys" + page);
    if (!page_ids_.insert(leaf.page_id).second) return corrupt("two of one id" + page);
    if (keys_ != 0 && last_key_ >= lower) return corrupt("keys beyond the bound before" + page);
    std::uint64_t entries = 0;
    for (std::uint32_t at = 0; at < leaf.size(); ++at) {
      std::string key = leaf.key(at);
      if (key < lower || (keys_ != 0 && key <= last_key_))
        return corrupt("keys do not rise" + page);
      const Leaf::Place place = leaf.find(key);
      if (!place.found || place.at != at) return corrupt("a key that is not found" + page);
      if (!are_sound(leaf.ordinals(at))) return corrupt("unsound ordinals" + page);
      entries += leaf.count(at);
      ++keys_;
      last_key_ = std::move(key);
    }
    if (entries != leaf.entries() || entries != child.entries)
      return corrupt("wrong entry count" + page);
    entries_ += entries;
    return {};
  }

  static bool are_sound(const Leaf::Ordinals& ordinals) {
    std::span<const Ordinal> listed = ordinals.listed;
    if (const index::Posting* posting = ordinals.posting) {
      if (const OrdinalSet* set = posting->set())
        return set->size() != 0 && set->size() == posting->count();
      listed = posting->list();
      if (listed.size() != posting->count()) return false;
    }
    return !listed.empty() &&
           std::adjacent_find(listed.begin(), listed.end(), std::greater_equal<>()) == listed.end();
  }

  std::string last_key_;
  std::uint64_t keys_ = 0;
  std::uint64_t entries_ = 0;
  std::unordered_set<std::uint32_t> page_ids_;
};

}  // namespace

OrderedIndex::OrderedIndex() : root_(std::make_shared<IndexRoot>()) {}
OrderedIndex::~OrderedIndex() = default;
OrderedIndex::OrderedIndex(OrderedIndex&&) noexcept = default;
OrderedIndex& OrderedIndex::operator=(OrderedIndex&&) noexcept = default;

void OrderedIndex::add(std::string_view key, Ordinal ordinal, const EditScope& scope) {
  assert(scope.sequence > scope.newest_reader);
  check_size(key);
  own_root(scope);
  index::TreeEditor(root_, scope).add(key, ordinal);
  index::follow_edit(*root_, key, ordinal, true, scope);
}

void OrderedIndex::remove(std::string_view key, Ordinal ordinal, const EditScope& scope) {
  assert(scope.sequence > scope.newest_reader);
  own_root(scope);
  index::TreeEditor(root_, scope).remove(key, ordinal);
  index::follow_edit(*root_, key, ordinal, false, scope);
}

void OrderedIndex::own_root(const EditScope& scope) {
  if (root_->made_at > scope.newest_reader) return;
  root_ = std::make_shared<IndexRoot>(*root_);
  root_->made_at = scope.sequence;
}

void OrderedIndex::forget_column() {
  root_ = std::make_shared<IndexRoot>(*root_);
  root_->column.reset();
  root_->edits = 0;
  root_->slot = std::make_shared<index::ColumnSlot>();
}

IndexVersion OrderedIndex::version() const { return IndexVersion(root_); }

OrderedIndex OrderedIndex::build(std::vector<std::pair<std::string, Ordinal>> sorted,
                                 Sequence sequence) {
  assert(std::is_sorted(sorted.begin(), sorted.end()));
  index::TreeBuilder tree(sequence);
  index::LeafBuilder leaf;
  std::uint32_t page_id = 0;
  std::vector<Ordinal> ordinals;
  for (std::size_t begin = 0; begin < sorted.size();) {
    const std::string& key = sorted[begin].first;
    check_size(key);
    ordinals.clear();
    std::size_t end = begin;
    for (; end < sorted.size() && sorted[end].first == key; ++end)
      if (ordinals.empty() || ordinals.back() != sorted[end].second)
        ordinals.push_back(sorted[end].second);
    if (!leaf.fits(key, ordinals.size())) tree.add(leaf.finish({page_id++, sequence, sequence}));
    leaf.add(key, ordinals, sequence);
    begin = end;
  }
  if (!leaf.empty()) tree.add(leaf.finish({page_id, sequence, sequence}));
  OrderedIndex index;
  index.root_ = tree.finish();
  return index;
}

Status OrderedIndex::check(const IndexVersion& version) {
  return version.root_ ? Checker().check(*version.root_) : Status();
}

}  // namespace aurora
