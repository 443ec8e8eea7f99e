// IndexVersion: reading one state of an index.
// Called by plan and exec; calls leaf and OrdinalSet.

#include <aurora/index/ordered_index.hpp>

#include <algorithm>

#include "index/tree.hpp"

namespace aurora {
namespace {

using index::Chunk;
using index::Leaf;
using index::LeafFan;

/// A place between entries: before key `at` of a leaf, where `at` may be one past its last.
struct Position {
  std::size_t chunk;
  std::size_t leaf;
  std::uint32_t at;
};

struct Span {
  Position begin;
  Position end;
};

const Leaf& leaf_at(const IndexRoot& root, std::size_t chunk, std::size_t leaf) {
  return *root.chunks[chunk].node->leaves[leaf].node;
}

/// Of the first key not less than `key`.
Position position_of(const IndexRoot& root, std::string_view key) {
  const std::size_t chunk = root.chunks.route(key);
  const std::size_t leaf = root.chunks[chunk].node->leaves.route(key);
  return {chunk, leaf, leaf_at(root, chunk, leaf).find(key).at};
}

/// Null when the range holds nothing for sure.
std::optional<Span> span_of(const IndexRoot* root, const KeyRange& range) {
  if (root == nullptr || root->chunks.empty()) return std::nullopt;
  if (!range.upper.empty() && range.lower >= range.upper) return std::nullopt;
  Span span{{0, 0, 0}, {}};
  if (!range.lower.empty()) span.begin = position_of(*root, range.lower);
  if (!range.upper.empty()) {
    span.end = position_of(*root, range.upper);
  } else {
    const std::size_t chunk = root->chunks.size() - 1;
    const std::size_t leaf = root->chunks[chunk].node->leaves.size() - 1;
    span.end = {chunk, leaf, leaf_at(*root, chunk, leaf).size()};
  }
  return span;
}

/// The leaf and the part of it that lies in the span.
struct LeafPart {
  const Leaf* leaf;
  std::uint32_t begin;
  std::uint32_t end;
};

LeafPart part_at(const IndexRoot& root, const Span& span, std::size_t chunk, std::size_t leaf) {
  const Leaf& page = leaf_at(root, chunk, leaf);
  const bool first = chunk == span.begin.chunk && leaf == span.begin.leaf;
  const bool last = chunk == span.end.chunk && leaf == span.end.leaf;
  return {&page, first ? span.begin.at : 0, last ? span.end.at : page.size()};
}

/// Calls `visit` with each part in key order until it returns false.
template <class Visit>
void for_each_part(const IndexRoot& root, const Span& span, Visit visit) {
  for (std::size_t c = span.begin.chunk; c <= span.end.chunk; ++c) {
    const std::size_t leaves = root.chunks[c].node->leaves.size();
    const std::size_t begin = c == span.begin.chunk ? span.begin.leaf : 0;
    const std::size_t end = c == span.end.chunk ? span.end.leaf + 1 : leaves;
    for (std::size_t l = begin; l < end; ++l)
      if (!visit(part_at(root, span, c, l))) return;
  }
}

template <class Visit>
void for_each_part_backward(const IndexRoot& root, const Span& span, Visit visit) {
  for (std::size_t c = span.end.chunk + 1; c-- > span.begin.chunk;) {
    const std::size_t leaves = root.chunks[c].node->leaves.size();
    const std::size_t begin = c == span.begin.chunk ? span.begin.leaf : 0;
    for (std::size_t l = c == span.end.chunk ? span.end.leaf + 1 : leaves; l-- > begin;)
      if (!visit(part_at(root, span, c, l))) return;
  }
}

std::uint64_t count_part(const LeafPart& part) {
  if (part.begin == 0 && part.end == part.leaf->size()) return part.leaf->entries();
  if (part.leaf->has_one_each()) return part.end - part.begin;
  std::uint64_t total = 0;
  for (std::uint32_t at = part.begin; at < part.end; ++at) total += part.leaf->count(at);
  return total;
}

/// Entries of the leaves [begin, end) of a chunk, from the counts beside them.
std::uint64_t count_leaves(const LeafFan& leaves, std::size_t begin, std::size_t end) {
  std::uint64_t total = 0;
  for (std::size_t l = begin; l < end; ++l) total += leaves[l].entries;
  return total;
}

/// Looks into the first and the last leaf only.
std::uint64_t count_span(const IndexRoot& root, const Span& span, std::uint64_t at_most) {
  const Position& b = span.begin;
  const Position& e = span.end;
  std::uint64_t total = count_part(part_at(root, span, b.chunk, b.leaf));
  if (b.chunk == e.chunk && b.leaf == e.leaf) return total;
  total += count_part(part_at(root, span, e.chunk, e.leaf));
  const LeafFan& first = root.chunks[b.chunk].node->leaves;
  if (b.chunk == e.chunk) return total + count_leaves(first, b.leaf + 1, e.leaf);
  total += count_leaves(first, b.leaf + 1, first.size());
  total += count_leaves(root.chunks[e.chunk].node->leaves, 0, e.leaf);
  for (std::size_t c = b.chunk + 1; c < e.chunk && total < at_most; ++c)
    total += root.chunks[c].entries;
  return total;
}

/// Unites ordinals that come in the order of keys, with memory for a bounded number of them.
class Gatherer {
 public:
  explicit Gatherer(std::uint64_t expected) {
    ordinals_.reserve(std::min<std::uint64_t>(expected, kBatch));
  }

