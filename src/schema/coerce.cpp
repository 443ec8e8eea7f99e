// Coercion of whole values: lists, nested objects, required parts, @validate.
// Called by inserts, updates, defaults and filters; calls scalar.cpp. Recursion follows the
// declared type, whose depth the parser bounds.
#include "schema/coerce_parts.hpp"

#include "schema/describe_value.hpp"
#include "schema/scalar.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/validate.hpp>

#include <algorithm>

namespace aurora {

namespace {

const FieldDef* part_named(const TypeDef& type, std::string_view name) {
  for (const auto& part : type.fields)
    if (part.name == name) return &part;
  return nullptr;
}

Error unknown_part(const TypeDef& type, std::string_view name, const ValuePlace& place) {
  std::vector<std::string_view> names;
  for (const auto& part : type.fields) names.emplace_back(part.name);
  return not_allowed(place, "unknown field " + in_quotes(name) + did_you_mean(name, names));
}

Status coerce_list(const TypeDef& type, Value& value, const CoerceContext& context,
                   const ValuePlace& place) {
  auto* list = value.if_list();
  if (list == nullptr) return wrong_kind(place, type.text(), value);
  ValuePlace inner{&place, {}, 0};
  for (auto& item : *list) {
    AURORA_TRY(coerce_in_place(*type.element, item, context, inner));
    ++inner.element;
  }
  return {};
}

Status coerce_nested(const TypeDef& type, Value& value, const CoerceContext& context,
                     const ValuePlace& place) {
  auto* object = value.if_object();
  if (object == nullptr) return wrong_kind(place, type.text(), value);
  for (const auto& member : *object)
    if (part_named(type, member.name) == nullptr) return unknown_part(type, member.name, place);
  for (const auto& part : type.fields) {
    const ValuePlace inner{&place, part.name, 0};
    if (auto* given = object->find(part.name)) {
      AURORA_TRY(coerce_in_place(part, *given, context, inner));
      continue;
    }
    AURORA_ASSIGN(auto filled, default_of(part, context));
    if (!filled.is_null())
      object->append(part.name, std::move(filled));
    else if (part.type.required && !part.default_is_now)
      return not_allowed(inner, "is required");
  }
  return {};
}

// "now" only: other texts of a default have been read when the field was defined.
Value now_as(FieldType type, DateTime now) {
  Value value("now");
  (void)read_text(type, value, now);
  return value;
}

Status operand_in_place(const TypeDef& type, Value& value, std::optional<DateTime> now,
                        const ValuePlace& place) {
  if (auto* list = value.if_list()) {
    const auto& element = type.type == FieldType::kList ? *type.element : type;
    ValuePlace inner{&place, {}, 0};
    for (auto& item : *list) {
      AURORA_TRY(operand_in_place(element, item, now, inner));
      ++inner.element;
    }
    return {};
  }
  const auto* at = &type;
  while (at->type == FieldType::kList) at = at->element.get();
  if (auto* object = value.if_object()) {
    for (auto& member : *object)
      if (const auto* part = part_named(*at, member.name))
        AURORA_TRY(
            operand_in_place(part->type, member.value, now, ValuePlace{&place, part->name, 0}));
    return {};
  }
  if (value.if_string() == nullptr) return {};
  switch (at->type) {
    case FieldType::kUuid:
    case FieldType::kDateTime:
    case FieldType::kDate:
    case FieldType::kTime:
      if (!read_text(at->type, value, now))
        return wrong_kind(place, expected_form(at->type), value);
      return {};
    default:
      return {};
  }
}

}  // namespace

Status coerce_in_place(const TypeDef& type, Value& value, const CoerceContext& context,
                       const ValuePlace& place) {
  if (value.is_null()) return type.required ? Status(not_allowed(place, "is required")) : Status();
  if (type.type == FieldType::kList) return coerce_list(type, value, context, place);
  if (type.type == FieldType::kNested) return coerce_nested(type, value, context, place);
  return coerce_scalar(type.type, value, context.now, place);
}

Status coerce_in_place(const FieldDef& field, Value& value, const CoerceContext& context,
                       const ValuePlace& place) {
  AURORA_TRY(coerce_in_place(field.type, value, context, place));
  if (!field.validation || value.is_null()) return {};
  const auto broken = broken_constraint(*field.validation, value, context.validators);
  return broken.empty()
             ? Status()
             : Status(not_allowed(place, shortened(value) + " is not allowed: " + broken));
}

Result<Value> coerce(const FieldDef& field, Value input, const CoerceContext& context) {
  AURORA_TRY(coerce_in_place(field, input, context, ValuePlace{nullptr, field.name, 0}));
  return input;
}

Result<Value> coerce(const TypeDef& type, Value input, const CoerceContext& context,
                     std::string_view path) {
  AURORA_TRY(coerce_in_place(type, input, context, ValuePlace{nullptr, path, 0}));
  return input;
}

Result<Value> coerce_operand(const TypeDef& type, Value operand, std::optional<DateTime> now,
                             std::string_view path) {
  AURORA_TRY(operand_in_place(type, operand, now, ValuePlace{nullptr, path, 0}));
  return operand;
}

Result<Value> default_of(const FieldDef& field, const CoerceContext& context) {
  if (field.default_is_now) return context.now ? now_as(field.type.type, *context.now) : Value();
  if (!field.default_value) return Value();
  // A default object or list may hold parts whose own default is "now".
  if (field.type.type != FieldType::kNested && field.type.type != FieldType::kList)
    return *field.default_value;
  return coerce(field, *field.default_value, context);
}

}  // namespace aurora
