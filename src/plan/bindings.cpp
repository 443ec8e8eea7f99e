// Body of variable binding. Called by the statement runner before anything runs.
#include <aurora/plan/bindings.hpp>

#include <aurora/aql/parser.hpp>
#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/coerce.hpp>

#include <algorithm>
#include <array>

namespace aurora::plan {

namespace {

constexpr std::array<std::string_view, 16> kTypeNames{
    "String", "Int", "Float", "Boolean", "Bool", "ID", "Uuid", "DateTime",
    "Date", "Time", "Email", "URL", "PhoneNumber", "JSON", "Object", "Any"};

Result<TypeDef> variable_type(const aql::TypeReference& reference, std::string_view text) {
  TypeDef type;
  type.required = reference.required;
  switch (reference.kind) {
    case aql::TypeReference::Kind::kNamed: {
      const auto named = field_type_named(reference.name.text);
      if (!named)
        return aql::error_at(text, reference.name.at, ErrorCode::kInvalidQuery,
                             "unknown type '" + reference.name.text + "'" +
                                 did_you_mean(reference.name.text, kTypeNames));
      type.type = *named;
      return type;
    }
    case aql::TypeReference::Kind::kList: {
      type.type = FieldType::kList;
      AURORA_ASSIGN(auto element, variable_type(*reference.element, text));
      type.element = std::make_shared<const TypeDef>(std::move(element));
      return type;
    }
    case aql::TypeReference::Kind::kObject: break;
  }
  return aql::error_at(text, reference.at, ErrorCode::kInvalidQuery,
                       "a variable has a named type or a list of one; write JSON for an object");
}

Result<Value> bind_one(const aql::VariableDefinition& definition, const Value& supplied, std::string_view text,
                       DateTime now) {
  AURORA_ASSIGN(const auto type, variable_type(definition.type, text));
  const auto wrong = [&](std::string message, ErrorCode code = ErrorCode::kTypeError) {
    return aql::error_at(text, definition.name.at, code, "variable " + std::move(message));
  };
  if (supplied.is_null()) {
    if (type.required) return wrong("'$" + definition.name.text + "' must not be null");
    return supplied;
  }
  auto value = coerce(type, supplied, CoerceContext{now}, "$" + definition.name.text);
  if (value) return value;
  auto message = value.error().message();
  constexpr std::string_view kField = "field ";  // what coerce calls the place
  if (message.starts_with(kField)) message.erase(0, kField.size());
  const bool too_much = value.error().code() == ErrorCode::kLimitExceeded;
  return wrong(std::move(message), too_much ? ErrorCode::kLimitExceeded : ErrorCode::kTypeError);
}

// A default may hold the words that arguments have a choice of: the variable may stand for such an argument.
Result<Value> default_value(const aql::Literal& literal, const Bindings& constants) {
  using Kind = aql::Literal::Kind;
  constexpr std::array<std::string_view, 11> kWords{"ASC",     "DESC",   "FIRST", "LAST",   "IGNORE",  "REPLACE",
                                                   "UPDATE", "LOW",    "NORMAL", "HIGH", "CRITICAL"};
  if (literal.kind == Kind::kEnum && std::find(kWords.begin(), kWords.end(), literal.text) != kWords.end())
    return Value(literal.text);
  if (literal.kind == Kind::kList) {
    List list;
    for (const auto& item : literal.items) {
      AURORA_ASSIGN(auto value, default_value(item, constants));
      list.push_back(std::move(value));
    }
    return Value(std::move(list));
  }
  if (literal.kind != Kind::kObject) return resolve(literal, constants);
  Object object;
  for (const auto& member : literal.members) {
    AURORA_ASSIGN(auto value, default_value(*member.value, constants));
    object.append(member.name.text, std::move(value));
  }
  return Value(std::move(object));
}

}  // namespace

Error Bindings::error(aql::Offset at, ErrorCode code, std::string message) const {
  // Conditions built in C++ have no text to point into.
  if (text.empty()) return Error(code, std::move(message));
  return aql::error_at(text, at, code, std::move(message));
}

Result<Value> resolve(const aql::Literal& literal, const Bindings& bindings) {
  using Kind = aql::Literal::Kind;
  switch (literal.kind) {
    case Kind::kNull: return Value();
    case Kind::kBool: return Value(literal.boolean);
    case Kind::kInt: return Value(literal.integer);
    case Kind::kFloat: return Value(literal.number);
    case Kind::kString: return Value(literal.text);
    case Kind::kEnum:
      return bindings.error(literal.at, ErrorCode::kInvalidQuery,
                            "unknown word '" + literal.text + "' where a value was expected; text stands in quotes");
    case Kind::kVariable: {
      const auto* value = bindings.find(literal.text);
      return value != nullptr ? *value : Value();
    }
    case Kind::kList: {
      List list;
      list.reserve(literal.items.size());
      for (const auto& item : literal.items) {
        AURORA_ASSIGN(auto value, resolve(item, bindings));
        list.push_back(std::move(value));
      }
      return Value(std::move(list));
    }
    case Kind::kObject: break;
  }
  Object object;
  object.reserve(literal.members.size());
  for (const auto& member : literal.members) {
    AURORA_ASSIGN(auto value, resolve(*member.value, bindings));
    object.append(member.name.text, std::move(value));
  }
  return Value(std::move(object));
}

aql::Literal to_literal(const Value& value, aql::Offset at) {
  using Kind = aql::Literal::Kind;
  aql::Literal literal;
  literal.at = at;
  switch (value.type()) {
    case Type::kNull: literal.kind = Kind::kNull; break;
    case Type::kBool:
      literal.kind = Kind::kBool;
      literal.boolean = *value.if_bool();
      break;
    case Type::kInt:
      literal.kind = Kind::kInt;
      literal.integer = *value.if_int();
      break;
    case Type::kFloat:
      literal.kind = Kind::kFloat;
      literal.number = *value.if_float();
      break;
    case Type::kString:
      literal.kind = Kind::kString;
      literal.text = *value.if_string();
      break;
    case Type::kUuid:
      literal.kind = Kind::kString;
      literal.text = value.if_uuid()->text();
      break;
    case Type::kDate:
      literal.kind = Kind::kString;
      literal.text = value.if_date()->text();
      break;
    case Type::kTime:
      literal.kind = Kind::kString;
      literal.text = value.if_time()->text();
      break;
    case Type::kDateTime:
      literal.kind = Kind::kString;
      literal.text = value.if_datetime()->text();
      break;
    case Type::kList:
      literal.kind = Kind::kList;
      for (const auto& item : *value.if_list()) literal.items.push_back(to_literal(item, at));
      break;
    case Type::kObject:
      literal.kind = Kind::kObject;
      for (const auto& member : *value.if_object())
        literal.members.push_back(
            {aql::Name{member.name, at}, std::make_unique<aql::Literal>(to_literal(member.value, at))});
      break;
  }
  return literal;
}

Value as_written(const Value& value) {
  switch (value.type()) {
    case Type::kUuid: return Value(value.if_uuid()->text());
    case Type::kDate: return Value(value.if_date()->text());
    case Type::kTime: return Value(value.if_time()->text());
    case Type::kDateTime: return Value(value.if_datetime()->text());
    case Type::kList: {
      List list;
      list.reserve(value.if_list()->size());
      for (const auto& item : *value.if_list()) list.push_back(as_written(item));
      return Value(std::move(list));
    }
    case Type::kObject: {
      Object object;
      object.reserve(value.if_object()->size());
      for (const auto& member : *value.if_object()) object.append(member.name, as_written(member.value));
      return Value(std::move(object));
    }
    default: return value;
  }
}

Argument whole_argument(const aql::Literal* literal, const Bindings& bindings) {
  Argument argument;
  if (literal == nullptr) return argument;
  if (literal->kind != aql::Literal::Kind::kVariable) {
    argument.written = literal;
    return argument;
  }
  const auto* value = bindings.find(literal->text);
  if (value == nullptr) return argument;
  argument.from_variable = to_literal(*value, literal->at);
  return argument;
}

Result<Object> bind_variables(const std::vector<aql::VariableDefinition>& definitions, const Object& supplied,
                              std::string_view text, DateTime now) {
  Object bound;
  Bindings constants;
  constants.text = text;
  constants.now = now;
  for (const auto& definition : definitions) {
    const auto& name = definition.name.text;
    if (const auto* value = supplied.find(name)) {
      AURORA_ASSIGN(auto checked, bind_one(definition, *value, text, now));
      bound.set(name, std::move(checked));
    } else if (definition.default_value) {
      AURORA_ASSIGN(const auto fallback, default_value(*definition.default_value, constants));
      AURORA_ASSIGN(auto checked, bind_one(definition, fallback, text, now));
      bound.set(name, std::move(checked));
    } else if (definition.type.required) {
      AURORA_TRY(variable_type(definition.type, text));
      return aql::error_at(text, definition.name.at, ErrorCode::kUndefinedVariable,
                           "the required variable '$" + name + "' was not given a value");
    } else {
      AURORA_TRY(variable_type(definition.type, text));
    }
  }
  return bound;
}

}  // namespace aurora::plan
