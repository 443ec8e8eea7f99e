// Body of the update modifiers. Called by update and upsert.
#include <aurora/exec/modifiers.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/coerce.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace aurora::exec {

namespace {

using aql::Literal;
using plan::Bindings;

struct ModifierName {
  ModifierKind kind;
  std::string_view name;
};
constexpr std::array kModifierNames{
    ModifierName{ModifierKind::kIncrement, "increment"}, ModifierName{ModifierKind::kDecrement, "decrement"},
    ModifierName{ModifierKind::kMultiply, "multiply"},   ModifierName{ModifierKind::kMin, "min"},
    ModifierName{ModifierKind::kMax, "max"},             ModifierName{ModifierKind::kPush, "push"},
    ModifierName{ModifierKind::kPushAll, "pushAll"},     ModifierName{ModifierKind::kPull, "pull"},
    ModifierName{ModifierKind::kAddToSet, "addToSet"},   ModifierName{ModifierKind::kUnset, "unset"},
    ModifierName{ModifierKind::kSetOnInsert, "setOnInsert"},
};

std::string_view name_of(ModifierKind kind) {
  for (const auto& entry : kModifierNames)
    if (entry.kind == kind) return entry.name;
  return "set";
}

const TypeDef* member_type(const TypeDef* type, std::string_view name) {
  if (type == nullptr || type->type != FieldType::kNested) return nullptr;
  for (const auto& field : type->fields)
    if (field.name == name) return &field.type;
  return nullptr;
}

Error wrong(const Bindings& bindings, const Modifier& modifier, const std::string& what) {
  return bindings.error(modifier.at, ErrorCode::kTypeError,
                        "'" + std::string(name_of(modifier.kind)) + "' on field '" + modifier.field + "': " + what);
}

bool may_hold_object(const TypeDef& type) {
  const auto kind = type.type;
  return kind == FieldType::kNested || kind == FieldType::kJson || kind == FieldType::kObject || kind == FieldType::kAny;
}

// The modifier that an object of the one member `name` stands for; kSet when it is plain data.
// Errors: TypeError where no object can be data and its word is nearly a modifier.
Result<ModifierKind> modifier_in(const Modifier& modifier, const aql::Name& name, const Bindings& bindings) {
  if (member_type(modifier.type, name.text) != nullptr) return ModifierKind::kSet;
  std::vector<std::string_view> known;
  for (const auto& entry : kModifierNames) {
    if (entry.name == name.text) return entry.kind;
    known.push_back(entry.name);
  }
  if (modifier.type == nullptr || may_hold_object(*modifier.type)) return ModifierKind::kSet;
  const auto hint = did_you_mean(name.text, known);
  if (hint.empty()) return ModifierKind::kSet;
  return bindings.error(name.at, ErrorCode::kTypeError,
                        "unknown modifier '" + name.text + "' on field '" + modifier.field + "'" + hint);
}

Status check_operand(const Modifier& modifier, const Bindings& bindings) {
  const auto& operand = modifier.operand;
  switch (modifier.kind) {
    case ModifierKind::kIncrement:
    case ModifierKind::kDecrement:
    case ModifierKind::kMultiply:
      if (operand.if_int() == nullptr && operand.if_float() == nullptr)
        return wrong(bindings, modifier, "takes a number, not " + to_json(operand));
      return {};
    case ModifierKind::kPushAll:
      if (operand.if_list() == nullptr) return wrong(bindings, modifier, "takes a list, not " + to_json(operand));
      return {};
    case ModifierKind::kUnset:
      if (operand.if_bool() == nullptr || !*operand.if_bool()) return wrong(bindings, modifier, "takes true");
      return {};
    default: return {};
  }
}

Result<Value> arithmetic(const Modifier& modifier, const Value& current, const Bindings& bindings) {
  const Value start = current.is_null() ? Value(0) : current;
  if (start.if_int() == nullptr && start.if_float() == nullptr)
    return wrong(bindings, modifier, "the value " + to_json(start) + " is no number");
  const bool minus = modifier.kind == ModifierKind::kDecrement;
  if (const auto* a = start.if_int()) {
    if (const auto* b = modifier.operand.if_int()) {
      std::int64_t result = 0;
      const bool overflow = modifier.kind == ModifierKind::kMultiply ? __builtin_mul_overflow(*a, *b, &result)
                            : minus                                  ? __builtin_sub_overflow(*a, *b, &result)
                                                                     : __builtin_add_overflow(*a, *b, &result);
      if (overflow) return wrong(bindings, modifier, "the result is outside the 64-bit range of Int");
      return Value(result);
    }
  }
  const double a = start.as<double>();
  const double b = modifier.operand.as<double>();
  const double result = modifier.kind == ModifierKind::kMultiply ? a * b : minus ? a - b : a + b;
  if (!std::isfinite(result)) return wrong(bindings, modifier, "the result is outside the range of Float");
  return Value(result);
}

Result<Value> extreme(const Modifier& modifier, const Value& current, const Bindings& bindings) {
  if (current.is_null() || modifier.operand.is_null())
    return current.is_null() ? modifier.operand : current;
  if (!same_class(current.type(), modifier.operand.type()))
    return wrong(bindings, modifier, to_json(current) + " and " + to_json(modifier.operand) + " do not compare");
  const auto relation = compare(modifier.operand, current);
  return (modifier.kind == ModifierKind::kMin ? relation < 0 : relation > 0) ? modifier.operand : current;
}

Result<Value> list_change(const Modifier& modifier, const Value& current, const Bindings& bindings) {
  if (!current.is_null() && current.if_list() == nullptr)
    return wrong(bindings, modifier, "the value " + to_json(current) + " is no list");
  if (current.is_null() && modifier.kind == ModifierKind::kPull) return Value();
  List list = current.is_null() ? List() : *current.if_list();
  const auto& operand = modifier.operand;
  switch (modifier.kind) {
    case ModifierKind::kPush: list.push_back(operand); break;
    case ModifierKind::kPushAll:
      for (const auto& item : *operand.if_list()) list.push_back(item);
      break;
    case ModifierKind::kPull: std::erase_if(list, [&](const Value& item) { return item == operand; }); break;
    default:
      if (std::find(list.begin(), list.end(), operand) == list.end()) list.push_back(operand);
  }
  return Value(std::move(list));
}

Status check_target(const Modifier& modifier, const Bindings& bindings) {
  if (modifier.type == nullptr) return {};
  const auto type = modifier.type->type;
  const bool any = type == FieldType::kAny || type == FieldType::kJson;
  const bool number = type == FieldType::kInt || type == FieldType::kFloat || any;
  const bool list = type == FieldType::kList || any;
  switch (modifier.kind) {
    case ModifierKind::kIncrement:
    case ModifierKind::kDecrement:
    case ModifierKind::kMultiply:
      return number ? Status() : wrong(bindings, modifier, "the field holds " + modifier.type->text() + ", no numbers");
    case ModifierKind::kPush:
    case ModifierKind::kPushAll:
    case ModifierKind::kPull:
    case ModifierKind::kAddToSet:
      return list ? Status() : wrong(bindings, modifier, "the field holds " + modifier.type->text() + ", no list");
    default: return {};
  }
}

// `min`, `max` and the list modifiers compare: their operand is read as the field's type first.
Status read_operand(Modifier& modifier, const Bindings& bindings) {
  if (modifier.type == nullptr) return {};
  switch (modifier.kind) {
    case ModifierKind::kMin:
    case ModifierKind::kMax:
    case ModifierKind::kPush:
    case ModifierKind::kPushAll:
    case ModifierKind::kPull:
    case ModifierKind::kAddToSet: {
      auto read = coerce_operand(*modifier.type, std::move(modifier.operand), bindings.now, modifier.field);
      if (!read) return bindings.error(modifier.at, read.error().code(), read.error().message());
      modifier.operand = *std::move(read);
      return {};
    }
    default: return {};
  }
}

Status check(Modifier& modifier, const Bindings& bindings) {
  AURORA_TRY(check_operand(modifier, bindings));
  AURORA_TRY(check_target(modifier, bindings));
  return read_operand(modifier, bindings);
}

Result<Value> changed_value(const Modifier& modifier, const Value& current, const Bindings& bindings) {
  switch (modifier.kind) {
    case ModifierKind::kSet:
    case ModifierKind::kSetOnInsert: return modifier.operand;
    case ModifierKind::kUnset: return Value();
    case ModifierKind::kIncrement:
    case ModifierKind::kDecrement:
    case ModifierKind::kMultiply: return arithmetic(modifier, current, bindings);
    case ModifierKind::kMin:
    case ModifierKind::kMax: return extreme(modifier, current, bindings);
    default: return list_change(modifier, current, bindings);
  }
}

// Sets or removes the leaf at `rest` below `value`, making objects on the way.
Status set_leaf(Value& value, const Modifier& modifier, const Bindings& bindings) {
  auto* at = &value;
  for (const auto& part : modifier.rest) {
    if (at->is_null()) *at = Value(Object());
    auto* object = at->if_object();
    if (object == nullptr)
      return wrong(bindings, modifier, "'" + part + "' is a part of something that is no object");
    at = &(*object)[part];
  }
  AURORA_ASSIGN(*at, changed_value(modifier, *at, bindings));
  if (!at->is_null() || modifier.rest.empty()) return {};
  at = &value;
  for (std::size_t i = 0; i + 1 < modifier.rest.size(); ++i) at = at->if_object()->find(modifier.rest[i]);
  at->if_object()->remove(modifier.rest.back());
  return {};
}

}  // namespace

