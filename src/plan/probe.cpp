// Body of probes. Called by the access planner; calls the key encoding.
#include "probe.hpp"

#include <aurora/index/key.hpp>

#include <algorithm>

namespace aurora::plan {

namespace {

std::string key_of(const EncodedValue& operand) {
  std::string key;
  append_key(key, operand.view());
  cut_key(key);
  return key;
}

// Bounds of the value's class: ranges compare only within it.
std::string class_lower(ValueView value) {
  std::string key;
  append_key(key, value);
  // Bools have two tags, one a value.
  return value.type() == Type::kBool ? std::string(1, '\x10') : key.substr(0, 1);
}

std::string class_upper(ValueView value) {
  if (value.type() == Type::kBool) return std::string(1, '\x12');
  return prefix_end(class_lower(value));
}

// The first key after `key`.
std::string after(std::string key) {
  key.push_back('\0');
  return key;
}

bool is_container(const EncodedValue& operand) {
  return operand.type() == Type::kList || operand.type() == Type::kObject;
}

const TypeDef* declared_list(const CollectionDef& collection, const FilterNode& node) {
  if (node.path.field == kOpenFields || !node.path.rest.empty()) return nullptr;
  const auto* field = collection.find(node.path.field);
  return field != nullptr && field->type.type == FieldType::kList ? &field->type : nullptr;
}

bool fill_many(const CollectionDef& collection, const FilterNode& node, Probe& probe, bool unique) {
  for (const auto& operand : node.operands) {
    if (is_container(operand)) return false;
    if (operand.view().is_null() && (unique || node.multi_valued)) return false;
    probe.keys.push_back(key_of(operand));
  }
  if (probe.keys.empty()) return false;
  probe.op = "IndexIn";
  const bool about_lists = node.op == FilterOp::kContainsAny || node.op == FilterOp::kContainsAll;
  if (about_lists && declared_list(collection, node) == nullptr) return false;
  probe.all_keys = node.op == FilterOp::kContainsAll;
  std::sort(probe.keys.begin(), probe.keys.end());
  probe.keys.erase(std::unique(probe.keys.begin(), probe.keys.end()), probe.keys.end());
  return true;
}

// Looks for a cut key at either end of the range; cut keys sort by their common prefix first.
bool has_long_keys(const Probe& probe) {
  bool found = false;
  const auto& range = probe.ranges.front();
  const auto check = [&](const std::string& bound) {
    if (bound.size() < 2) return;
    const auto prefix = bound.substr(0, std::min<std::size_t>(bound.size(), kMaxKeyBytes - 17));
    if (prefix.size() < kMaxKeyBytes - 17) return;
    probe.index->scan({prefix, prefix_end(prefix)}, IndexVersion::Direction::kForward,
                      [&](const IndexVersion::Entry& entry) {
                        found = entry.key.size() >= kMaxKeyBytes;
                        return !found;
                      });
  };
  check(range.lower);
  check(range.upper);
  return found;
}

bool fill_range(const FilterNode& node, Probe& probe) {
  const auto first = node.operands[0].view();
  if (first.is_null() || is_container(node.operands[0])) return false;
  KeyRange range{class_lower(first), class_upper(first)};
  const auto key = key_of(node.operands[0]);
  if (key.size() >= kMaxKeyBytes) return false;   // cut: order within the prefix is lost
  switch (node.op) {
    case FilterOp::kGt: range.lower = after(key); break;
    case FilterOp::kGte: range.lower = key; break;
    case FilterOp::kLt: range.upper = key; break;
    case FilterOp::kLte: range.upper = after(key); break;
    default: {
      const auto last = node.operands[1].view();
      if (last.is_null() || is_container(node.operands[1]) || !same_class(first.type(), last.type())) return false;
      const auto end = key_of(node.operands[1]);
      if (end.size() >= kMaxKeyBytes) return false;
      range.lower = key;
      range.upper = after(end);
    }
  }
  probe.ranges.push_back(std::move(range));
  probe.op = "IndexRange";
  // Long texts are cut in their keys: a range may then hold too few or too many of one prefix.
  return first.type() != Type::kString || !has_long_keys(probe);
}

// Turns the condition into keys or ranges; false when this index cannot serve it.
bool fill(const CollectionDef& collection, const FilterNode& node, Probe& probe) {
  const bool unique = is_unique(probe.definition->kind);
  const auto& operands = node.operands;
  probe.op = probe.definition->kind == IndexKind::kPrimary ? "PrimaryLookup" : "IndexEq";
  switch (node.op) {
    case FilterOp::kEq:
    case FilterOp::kNe:
      if (is_container(operands[0]) || (unique && operands[0].view().is_null())) return false;
      probe.keys.push_back(key_of(operands[0]));
      // Nulls inside a list share the key of null.
      return true;
    case FilterOp::kIn:
    case FilterOp::kNin:
    case FilterOp::kContainsAny:
    case FilterOp::kContainsAll:
      return fill_many(collection, node, probe, unique);
    case FilterOp::kIsNull:
    case FilterOp::kIsNotNull: {
      if (unique) return false;   // a unique index holds no nulls
      std::string key;
      append_key(key, ValueView());
      probe.keys.push_back(std::move(key));
      probe.exact = !node.multi_valued;   // [null] is a list, not null
      return node.op == FilterOp::kIsNull || probe.exact;
    }
    case FilterOp::kContains: {
      // Only lists are indexed by element; in a text it is a substring.
      if (!node.multi_valued || is_container(operands[0]) || operands[0].view().is_null()) return false;
      const auto* type = declared_list(collection, node);
      if (type == nullptr) return false;
      probe.keys.push_back(key_of(operands[0]));
      return true;
    }
    case FilterOp::kGt:
    case FilterOp::kGte:
    case FilterOp::kLt:
    case FilterOp::kLte:
    case FilterOp::kBetween: return fill_range(node, probe);
    case FilterOp::kStartsWith: {
      std::string prefix;
      append_string_prefix_key(prefix, operands[0].view().string_value());
      if (prefix.size() > kMaxKeyBytes / 2) return false;   // longer keys are cut
      auto end = prefix_end(prefix);
      probe.ranges.push_back({std::move(prefix), std::move(end)});
      probe.op = "IndexRange";
      return true;
    }
    default: return false;
  }
}

bool is_negative(FilterOp op) {
  return op == FilterOp::kNe || op == FilterOp::kNin || op == FilterOp::kIsNotNull;
}

// The condition whose documents an index finds: under BitmapNot the opposite of the one written.
FilterNode positive(FilterNode node) {
  if (node.op == FilterOp::kNe) node.op = FilterOp::kEq;
  if (node.op == FilterOp::kNin) node.op = FilterOp::kIn;
  if (node.op == FilterOp::kIsNotNull) node.op = FilterOp::kIsNull;
  return node;
}

void count_entries(Probe& probe) {
  probe.estimate = 0;
  for (const auto& key : probe.keys) probe.estimate += probe.index->count(key);
  for (const auto& range : probe.ranges) probe.estimate += probe.index->count(range);
}

bool is_one_range(const Probe& probe) {
  return probe.keys.empty() && probe.ranges.size() == 1 && probe.one_key_each && !probe.negative;
}

}  // namespace

std::optional<Probe> make_probe(const FilterNode& node, const AccessSource& source, const AccessOptions& options) {
  if (!options.use_indexes || node.subject != Subject::kPath) return std::nullopt;
  const auto* definition = source.definition->index_on(node.path);
  if (options.only != nullptr && definition != options.only) definition = nullptr;
  if (definition == nullptr) return std::nullopt;
  Probe probe;
  probe.definition = definition;
  probe.index = source.index(*definition);
  if (probe.index == nullptr || !fill(*source.definition, node, probe)) return std::nullopt;
  probe.covered.push_back(&node);
  probe.negative = is_negative(node.op);
  probe.one_key_each = !node.multi_valued;
  count_entries(probe);
  return probe;
}

bool merge_ranges(Probe& probe, const Probe& other) {
  if (probe.definition != other.definition || !is_one_range(probe) || !is_one_range(other)) return false;
  auto& range = probe.ranges.front();
  const auto& more = other.ranges.front();
  range.lower = std::max(range.lower, more.lower);
  if (range.upper.empty() || (!more.upper.empty() && more.upper < range.upper)) range.upper = more.upper;
  // Conditions that exclude each other leave the range of nothing, not one that ends before it begins.
  if (!range.upper.empty() && range.upper < range.lower) range.upper = range.lower;
  probe.covered.insert(probe.covered.end(), other.covered.begin(), other.covered.end());
  probe.exact = probe.exact && other.exact;
  count_entries(probe);
  return true;
}

std::string probe_text(const Probe& probe) {
  std::string text;
  for (const auto* node : probe.covered) text += (text.empty() ? "" : " and ") + positive(*node).text();
  return text;
}

}  // namespace aurora::plan
