// Body of the filter compiler. Called by the planner and by mutations; calls coercion and path resolution.
//
// Inside a field's braces a name is an operator, or, where the field holds objects, a nested field:
//   declared nested object: declared names first, then operators
//   JSON, Object, Any, undeclared: operators first, everything else is a nested field
#include <aurora/plan/filter_compiler.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/plan/compiled_parts.hpp>
#include <aurora/schema/coerce.hpp>
#include <aurora/schema/path.hpp>

#include <algorithm>
#include <array>

namespace aurora::plan {

namespace {

using Kind = FilterNode::Kind;
using aql::Literal;

constexpr std::array<std::string_view, 23> kConditionNames{
    "eq", "ne", "gt", "gte", "lt", "lte", "in", "nin", "notIn", "between", "contains", "containsAny",
    "containsAll", "startsWith", "endsWith", "matches", "isNull", "isNotNull", "exists", "size", "and", "or", "not"};

bool is_condition_name(std::string_view name) {
  return name == "exists" || name == "not" || filter_op_named(name).has_value();
}

FilterNode constant(bool value) {
  FilterNode node;
  node.kind = value ? Kind::kTrue : Kind::kFalse;
  return node;
}

FilterNode negate(FilterNode node) {
  if (node.kind == Kind::kTrue || node.kind == Kind::kFalse) return constant(node.kind == Kind::kFalse);
  FilterNode result;
  result.kind = Kind::kNot;
  result.children.push_back(std::move(node));
  return result;
}

// and / or of the parts, folded: constants vanish or decide, nested ones of the same kind are taken in.
FilterNode join(Kind kind, std::vector<FilterNode> parts) {
  const auto neutral = kind == Kind::kAnd ? Kind::kTrue : Kind::kFalse;
  FilterNode result;
  result.kind = kind;
  for (auto& part : parts) {
    if (part.kind == neutral) continue;
    if (part.kind == Kind::kTrue || part.kind == Kind::kFalse) return part;
    if (part.kind == kind)
      for (auto& child : part.children) result.children.push_back(std::move(child));
    else
      result.children.push_back(std::move(part));
  }
  if (result.children.empty()) return constant(kind == Kind::kAnd);
  if (result.children.size() == 1) {
    auto only = std::move(result.children.front());
    return only;
  }
  return result;
}

// A field, or a part of one, that conditions are about.
struct Target {
  Subject subject = Subject::kPath;
  FieldPath path;
  std::string name;
  const TypeDef* type = nullptr;   // null: undeclared
  bool multi_valued = false;

  [[nodiscard]] const TypeDef* element_type() const {
    const auto* at = type;
    while (at != nullptr && at->type == FieldType::kList) at = at->element.get();
    return at;
  }
  [[nodiscard]] bool holds_declared_object() const {
    const auto* element = element_type();
    return element != nullptr && element->type == FieldType::kNested;
  }
  [[nodiscard]] bool may_hold_any_object() const {
    const auto* element = element_type();
    return element == nullptr || element->type == FieldType::kJson || element->type == FieldType::kObject ||
           element->type == FieldType::kAny;
  }
};

// Does the execution decide the value: by a variable, or because it says "now"?
bool is_open(const Literal& literal) {
  switch (literal.kind) {
    case Literal::Kind::kVariable: return true;
    case Literal::Kind::kString: return literal.text == "now";
    case Literal::Kind::kList: return std::any_of(literal.items.begin(), literal.items.end(), is_open);
    case Literal::Kind::kObject:
      return std::any_of(literal.members.begin(), literal.members.end(),
                         [](const auto& member) { return is_open(*member.value); });
    default: return false;
  }
}

}  // namespace

struct FilterPlan::OpenOperand {
  Target target;
  std::string op;  // as written; `eq` when none was
  const Literal* literal = nullptr;
};

namespace {

class Compiler {
 public:
  /// `open`: gets what only the execution knows; null: everything is known.
  Compiler(std::shared_ptr<const CollectionDef> collection, const Bindings& bindings,
           std::vector<FilterPlan::OpenOperand>* open = nullptr)
      : collection_(std::move(collection)), bindings_(bindings), open_(open) {}

