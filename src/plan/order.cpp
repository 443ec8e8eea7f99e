// Body of ordered ranges. Called by selection.
//
// A compound key is a concatenation, so among the keys that begin with the values of its first fields the order is that of
// the next ones. It must end there: keys with more parts would put ties in another order than the natural one.
#include <aurora/plan/order.hpp>

#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>

#include "compound.hpp"

#include <algorithm>

namespace aurora::plan {

namespace {

bool is_same(const FieldPath& a, const FieldPath& b) {
  return a.field == b.field && (a.field != kOpenFields || a.name == b.name) && a.rest == b.rest;
}

// The conditions that must all hold, as far as they are conditions.
std::vector<const FilterNode*> conjunction_of(const FilterNode& root) {
  std::vector<const FilterNode*> conditions;
  if (root.kind == FilterNode::Kind::kCompare) conditions.push_back(&root);
  if (root.kind == FilterNode::Kind::kAnd)
    for (const auto& child : root.children)
      if (child.kind == FilterNode::Kind::kCompare) conditions.push_back(&child);
  return conditions;
}

std::size_t size_of(const FilterNode& root) {
  if (root.kind == FilterNode::Kind::kTrue) return 0;
  return root.kind == FilterNode::Kind::kAnd ? root.children.size() : 1;
}

bool ends_with(const IndexDef& index, std::span<const FieldPath* const> terms) {
  if (index.paths.size() < terms.size()) return false;
  const auto first = index.paths.size() - terms.size();
  for (std::size_t i = 0; i < terms.size(); ++i)
    if (!is_same(index.paths[first + i], *terms[i])) return false;
  return true;
}

// Binds the first `count` fields to one value each; false when the filter does not.
bool bind(const IndexDef& index, std::size_t count, const std::vector<const FilterNode*>& conditions,
          OrderedRange& range) {
  for (std::size_t i = 0; i < count; ++i) {
    const auto at = std::find_if(conditions.begin(), conditions.end(), [&](const FilterNode* node) {
      return node->subject == Subject::kPath && is_same(node->path, index.paths[i]) && equality_keys(*node).size() == 1;
    });
    if (at == conditions.end()) return false;
    range.prefix += equality_keys(**at).front();
    ++range.equalities;
  }
  // Cut keys keep their first kMaxKeyBytes - 17 bytes: a shorter prefix sees no difference.
  return range.prefix.size() <= kMaxKeyBytes / 2;
}

}  // namespace

std::vector<OrderedRange> ordered_ranges(const CollectionDef& collection, const FilterNode& root,
                                         std::span<const FieldPath* const> terms, const IndexDef* only) {
  std::vector<OrderedRange> ranges;
  if (terms.empty()) return ranges;
  const auto conditions = conjunction_of(root);
  for (const auto& index : collection.indexes) {
    if (index.kind == IndexKind::kSearch || (only != nullptr && &index != only) || !ends_with(index, terms)) continue;
    // A list gives a document several keys or none.
    const auto is_list = [&](const FieldPath& path) { return is_multi_valued(collection, path); };
    if (std::any_of(index.paths.begin(), index.paths.end(), is_list)) continue;
    OrderedRange range{&index, {}, 0, false};
    if (!bind(index, index.paths.size() - terms.size(), conditions, range)) continue;
    range.whole = range.equalities == size_of(root);
    ranges.push_back(std::move(range));
  }
  std::stable_sort(ranges.begin(), ranges.end(),
                   [](const OrderedRange& a, const OrderedRange& b) { return a.equalities > b.equalities; });
  return ranges;
}

}  // namespace aurora::plan