Modifier assignment(const CollectionDef& collection, const aql::Name& name) {
  Modifier modifier;
  modifier.at = name.at;
  std::string_view rest = name.text;
  // A declared name with a dot in it does not exist, so the first dot ends the field.
  const auto dot = rest.find('.');
  modifier.field = std::string(rest.substr(0, dot));
  while (rest.find('.') != std::string_view::npos) {
    rest.remove_prefix(rest.find('.') + 1);
    modifier.rest.emplace_back(rest.substr(0, rest.find('.')));
  }
  const auto* field = collection.find(modifier.field);
  modifier.type = field != nullptr ? &field->type : nullptr;
  for (const auto& part : modifier.rest) modifier.type = member_type(modifier.type, part);
  return modifier;
}

Result<std::vector<Modifier>> compile_modifiers(const CollectionDef& collection, const Literal& data,
                                                const Bindings& bindings) {
  if (data.kind != Literal::Kind::kObject)
    return bindings.error(data.at, ErrorCode::kInvalidQuery, "'data' is an object of fields and their new values");
  std::vector<Modifier> modifiers;
  modifiers.reserve(data.members.size());
  for (const auto& member : data.members) {
    auto modifier = assignment(collection, member.name);
    const Literal* operand = member.value.get();
    if (operand->kind == Literal::Kind::kObject && operand->members.size() == 1) {
      AURORA_ASSIGN(modifier.kind, modifier_in(modifier, operand->members.front().name, bindings));
    }
    if (modifier.kind != ModifierKind::kSet) operand = operand->members.front().value.get();
    AURORA_ASSIGN(modifier.operand, resolve(*operand, bindings));
    AURORA_TRY(check(modifier, bindings));
    modifiers.push_back(std::move(modifier));
  }
  return modifiers;
}

