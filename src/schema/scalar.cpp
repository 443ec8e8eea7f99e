// Coercion of scalars: one rule a declared type. Called by coerce.cpp; calls the formats.
#include "schema/scalar.hpp"

#include "schema/describe_value.hpp"
#include "schema/formats.hpp"

#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>
#include <aurora/document/codec.hpp>

#include <cmath>

namespace aurora {

namespace {

constexpr std::int64_t kDayMicros = 86'400'000'000;

Date day_of(DateTime when) {
  auto days = when.micros / kDayMicros;
  if (when.micros % kDayMicros < 0) --days;
  return Date{static_cast<std::int32_t>(days)};
}

Time time_of(DateTime when) {
  auto micros = when.micros % kDayMicros;
  if (micros < 0) micros += kDayMicros;
  return Time{micros};
}

Status check_text(const Value& value, const ValuePlace& place) {
  const auto at = find_invalid_utf8(*value.if_string());
  if (at == std::string_view::npos) return {};
  return Error(ErrorCode::kTypeError, "field " + in_quotes(place.text()) +
                                          ": the text is not valid UTF-8 (byte " +
                                          std::to_string(at) + ")");
}

Status text_value(FieldType type, const Value& value, const ValuePlace& place) {
  if (value.if_string() == nullptr) return wrong_kind(place, expected_form(type), value);
  AURORA_TRY(check_text(value, place));
  const std::string& text = *value.if_string();
  if (type == FieldType::kEmail && !is_email(text))
    return not_allowed(place, shortened(value) + " is not an email address");
  if (type == FieldType::kUrl && !is_url(text))
    return not_allowed(place, shortened(value) + " is not an absolute URL with scheme and host");
  if (type == FieldType::kPhoneNumber && !is_phone_number(text))
    return not_allowed(place,
                       shortened(value) + " is not a phone number in E.164 form (\"+4790123456\")");
  return {};
}

Status int_value(Value& value, const ValuePlace& place) {
  if (value.if_int() != nullptr) return {};
  const auto* number = value.if_float();
  // 2^63 is the first double above the range; its negative is the last inside.
  if (number == nullptr || !(*number >= -0x1p63 && *number < 0x1p63) ||
      *number != std::trunc(*number))
    return wrong_kind(place, "Int", value);
  value = Value(static_cast<std::int64_t>(*number));
  return {};
}

Status float_value(Value& value, const ValuePlace& place) {
  if (const auto* whole = value.if_int()) {
    value = Value(static_cast<double>(*whole));
    return {};
  }
  const auto* number = value.if_float();
  if (number == nullptr) return wrong_kind(place, "Float", value);
  if (!std::isfinite(*number))
    return Error(ErrorCode::kTypeError,
                 "field " + in_quotes(place.text()) + ": a Float must be finite");
  return {};
}

Status read_value(FieldType type, Type kind, Value& value, std::optional<DateTime> now,
                  const ValuePlace& place) {
  if (value.type() == kind) return {};
  if (value.if_string() == nullptr || !read_text(type, value, now))
    return wrong_kind(place, expected_form(type), value);
  return {};
}

// Undeclared parts: any kind, but text is UTF-8, floats are finite and nesting is bounded.
// `depth` counts the lists and objects around `value`, the document included.
Status check_free(const Value& value, const ValuePlace& place, std::uint32_t depth) {
  if (value.if_string() != nullptr) return check_text(value, place);
  if (depth >= codec::kMaxDepth && (value.if_list() != nullptr || value.if_object() != nullptr))
    return Error(ErrorCode::kLimitExceeded, "field " + in_quotes(place.text()) +
                                                " nests deeper than " +
                                                std::to_string(codec::kMaxDepth) + " levels");
  if (const auto* number = value.if_float(); number != nullptr && !std::isfinite(*number))
    return Error(ErrorCode::kTypeError,
                 "field " + in_quotes(place.text()) + ": a Float must be finite");
  if (const auto* list = value.if_list())
    for (const auto& item : *list) AURORA_TRY(check_free(item, place, depth + 1));
  if (const auto* object = value.if_object())
    for (const auto& member : *object) {
      if (!is_valid_utf8(member.name))
        return Error(ErrorCode::kTypeError,
                     "field " + in_quotes(place.text()) + ": a name inside is not valid UTF-8");
      AURORA_TRY(check_free(member.value, place, depth + 1));
    }
  return {};
}

}  // namespace

std::string_view expected_form(FieldType type) noexcept {
  switch (type) {
    case FieldType::kUuid:
      return "Uuid (8-4-4-4-12 hexadecimal digits)";
    case FieldType::kDateTime:
      return "DateTime (RFC 3339 with an offset, as \"2026-01-31T12:00:00Z\", or \"now\")";
    case FieldType::kDate:
      return "Date (YYYY-MM-DD, or \"now\")";
    case FieldType::kTime:
      return "Time (HH:MM:SS[.ffffff], or \"now\")";
    case FieldType::kJson:
      return "JSON (an object or a list)";
    case FieldType::kObject:
      return "Object";
    default:
      return to_string(type);
  }
}

Status check_free_value(FieldType type, const Value& value, const ValuePlace& place) {
  const bool map = value.type() == Type::kObject;
  if ((type == FieldType::kObject && !map) ||
      (type == FieldType::kJson && !map && value.type() != Type::kList))
    return wrong_kind(place, expected_form(type), value);
  std::uint32_t depth = 1;
  for (const auto* outer = place.outer; outer != nullptr; outer = outer->outer) ++depth;
  return check_free(value, place, depth);
}

bool read_text(FieldType type, Value& value, std::optional<DateTime> now) {
  const std::string& text = *value.if_string();
  const bool is_now = now.has_value() && text == "now";
  const auto store = [&value](const auto& read) {
    if (read) value = Value(*read);
    return value.type() != Type::kString;
  };
  switch (type) {
    case FieldType::kUuid:
      return store(Uuid::parse(text));
    case FieldType::kDateTime:
      return store(is_now ? now : DateTime::parse(text));
    case FieldType::kDate:
      return store(is_now ? std::optional(day_of(*now)) : Date::parse(text));
    case FieldType::kTime:
      return store(is_now ? std::optional(time_of(*now)) : Time::parse(text));
    default:
      return false;
  }
}

Status coerce_scalar(FieldType type, Value& value, std::optional<DateTime> now,
                     const ValuePlace& place) {
  switch (type) {
    case FieldType::kString:
    case FieldType::kId:
    case FieldType::kEmail:
    case FieldType::kUrl:
    case FieldType::kPhoneNumber:
      return text_value(type, value, place);
    case FieldType::kInt:
      return int_value(value, place);
    case FieldType::kFloat:
      return float_value(value, place);
    case FieldType::kBoolean:
      return value.if_bool() != nullptr ? Status() : Status(wrong_kind(place, "Boolean", value));
    case FieldType::kUuid:
      return read_value(type, Type::kUuid, value, now, place);
    case FieldType::kDateTime:
      return read_value(type, Type::kDateTime, value, now, place);
    case FieldType::kDate:
      return read_value(type, Type::kDate, value, now, place);
    case FieldType::kTime:
      return read_value(type, Type::kTime, value, now, place);
    case FieldType::kJson:
    case FieldType::kObject:
    case FieldType::kAny:
      return check_free_value(type, value, place);
    case FieldType::kList:
    case FieldType::kNested:
      break;
  }
  return Error(ErrorCode::kInternal, "a container reached the coercion of scalars");
}

}  // namespace aurora