  void add(const LeafPart& part) {
    if (part.leaf->has_one_each()) {
      add(part.leaf->one_each().subspan(part.begin, part.end - part.begin));
      return;
    }
    for (std::uint32_t at = part.begin; at < part.end; ++at) {
      const Leaf::Ordinals ordinals = part.leaf->ordinals(at);
      if (ordinals.posting == nullptr)
        add(ordinals.listed);
      else if (const OrdinalSet* set = ordinals.posting->set())
        sets_.push_back(set);
      else
        add(ordinals.posting->list());
    }
  }

  OrdinalSet finish() {
    flush();
    if (!sets_.empty()) result_ |= OrdinalSet::union_of(sets_);
    return std::move(result_);
  }

 private:
  static constexpr std::size_t kBatch = 1u << 20;

  void add(std::span<const Ordinal> ordinals) {
    if (ordinals_.size() + ordinals.size() > kBatch) flush();
    ordinals_.insert(ordinals_.end(), ordinals.begin(), ordinals.end());
  }
  void flush() {
    if (result_.empty())
      result_ = OrdinalSet::of_unsorted(ordinals_);
    else
      result_ |= OrdinalSet::of_unsorted(ordinals_);
    ordinals_.clear();
  }

  OrdinalSet result_;
  std::vector<Ordinal> ordinals_;
  std::vector<const OrdinalSet*> sets_;
};

/// The ordinals of exactly `key`; none when it is not there.
std::optional<Leaf::Ordinals> ordinals_of(const IndexRoot* root, std::string_view key) {
  if (root == nullptr || root->chunks.empty()) return std::nullopt;
  const LeafFan& leaves = root->chunks[root->chunks.route(key)].node->leaves;
  const Leaf& leaf = *leaves[leaves.route(key)].node;
  const Leaf::Place place = leaf.find(key);
  if (!place.found) return std::nullopt;
  return leaf.ordinals(place.at);
}

IndexVersion::Entry entry_of(std::string_view key, const Leaf::Ordinals& ordinals) {
  if (ordinals.posting == nullptr) return {key, ordinals.listed, nullptr};
  return {key, ordinals.posting->list(), ordinals.posting->set()};
}

}  // namespace

IndexVersion::IndexVersion() = default;
IndexVersion::IndexVersion(std::shared_ptr<const IndexRoot> root) : root_(std::move(root)) {}

OrdinalSet IndexVersion::find(std::string_view key) const {
  const auto ordinals = ordinals_of(root_.get(), key);
  if (!ordinals) return {};
  const Entry entry = entry_of(key, *ordinals);
  return entry.set != nullptr ? *entry.set : OrdinalSet::of_sorted(entry.inline_ordinals);
}

IndexVersion::Entry IndexVersion::borrow(std::string_view key) const {
  const auto ordinals = ordinals_of(root_.get(), key);
  return ordinals ? entry_of(key, *ordinals) : Entry{key, {}, nullptr};
}

std::optional<Ordinal> IndexVersion::find_one(std::string_view key) const {
  const auto ordinals = ordinals_of(root_.get(), key);
  if (!ordinals) return std::nullopt;
  const Entry entry = entry_of(key, *ordinals);
  return entry.set != nullptr ? entry.set->min() : entry.inline_ordinals.front();
}

std::uint64_t IndexVersion::count(std::string_view key) const {
  const auto ordinals = ordinals_of(root_.get(), key);
  if (!ordinals) return 0;
  return ordinals->posting != nullptr ? ordinals->posting->count() : ordinals->listed.size();
}

OrdinalSet IndexVersion::find(const KeyRange& range) const {
  const auto span = span_of(root_.get(), range);
  if (!span) return {};
  Gatherer gatherer(count_span(*root_, *span, UINT64_MAX));
  for_each_part(*root_, *span, [&](const LeafPart& part) {
    gatherer.add(part);
    return true;
  });
  return gatherer.finish();
}

std::uint64_t IndexVersion::count(const KeyRange& range, std::uint64_t at_most) const {
  const auto span = span_of(root_.get(), range);
  return span ? std::min(count_span(*root_, *span, at_most), at_most) : 0;
}

void IndexVersion::scan(const KeyRange& range, Direction direction,
                        const std::function<bool(const Entry&)>& visit) const {
  const auto span = span_of(root_.get(), range);
  if (!span) return;
  std::string key;
  const auto visit_key = [&](const Leaf& leaf, std::uint32_t at) {
    key.clear();
    leaf.append_key(at, key);
    return visit(entry_of(key, leaf.ordinals(at)));
  };
  if (direction == Direction::kForward) {
    for_each_part(*root_, *span, [&](const LeafPart& part) {
      for (std::uint32_t at = part.begin; at < part.end; ++at)
        if (!visit_key(*part.leaf, at)) return false;
      return true;
    });
  } else {
    for_each_part_backward(*root_, *span, [&](const LeafPart& part) {
      for (std::uint32_t at = part.end; at-- > part.begin;)
        if (!visit_key(*part.leaf, at)) return false;
      return true;
    });
  }
}

Column IndexVersion::column(ColumnType type, ColumnPool& pool, ColumnUse use) const {
  if (!root_) return {};
  if (root_->column) return root_->column->type == type ? Column(root_->column) : Column();
  return Column(index::find_or_make_column(*root_, type, pool, use == ColumnUse::kMake));
}

std::uint64_t IndexVersion::key_count() const noexcept { return root_ ? root_->keys : 0; }
std::uint64_t IndexVersion::entry_count() const noexcept { return root_ ? root_->entries : 0; }

std::size_t IndexVersion::memory_bytes() const noexcept {
  if (!root_) return 0;
  std::size_t bytes = sizeof(IndexRoot) + sizeof(index::ColumnSlot) + root_->chunks.memory_bytes();
  if (root_->column) bytes += index::column_bytes(*root_->column);
  for (std::size_t c = 0; c < root_->chunks.size(); ++c) {
    const Chunk& chunk = *root_->chunks[c].node;
    bytes += sizeof(Chunk) + chunk.leaves.memory_bytes();
    for (std::size_t l = 0; l < chunk.leaves.size(); ++l) {
      const index::LeafRef& node = chunk.leaves[l].node;
      if (const index::StoredLeaf* stored = node.stored()) {
        bytes += stored->memory_bytes();
        if (stored->leaf() == nullptr) continue;   // asking it would read it
      }
      const Leaf& leaf = *node;
      bytes += leaf.memory_bytes();
      for (std::uint32_t at = 0; !leaf.has_one_each() && at < leaf.size(); ++at)
        if (const index::Posting* posting = leaf.ordinals(at).posting)
          bytes += posting->memory_bytes();
    }
  }
  return bytes;
}

}  // namespace aurora