Result<std::vector<Modifier>> compile_modifiers(const CollectionDef& collection, const Object& data,
                                                const Bindings& bindings, aql::Offset at) {
  std::vector<Modifier> modifiers;
  modifiers.reserve(data.size());
  for (const auto& member : data) {
    auto modifier = assignment(collection, {member.name, at});
    const Value* operand = &member.value;
    if (const auto* object = operand->if_object(); object != nullptr && object->size() == 1) {
      AURORA_ASSIGN(modifier.kind, modifier_in(modifier, {object->begin()->name, at}, bindings));
      if (modifier.kind != ModifierKind::kSet) operand = &object->begin()->value;
    }
    modifier.operand = plan::as_written(*operand);
    AURORA_TRY(check(modifier, bindings));
    modifiers.push_back(std::move(modifier));
  }
  return modifiers;
}

Result<Object> apply_modifiers(const CollectionDef& collection, const std::vector<Modifier>& modifiers,
                               const RecordView* record, const Bindings& bindings) {
  Object changed;
  for (const auto& modifier : modifiers) {
    if (modifier.kind == ModifierKind::kSetOnInsert && record != nullptr) continue;
    auto* value = changed.find(modifier.field);
    if (value == nullptr) {
      Value current;
      const bool needs_current = modifier.kind != ModifierKind::kSet || !modifier.rest.empty();
      if (record != nullptr && needs_current) {
        if (const auto* field = collection.find(modifier.field)) {
          current = Value(read_field(collection, *field, *record));
        } else if (const auto open = record->field(kOpenFields); open.type() == Type::kObject) {
          current = Value(open.object().find(modifier.field));
        }
      }
      changed.append(modifier.field, std::move(current));
      value = changed.find(modifier.field);
    }
    AURORA_TRY(set_leaf(*value, modifier, bindings));
  }
  return changed;
}

}  // namespace aurora::exec
