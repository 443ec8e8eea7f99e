// Body of routes. Called by live results.
#include <aurora/reactive/route.hpp>

#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/key.hpp>

#include <algorithm>

namespace aurora::reactive {

namespace {

using plan::FilterNode;
using plan::FilterOp;

// Fewest keys are best; none: it cannot be told by a key.
const FilterNode* best_equality(const CollectionDef& collection, const FilterNode& node) {
  if (node.kind == FilterNode::Kind::kAnd) {
    const FilterNode* best = nullptr;
    for (const auto& child : node.children)
      if (const auto* found = best_equality(collection, child))
        if (best == nullptr || found->operands.size() < best->operands.size()) best = found;
    return best;
  }
  const bool equals = node.kind == FilterNode::Kind::kCompare && (node.op == FilterOp::kEq || node.op == FilterOp::kIn);
  if (!equals || node.subject != plan::Subject::kPath || node.multi_valued || node.field == nullptr ||
      is_virtual(collection, node.path.field))
    return nullptr;
  return &node;
}

}  // namespace

Route route_of(const plan::Filter& filter) {
  Route route;
  route.collection = filter.shared_collection();
  const auto* equality = best_equality(filter.collection(), filter.root());
  if (equality == nullptr) return route;
  route.path = equality->path;
  for (const auto& operand : equality->operands) append_key(route.keys.emplace_back(), operand.view());
  return route;
}

// A field that builds on one that reads the time is not asked for: then that one is there as well.
bool varies(const CollectionDef& collection) noexcept {
  if (!collection.computed_fields) return false;
  const auto& fields = collection.computed_fields->fields();
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) { return field.program.program().uses_now(); });
}

bool varies(const plan::Filter& filter) noexcept { return !filter.virtuals().empty() && varies(filter.collection()); }

}  // namespace aurora::reactive