  /// `node` of a plan with the open operands filled in.
  Result<FilterNode> fill(const FilterNode& node, const std::vector<FilterPlan::OpenOperand>& open) {
    if (node.slot > 0) {
      const auto& operand = open[node.slot - 1];
      return operation(operand.target, operand.op, *operand.literal);
    }
    if (node.children.empty()) return node;
    std::vector<FilterNode> parts;
    parts.reserve(node.children.size());
    for (const auto& child : node.children) {
      AURORA_ASSIGN(auto part, fill(child, open));
      parts.push_back(std::move(part));
    }
    if (node.kind == Kind::kNot) return negate(std::move(parts.front()));
    return join(node.kind, std::move(parts));
  }

  Result<FilterNode> object(const Literal& where) {
    if (where.kind != Literal::Kind::kObject)
      return fail(where, "'where' is an object of conditions, like { age: { gte: 18 } }");
    std::vector<FilterNode> parts;
    for (const auto& member : where.members) {
      AURORA_ASSIGN(auto part, this->member(member));
      parts.push_back(std::move(part));
    }
    return join(Kind::kAnd, std::move(parts));
  }

 private:
  Error fail(const Literal& at, std::string message, ErrorCode code = ErrorCode::kInvalidQuery) const {
    return bindings_.error(at.at, code, std::move(message));
  }

  [[nodiscard]] bool is_logical(const aql::LiteralMember& member) const {
    const auto& name = member.name.text;
    const auto kind = member.value->kind;
    if (name == "and" || name == "or")
      return !collection_->find(name) || kind == Literal::Kind::kList;
    return name == "not" && (!collection_->find(name) || kind == Literal::Kind::kObject);
  }

  Result<FilterNode> member(const aql::LiteralMember& member) {
    if (is_logical(member)) {
      if (member.name.text == "not") {
        AURORA_ASSIGN(auto inner, object(*member.value));
        return negate(std::move(inner));
      }
      return list(member.name.text == "and" ? Kind::kAnd : Kind::kOr, *member.value,
                  [this](const Literal& part) { return object(part); });
    }
    AURORA_ASSIGN(const auto target, resolve_target(member.name));
    return conditions(target, *member.value);
  }

  template <class Compile>
  Result<FilterNode> list(Kind kind, const Literal& value, Compile compile) {
    std::vector<FilterNode> parts;
    if (value.kind == Literal::Kind::kObject) {
      AURORA_ASSIGN(auto part, compile(value));
      parts.push_back(std::move(part));
    } else if (value.kind == Literal::Kind::kList) {
      for (const auto& item : value.items) {
        AURORA_ASSIGN(auto part, compile(item));
        parts.push_back(std::move(part));
      }
    } else {
      return fail(value, std::string(kind == Kind::kAnd ? "'and'" : "'or'") + " takes a list of conditions");
    }
    return join(kind, std::move(parts));
  }

  Result<Target> resolve_target(const aql::Name& name) const {
    Target target;
    target.name = name.text;
    if (name.text == "_sid") {
      static const TypeDef sid_type = [] {
        TypeDef type;
        type.type = FieldType::kUuid;
        return type;
      }();
      target.subject = Subject::kSid;
      target.type = &sid_type;
      return target;
    }
    auto path = resolve_path(*collection_, name.text);
    if (!path) return bindings_.error(name.at, path.error().code(), path.error().message());
    target.path = *std::move(path);
    target.type = type_at(*collection_, target.path);
    target.multi_valued = is_multi_valued(*collection_, target.path);
    return target;
  }

  // `field: value`: a value is short for eq; an object holds operators and nested fields.
  Result<FilterNode> conditions(const Target& target, const Literal& value) {
    if (value.kind != Literal::Kind::kObject) return operation(target, "eq", value);
    std::vector<FilterNode> parts;
    for (const auto& member : value.members) {
      AURORA_ASSIGN(auto part, condition(target, member));
      parts.push_back(std::move(part));
    }
    return join(Kind::kAnd, std::move(parts));
  }

