// Body of routes. Called by live results.
#include <aurora/reactive/route.hpp>

#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/key.hpp>

#include <algorithm>
#include <iterator>
#include <utility>

namespace aurora::reactive {

namespace {

using plan::FilterNode;
using plan::FilterOp;

// Above and below every key.
const std::string kAboveAll(1, '\xFF');

// What must hold of one value, or, of an `or`, one of several such.
struct Way {
  const FilterNode* node = nullptr;   // whose path it is
  std::vector<std::string> keys;
  std::optional<KeyRange> range;
};
using Ways = std::vector<Way>;        // none: it cannot be told by a key

// The fewer documents they let by, as far as one can guess, the less.
double breadth(const Ways& ways) {
  if (ways.empty()) return 1e9;
  double sum = 0;
  for (const auto& way : ways)
    sum += !way.range                                            ? static_cast<double>(way.keys.size())
           : way.range->low.empty() || way.range->high == kAboveAll ? 1e5
                                                                    : 1e3;
  return sum;
}

std::string key_of(const EncodedValue& value) {
  std::string key;
  append_key(key, value.view());
  return key;
}

// Bounds may be wider than what is asked for, never narrower.
std::optional<KeyRange> range_of(const FilterNode& node) {
  switch (node.op) {
    case FilterOp::kGt:
    case FilterOp::kGte: return KeyRange{key_of(node.operands[0]), kAboveAll};
    case FilterOp::kLt:
    case FilterOp::kLte: return KeyRange{{}, key_of(node.operands[0])};
    case FilterOp::kBetween: return KeyRange{key_of(node.operands[0]), key_of(node.operands[1])};
    case FilterOp::kStartsWith: {
      if (node.operands[0].view().type() != Type::kString) return std::nullopt;
      KeyRange range;
      append_string_prefix_key(range.low, node.operands[0].view().string_value());
      range.high = prefix_end(range.low);
      return range;
    }
    default: return std::nullopt;
  }
}

Ways ways_of(const CollectionDef& collection, const FilterNode& node) {
  const bool one_value = node.subject == plan::Subject::kPath && !node.multi_valued && node.field != nullptr &&
                         !is_virtual(collection, node.path.field);
  if (node.kind != FilterNode::Kind::kCompare || !one_value) return {};
  Way way{&node, {}, {}};
  if (node.op == FilterOp::kEq || node.op == FilterOp::kIn) {
    // Nothing is among no values; a way without a key is no way at all.
    if (node.operands.empty()) return {};
    for (const auto& operand : node.operands) way.keys.push_back(key_of(operand));
    return {std::move(way)};
  }
  way.range = range_of(node);
  if (!way.range || way.range->low > way.range->high) return {};
  return {std::move(way)};
}

Ways narrowest(const CollectionDef& collection, const FilterNode& node);

// One that must hold of all; ranges of the same value are one range.
Ways narrowest_of_all(const CollectionDef& collection, const FilterNode& node) {
  std::vector<Ways> choices;
  for (const auto& child : node.children) {
    auto ways = narrowest(collection, child);
    const bool is_range = ways.size() == 1 && ways.front().range;
    const auto same = std::find_if(choices.begin(), choices.end(), [&](const Ways& other) {
      return is_range && other.size() == 1 && other.front().range &&
             other.front().node->path.text() == ways.front().node->path.text();
    });
    if (same == choices.end()) {
      choices.push_back(std::move(ways));
      continue;
    }
    auto& range = *same->front().range;
    KeyRange both{std::max(range.low, ways.front().range->low), std::min(range.high, ways.front().range->high)};
    // Both cannot hold: either is wide enough.
    if (both.low <= both.high) range = std::move(both);
  }
  const auto best = std::min_element(choices.begin(), choices.end(),
                                     [](const Ways& a, const Ways& b) { return breadth(a) < breadth(b); });
  return best == choices.end() ? Ways() : std::move(*best);
}

Ways narrowest(const CollectionDef& collection, const FilterNode& node) {
  if (node.kind == FilterNode::Kind::kAnd) return narrowest_of_all(collection, node);
  if (node.kind != FilterNode::Kind::kOr) return ways_of(collection, node);
  constexpr std::size_t kMost = 16;
  Ways all;
  for (const auto& child : node.children) {
    auto ways = narrowest(collection, child);
    if (ways.empty() || all.size() + ways.size() > kMost) return {};
    std::move(ways.begin(), ways.end(), std::back_inserter(all));
  }
  return all;
}

}  // namespace

bool is_same(const Route& a, const Route& b) noexcept {
  return a.collection == b.collection && a.keys == b.keys && a.range == b.range &&
         a.path.has_value() == b.path.has_value() && (!a.path || a.path->text() == b.path->text());
}

std::vector<Route> routes_of(const plan::Filter& filter) {
  std::vector<Route> routes;
  for (auto& way : narrowest(filter.collection(), filter.root()))
    routes.push_back({filter.shared_collection(), way.node->path, std::move(way.keys), std::move(way.range)});
  if (routes.empty()) routes.push_back({filter.shared_collection(), std::nullopt, {}});
  return routes;
}

// A field that builds on one that reads the time is not asked for: then that one is there as well.
bool varies(const CollectionDef& collection) noexcept {
  if (!collection.computed_fields) return false;
  const auto& fields = collection.computed_fields->fields();
  return std::any_of(fields.begin(), fields.end(), [](const auto& field) { return field.program.program().uses_now(); });
}

bool varies(const plan::Filter& filter) noexcept { return !filter.virtuals().empty() && varies(filter.collection()); }

}  // namespace aurora::reactive
