// Evaluation of filters on record bytes. Called for every document a query examines: no allocation.
#include <aurora/plan/filter.hpp>

#include <aurora/base/ids.hpp>
#include <aurora/expr/computed_fields.hpp>

#include <algorithm>
#include <array>

namespace aurora::plan {

namespace {

struct OpName {
  FilterOp op;
  std::string_view name;
};
constexpr std::array kOpNames{
    OpName{FilterOp::kEq, "eq"},           OpName{FilterOp::kNe, "ne"},
    OpName{FilterOp::kGt, "gt"},           OpName{FilterOp::kGte, "gte"},
    OpName{FilterOp::kLt, "lt"},           OpName{FilterOp::kLte, "lte"},
    OpName{FilterOp::kBetween, "between"}, OpName{FilterOp::kIn, "in"},
    OpName{FilterOp::kNin, "nin"},         OpName{FilterOp::kNin, "notIn"},
    OpName{FilterOp::kContains, "contains"},
    OpName{FilterOp::kContainsAny, "containsAny"},
    OpName{FilterOp::kContainsAll, "containsAll"},
    OpName{FilterOp::kStartsWith, "startsWith"},
    OpName{FilterOp::kEndsWith, "endsWith"},
    OpName{FilterOp::kMatches, "matches"},
    OpName{FilterOp::kIsNull, "isNull"},
    OpName{FilterOp::kIsNotNull, "isNotNull"},
    OpName{FilterOp::kSize, "size"},
};

bool in_class(ValueView value, const EncodedValue& operand) {
  return same_class(value.type(), operand.view().type());
}

bool is_among(ValueView value, const std::vector<EncodedValue>& operands) {
  return std::any_of(operands.begin(), operands.end(),
                     [&](const EncodedValue& operand) { return compare(value, operand.view()) == 0; });
}

// A condition that one value meets or not; the value is not null.
bool meets(const FilterNode& node, ValueView value) {
  const auto& operands = node.operands;
  switch (node.op) {
    case FilterOp::kEq:
    case FilterOp::kNe: return compare(value, operands[0].view()) == 0;
    case FilterOp::kIn:
    case FilterOp::kNin: return is_among(value, operands);
    case FilterOp::kGt: return in_class(value, operands[0]) && compare(value, operands[0].view()) > 0;
    case FilterOp::kGte: return in_class(value, operands[0]) && compare(value, operands[0].view()) >= 0;
    case FilterOp::kLt: return in_class(value, operands[0]) && compare(value, operands[0].view()) < 0;
    case FilterOp::kLte: return in_class(value, operands[0]) && compare(value, operands[0].view()) <= 0;
    case FilterOp::kBetween:
      return in_class(value, operands[0]) && in_class(value, operands[1]) &&
             compare(value, operands[0].view()) >= 0 && compare(value, operands[1].view()) <= 0;
    case FilterOp::kStartsWith:
      return value.type() == Type::kString && value.string_value().starts_with(operands[0].view().string_value());
    case FilterOp::kEndsWith:
      return value.type() == Type::kString && value.string_value().ends_with(operands[0].view().string_value());
    case FilterOp::kMatches: return value.type() == Type::kString && node.regex->found_in(value.string_value());
    default: return false;
  }
}

bool list_contains(ListView list, ValueView wanted) {
  for (std::uint32_t i = 0; i < list.size(); ++i)
    if (compare(list[i], wanted) == 0) return true;
  return false;
}

// Conditions about a value as a whole; lists are not looked into for their elements here.
bool meets_whole(const FilterNode& node, ValueView value) {
  const auto& operands = node.operands;
  if (node.op == FilterOp::kContains && value.type() == Type::kString)
    return operands[0].view().type() == Type::kString &&
           value.string_value().find(operands[0].view().string_value()) != std::string_view::npos;
  if (value.type() != Type::kList) return false;
  const auto list = value.list();
  switch (node.op) {
    case FilterOp::kContains: return list_contains(list, operands[0].view());
    case FilterOp::kContainsAny:
      return std::any_of(operands.begin(), operands.end(),
                         [&](const EncodedValue& operand) { return list_contains(list, operand.view()); });
    case FilterOp::kContainsAll:
      return std::all_of(operands.begin(), operands.end(),
                         [&](const EncodedValue& operand) { return list_contains(list, operand.view()); });
    case FilterOp::kSize: return compare(ValueView::of(std::int64_t{list.size()}), operands[0].view()) == 0;
    default: return false;
  }
}

bool is_whole_op(FilterOp op) {
  return op == FilterOp::kContains || op == FilterOp::kContainsAny || op == FilterOp::kContainsAll ||
         op == FilterOp::kSize;
}

bool is_scalar(Type type) { return type != Type::kNull && type != Type::kList && type != Type::kObject; }

// What the walk over the values at a path found.
struct Found {
  bool value = false;    // something that is not null, an empty list included
  bool met = false;      // a value met the condition
};

void examine(const FilterNode& node, ValueView value, Found& found) {
  if (value.is_null()) return;
  found.value = true;
  if (is_whole_op(node.op)) {
    found.met = found.met || meets_whole(node, value);
    return;
  }
  if (node.op == FilterOp::kIsNull || node.op == FilterOp::kIsNotNull) return;
  if (meets(node, value)) {   // a list may equal a list operand as a whole
    found.met = true;
    return;
  }
  if (value.type() != Type::kList) return;
  const auto list = value.list();
  for (std::uint32_t i = 0; i < list.size() && !found.met; ++i)
    if (!list[i].is_null()) found.met = meets(node, list[i]);
}

void walk(const FilterNode& node, ValueView value, std::size_t depth, Found& found) {
  if (found.met || value.is_null()) return;
  if (depth == node.path.rest.size()) return examine(node, value, found);
  if (value.type() == Type::kObject) return walk(node, value.object().find(node.path.rest[depth]), depth + 1, found);
  if (value.type() != Type::kList) return;
  const auto list = value.list();
  for (std::uint32_t i = 0; i < list.size() && !found.met; ++i)
    if (list[i].type() == Type::kObject)
      walk(node, list[i].object().find(node.path.rest[depth]), depth + 1, found);
}

// True when every value at the path is null or meets the constraints.
bool meets_rules(const FilterNode& node, ValueView value, std::size_t depth) {
  if (value.is_null()) return true;
  if (depth == node.path.rest.size()) return satisfies(node.rules->rules, value, node.rules->patterns.get());
  if (value.type() == Type::kObject)
    return meets_rules(node, value.object().find(node.path.rest[depth]), depth + 1);
  if (value.type() != Type::kList) return true;
  const auto list = value.list();
  for (std::uint32_t i = 0; i < list.size(); ++i)
    if (list[i].type() == Type::kObject &&
        !meets_rules(node, list[i].object().find(node.path.rest[depth]), depth + 1))
      return false;
  return true;
}

bool has_null(const std::vector<EncodedValue>& operands) {
  return std::any_of(operands.begin(), operands.end(),
                     [](const EncodedValue& operand) { return operand.view().is_null(); });
}

// The one scalar at a path.
bool meets_scalar(const FilterNode& node, ValueView value) {
  switch (node.op) {
    case FilterOp::kNe:
    case FilterOp::kNin: return !meets(node, value);
    case FilterOp::kIsNull: return false;
    case FilterOp::kIsNotNull: return true;
    default: return is_whole_op(node.op) ? meets_whole(node, value) : meets(node, value);
  }
}

bool meets_found(const FilterNode& node, const Found& found) {
  const bool null = !found.value;
  switch (node.op) {
    case FilterOp::kEq: return null ? node.operands[0].view().is_null() : found.met;
    case FilterOp::kNe: return null ? !node.operands[0].view().is_null() : !found.met;
    case FilterOp::kIn: return null ? has_null(node.operands) : found.met;
    case FilterOp::kNin: return null ? !has_null(node.operands) : !found.met;
    case FilterOp::kIsNull: return null;
    case FilterOp::kIsNotNull: return !null;
    default: return found.met;
  }
}

bool meets_condition(const FilterNode& node, ValueView root) {
  if (node.kind == FilterNode::Kind::kValidate) return meets_rules(node, root, 0);
  // Most conditions are about a scalar field.
  if (node.path.rest.empty() && is_scalar(root.type())) return meets_scalar(node, root);
  Found found;
  walk(node, root, 0, found);
  return meets_found(node, found);
}

bool meets_value(const FilterNode& node, ValueView value) {
  return value.is_null() ? meets_found(node, Found()) : meets_scalar(node, value);
}

// The filter keeps the definition, and with it its fields, alive.
void resolve_fields(const CollectionDef& collection, FilterNode& node) {
  for (auto& child : node.children) resolve_fields(collection, child);
  if (node.subject == Subject::kPath && node.path.field != kOpenFields) node.field = collection.find(node.path.field);
}

}  // namespace

std::string_view to_string(FilterOp op) noexcept {
  for (const auto& entry : kOpNames)
    if (entry.op == op) return entry.name;
  return "?";
}

std::optional<FilterOp> filter_op_named(std::string_view name) noexcept {
  for (const auto& entry : kOpNames)
    if (entry.name == name) return entry.op;
  return std::nullopt;
}

std::string FilterNode::text() const {
  const auto joined = [&](std::string_view word) {
    std::string all;
    for (const auto& child : children) {
      if (!all.empty()) all.append(" ").append(word).append(" ");
      const bool nested = child.kind == Kind::kAnd || child.kind == Kind::kOr;
      all += nested ? "(" + child.text() + ")" : child.text();
    }
    return all;
  };
  switch (kind) {
    case Kind::kTrue: return "true";
    case Kind::kFalse: return "false";
    case Kind::kAnd: return joined("and");
    case Kind::kOr: return joined("or");
    case Kind::kNot: return "not (" + children[0].text() + ")";
    case Kind::kValidate: {
      std::string all = name + " validate ";
      append_json(all, operands[0].view());
      return all;
    }
    case Kind::kCompare: break;
  }
  std::string all = name + " " + std::string(to_string(op));
  if (op == FilterOp::kIsNull || op == FilterOp::kIsNotNull) return all;
  constexpr std::size_t kShown = 5;
  const bool many = operands.size() != 1 || op == FilterOp::kIn || op == FilterOp::kNin;
  all += many ? " [" : " ";
  for (std::size_t i = 0; i < operands.size() && i < kShown; ++i) {
    if (i > 0) all += ", ";
    append_json(all, operands[i].view());
  }
  if (operands.size() > kShown) all += ", … " + std::to_string(operands.size()) + " in all";
  if (many) all += "]";
  return all;
}

namespace {

void add_virtuals(const CollectionDef& collection, const FilterNode& node, std::vector<FieldId>& fields) {
  const bool leaf = node.kind == FilterNode::Kind::kCompare || node.kind == FilterNode::Kind::kValidate;
  if (leaf && node.subject == Subject::kPath) add_if_virtual(collection, node.path.field, fields);
  for (const auto& child : node.children) add_virtuals(collection, child, fields);
}

}  // namespace

Filter::Filter(std::shared_ptr<const CollectionDef> collection, FilterNode root)
    : collection_(std::move(collection)), root_(std::move(root)) {
  resolve_fields(*collection_, root_);
  if (collection_->computed_fields) add_virtuals(*collection_, root_, virtuals_);
}

bool Filter::matches_computed(RecordView record) const {
  const auto made = with_computed(*collection_, record, virtuals_, system_now());
  return !made || matches(root_, made->view());
}

bool Filter::meets(const FilterNode& condition, ValueView value) { return meets_value(condition, value); }

bool Filter::matches(const FilterNode& node, RecordView record) const {
  using Kind = FilterNode::Kind;
  switch (node.kind) {
    case Kind::kTrue: return true;
    case Kind::kFalse: return false;
    case Kind::kAnd:
      return std::all_of(node.children.begin(), node.children.end(),
                         [&](const FilterNode& child) { return matches(child, record); });
    case Kind::kOr:
      return std::any_of(node.children.begin(), node.children.end(),
                         [&](const FilterNode& child) { return matches(child, record); });
    case Kind::kNot: return !matches(node.children[0], record);
    case Kind::kCompare:
    case Kind::kValidate: break;
  }
  if (node.subject == Subject::kSid) return meets_condition(node, record.sid_view());
  if (node.path.field == kOpenFields) {
    const auto open = record.field(kOpenFields);
    return meets_condition(node, open.type() == Type::kObject ? open.object().find(node.path.name) : ValueView());
  }
  return meets_condition(node, node.field != nullptr ? read_field(*collection_, *node.field, record) : ValueView());
}

}  // namespace aurora::plan