  Result<FilterNode> condition(const Target& target, const aql::LiteralMember& member) {
    const auto& name = member.name.text;
    if (target.holds_declared_object()) {
      for (const auto& field : target.element_type()->fields)
        if (field.name == name) return nested(target, member);
    }
    if (name == "not") {
      AURORA_ASSIGN(auto inner, conditions(target, *member.value));
      return negate(std::move(inner));
    }
    if (joins_conditions(target, member))
      return list(name == "and" ? Kind::kAnd : Kind::kOr, *member.value, [&](const Literal& part) -> Result<FilterNode> {
        if (part.kind == Literal::Kind::kObject) return conditions(target, part);
        return fail(part, "'" + name + "' under '" + target.name + "' takes a list of conditions on it, like [{ gt: 5 }]");
      });
    if (is_condition_name(name)) return operation(target, name, *member.value);
    if (target.holds_declared_object() || target.may_hold_any_object()) return nested(target, member);
    return bindings_.error(member.name.at, ErrorCode::kInvalidQuery,
                           "unknown operator '" + name + "' on field '" + target.name + "'" +
                               did_you_mean(name, kConditionNames));
  }

  // `and` and `or` under a field. Where any object may be, they are names in it unless a list of objects follows.
  static bool joins_conditions(const Target& target, const aql::LiteralMember& member) {
    if (member.name.text != "and" && member.name.text != "or") return false;
    if (!target.may_hold_any_object()) return true;
    const auto& items = member.value->items;
    return member.value->kind == Literal::Kind::kList &&
           std::all_of(items.begin(), items.end(), [](const Literal& item) { return item.kind == Literal::Kind::kObject; });
  }

  Result<FilterNode> nested(const Target& target, const aql::LiteralMember& member) {
    AURORA_ASSIGN(const auto inner,
                  resolve_target(aql::Name{target.name + "." + member.name.text, member.name.at}));
    return conditions(inner, *member.value);
  }

  Result<FilterNode> operation(const Target& target, const std::string& name, const Literal& value) {
    if (open_ != nullptr && is_open(value)) {
      auto node = compare_node(target, FilterOp::kEq);
      open_->push_back({target, name, &value});
      node.slot = static_cast<std::uint32_t>(open_->size());
      return node;
    }
    if (name == "isNull" || name == "isNotNull" || name == "exists") {
      AURORA_ASSIGN(const auto flag, resolve(value, bindings_));
      const auto* wanted = flag.if_bool();
      if (wanted == nullptr) return fail(value, "'" + name + "' takes true or false", ErrorCode::kTypeError);
      return compare_node(target, (name == "isNull") == *wanted ? FilterOp::kIsNull : FilterOp::kIsNotNull);
    }
    return compare(target, *filter_op_named(name), value);
  }

  static FilterNode compare_node(const Target& target, FilterOp op) {
    FilterNode node;
    node.kind = Kind::kCompare;
    node.op = op;
    node.subject = target.subject;
    node.path = target.path;
    node.name = target.name;
    node.multi_valued = target.multi_valued;
    return node;
  }

  static bool takes_list(FilterOp op) {
    return op == FilterOp::kIn || op == FilterOp::kNin || op == FilterOp::kBetween ||
           op == FilterOp::kContainsAny || op == FilterOp::kContainsAll;
  }

  static bool is_text_op(FilterOp op) {
    return op == FilterOp::kStartsWith || op == FilterOp::kEndsWith || op == FilterOp::kMatches;
  }

  Result<FilterNode> compare(const Target& target, FilterOp op, const Literal& literal) {
    auto node = compare_node(target, op);
    AURORA_ASSIGN(auto value, resolve(literal, bindings_));
    if (takes_list(op)) {
      auto* items = value.if_list();
      if (items == nullptr)
        return fail(literal, "'" + std::string(to_string(op)) + "' takes a list", ErrorCode::kTypeError);
      if (op == FilterOp::kBetween && items->size() != 2)
        return fail(literal, "'between' takes a list of two values, the lowest and the highest");
      if (items->size() > bindings_.limits.list_length)
        return fail(literal, "a list may hold at most " + std::to_string(bindings_.limits.list_length) +
                                 " elements (limit list_length)", ErrorCode::kLimitExceeded);
      for (auto& item : *items) {
        AURORA_ASSIGN(auto operand, this->operand(target, std::move(item), literal));
        node.operands.emplace_back(operand);
      }
      return fold(std::move(node));
    }
    AURORA_TRY(check_operand(target, op, value, literal));
    if (op != FilterOp::kSize && !is_text_op(op)) {
      AURORA_ASSIGN(value, this->operand(target, std::move(value), literal));
    }
    node.operands.emplace_back(value);
    if (op == FilterOp::kMatches) {
      auto regex = Regex::compile(node.operands[0].view().string_value(), bindings_.limits.regex_bytes);
      if (!regex) return fail(literal, regex.error().message(), regex.error().code());
      node.regex = *std::move(regex);
    }
    return fold(std::move(node));
  }

