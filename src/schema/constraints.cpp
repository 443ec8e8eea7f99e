// Reading the constraints of @validate: names, kinds of their values, contradictions.
// Called by the building of fields and by the `validate` argument of queries.
#include <aurora/schema/validate.hpp>

#include "schema/describe_value.hpp"
#include "schema/formats.hpp"

#include <aurora/aql/limits.hpp>
#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/coerce.hpp>

#include <array>
#include <cmath>

namespace aurora {

namespace {

constexpr std::array<std::string_view, 7> kConstraints{
    "min", "max", "minLength", "maxLength", "pattern", "format", "in"};
constexpr std::array<std::string_view, 6> kFormats{"email", "url",      "uuid",
                                                   "date",  "datetime", "phone"};

Error refused(std::string message) { return {ErrorCode::kInvalidDefinition, std::move(message)}; }

bool holds_text(FieldType type) {
  switch (type) {
    case FieldType::kString:
    case FieldType::kId:
    case FieldType::kEmail:
    case FieldType::kUrl:
    case FieldType::kPhoneNumber:
    case FieldType::kAny:
      return true;
    default:
      return false;
  }
}

bool has_order(FieldType type) {
  switch (type) {
    case FieldType::kInt:
    case FieldType::kFloat:
    case FieldType::kDate:
    case FieldType::kTime:
    case FieldType::kDateTime:
    case FieldType::kAny:
      return true;
    default:
      return false;
  }
}

bool guarantees(FieldType type, std::string_view format) {
  return (type == FieldType::kUuid && format == "uuid") ||
         (type == FieldType::kDate && format == "date") ||
         (type == FieldType::kDateTime && format == "datetime");
}

Error not_for(std::string_view name, const TypeDef& type) {
  return refused(in_quotes(name) + " of @validate cannot be checked on a field of type " +
                 type.text());
}

Error wrong_value(std::string_view name, const Value& value, std::string_view expected) {
  return refused(in_quotes(name) + " of @validate must be " + std::string(expected) + ", not " +
                 shortened(value));
}

Status set_limit(std::optional<Value>& limit, std::string_view name, Value value,
                 const TypeDef& type, const TypeDef& inner) {
  if (!has_order(inner.type)) return not_for(name, type);
  const bool number = value.type() == Type::kInt || value.type() == Type::kFloat;
  if (inner.type == FieldType::kInt || inner.type == FieldType::kFloat) {
    if (!number) return wrong_value(name, value, "a number");
    limit = std::move(value);
    return {};
  }
  if (inner.type == FieldType::kAny) {
    if (!number && value.type() != Type::kString)
      return wrong_value(name, value, "a number or a text");
    limit = std::move(value);
    return {};
  }
  auto plain = inner;
  plain.required = false;
  auto read = coerce(plain, value, {});
  if (!read || read->is_null())
    return wrong_value(name, value, "a " + std::string(to_string(inner.type)));
  limit = *std::move(read);
  return {};
}

Status set_length(std::optional<std::uint64_t>& limit, std::string_view name, const Value& value,
                  const TypeDef& type) {
  if (type.type != FieldType::kList && type.type != FieldType::kJson && !holds_text(type.type))
    return not_for(name, type);
  const auto* count = value.if_int();
  if (count == nullptr || *count < 0) return wrong_value(name, value, "a whole number from 0");
  limit = static_cast<std::uint64_t>(*count);
  return {};
}

Status set_pattern(Validation& validation, const Value& value, const TypeDef& type,
                   const TypeDef& inner) {
  if (!holds_text(inner.type)) return not_for("pattern", type);
  const auto* text = value.if_string();
  if (text == nullptr) return wrong_value("pattern", value, "a text");
  if (text->size() > aql::Limits{}.regex_bytes)
    return Error(ErrorCode::kLimitExceeded, "a pattern of @validate is longer than " +
                                                std::to_string(aql::Limits{}.regex_bytes) +
                                                " bytes (regex_bytes)");
  validation.pattern = *text;
  const auto compiled = Validators::make(validation);
  return compiled ? Status() : Status(compiled.error());
}

Status set_format(Validation& validation, const Value& value, const TypeDef& type,
                  const TypeDef& inner) {
  const auto* text = value.if_string();
  if (text == nullptr) return wrong_value("format", value, "a text");
  if (!is_format(*text))
    return refused("unknown format " + in_quotes(*text) + " in @validate" +
                   did_you_mean(*text, kFormats));
  if (!holds_text(inner.type) && !guarantees(inner.type, *text)) return not_for("format", type);
  validation.format = *text;
  return {};
}

Status set_in(Validation& validation, Value value, const TypeDef& inner) {
  auto* items = value.if_list();
  if (items == nullptr || items->empty()) return wrong_value("in", value, "a list of values");
  auto plain = inner;
  plain.required = false;
  for (auto& item : *items) {
    auto read = coerce(plain, item, {}, "in");
    if (!read) return wrong_value("in", item, "a list of values of type " + inner.text());
    item = *std::move(read);
  }
  validation.in = std::move(*items);
  return {};
}

}  // namespace

Status set_constraint(Validation& validation, std::string_view name, Value value,
                      const TypeDef& type) {
  const auto* inner = &type;
  while (inner->type == FieldType::kList) inner = inner->element.get();
  if (name == "min") return set_limit(validation.min, name, std::move(value), type, *inner);
  if (name == "max") return set_limit(validation.max, name, std::move(value), type, *inner);
  if (name == "minLength") return set_length(validation.min_length, name, value, type);
  if (name == "maxLength") return set_length(validation.max_length, name, value, type);
  if (name == "pattern") return set_pattern(validation, value, type, *inner);
  if (name == "format") return set_format(validation, value, type, *inner);
  if (name == "in") return set_in(validation, std::move(value), *inner);
  return refused("unknown constraint " + in_quotes(name) + " in @validate" +
                 did_you_mean(name, kConstraints));
}

Status check_consistent(const Validation& validation) {
  if (validation.min && validation.max) {
    if (!same_class(validation.min->type(), validation.max->type()))
      return refused("'min' and 'max' of @validate are of different kinds");
    if (compare(*validation.min, *validation.max) > 0)
      return refused("'min' " + shortened(*validation.min) + " is above 'max' " +
                     shortened(*validation.max) + " in @validate");
  }
  if (validation.min_length && validation.max_length &&
      *validation.min_length > *validation.max_length)
    return refused("'minLength' " + std::to_string(*validation.min_length) +
                   " is above 'maxLength' " + std::to_string(*validation.max_length) +
                   " in @validate");
  return {};
}

}  // namespace aurora