  // Conditions decided by their operand alone; null operands of eq and ne are the null tests.
  static FilterNode fold(FilterNode node) {
    if (node.op == FilterOp::kIn && node.operands.empty()) return constant(false);
    if (node.op == FilterOp::kNin && node.operands.empty()) return constant(true);
    if (node.op == FilterOp::kContainsAny && node.operands.empty()) return constant(false);
    if (node.operands.size() == 1 && node.operands[0].view().is_null()) {
      if (node.op == FilterOp::kEq) node.op = FilterOp::kIsNull;
      if (node.op == FilterOp::kNe) node.op = FilterOp::kIsNotNull;
      if (node.op == FilterOp::kIsNull || node.op == FilterOp::kIsNotNull) node.operands.clear();
    }
    return node;
  }

  Status check_operand(const Target& target, FilterOp op, const Value& value, const Literal& literal) const {
    if (is_text_op(op) && value.if_string() == nullptr)
      return fail(literal, "'" + std::string(to_string(op)) + "' takes a text", ErrorCode::kTypeError);
    if (op == FilterOp::kSize) {
      const auto* size = value.if_int();
      if (size == nullptr) return fail(literal, "'size' takes a whole number", ErrorCode::kTypeError);
    }
    if (value.if_object() != nullptr && !target.may_hold_any_object() && !target.holds_declared_object())
      return fail(literal, "field '" + target.name + "' is compared with an object, but holds none; a variable "
                           "inside 'where' is data, never an operator", ErrorCode::kTypeError);
    return {};
  }

  Result<Value> operand(const Target& target, Value value, const Literal& literal) const {
    if (target.type == nullptr) return value;
    auto converted = coerce_operand(*target.type, std::move(value), bindings_.now, target.name);
    if (!converted) return fail(literal, converted.error().message(), converted.error().code());
    return converted;
  }

  std::shared_ptr<const CollectionDef> collection_;
  const Bindings& bindings_;
  std::vector<FilterPlan::OpenOperand>* open_;
};

}  // namespace

Result<std::shared_ptr<const Filter>> compile_filter(std::shared_ptr<const CollectionDef> collection,
                                                     const aql::Literal& where, const Bindings& bindings) {
  Compiler compiler(collection, bindings);
  AURORA_ASSIGN(auto root, compiler.object(where));
  return std::make_shared<const Filter>(std::move(collection), std::move(root));
}

Result<std::shared_ptr<const FilterPlan>> FilterPlan::compile(std::shared_ptr<const CollectionDef> collection,
                                                              const Literal& where, const Bindings& bindings) {
  auto plan = std::make_shared<FilterPlan>();
  Compiler compiler(collection, bindings, &plan->open_);
  AURORA_ASSIGN(auto root, compiler.object(where));
  plan->filter_ = std::make_shared<const Filter>(std::move(collection), std::move(root));
  return std::shared_ptr<const FilterPlan>(std::move(plan));
}

Result<std::shared_ptr<const Filter>> FilterPlan::bind(const Bindings& bindings) const {
  if (open_.empty()) return filter_;
  Compiler compiler(filter_->shared_collection(), bindings);
  AURORA_ASSIGN(auto root, compiler.fill(filter_->root(), open_));
  return std::make_shared<const Filter>(filter_->shared_collection(), std::move(root));
}

Result<std::shared_ptr<const Filter>> filter_of(const std::shared_ptr<const CollectionDef>& collection,
                                                const Argument& where, const Bindings& bindings) {
  const auto* literal = where.get();
  if (literal == nullptr) return match_all(collection);
  if (where.from_variable || bindings.compiled == nullptr) return compile_filter(collection, *literal, bindings);
  auto plan = bindings.compiled->find<FilterPlan>(literal, collection.get());
  if (plan == nullptr) {
    AURORA_ASSIGN(plan, FilterPlan::compile(collection, *literal, bindings));
    bindings.compiled->put(literal, collection, plan);
  }
  return plan->bind(bindings);
}

std::shared_ptr<const Filter> match_all(std::shared_ptr<const CollectionDef> collection) {
  return std::make_shared<const Filter>(std::move(collection), FilterNode());
}

}  // namespace aurora::plan
