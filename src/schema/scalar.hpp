// Coercion of a single value to a scalar type. Private to the schema room.
#pragma once

#include "schema/place.hpp"

#include <aurora/schema/definition.hpp>

#include <optional>

namespace aurora {

/// Turns `value` in place. Requires: not null; `type` is neither kList nor kNested.
/// Errors: TypeError, ValidationError, LimitExceeded as `coerce`.
[[nodiscard]] Status coerce_scalar(FieldType type, Value& value, std::optional<DateTime> now,
                                   const ValuePlace& place);

/// Reads a text as Uuid, DateTime, Date or Time ("now" for the last three); false when it cannot be
/// read or `type` is none of them.
[[nodiscard]] bool read_text(FieldType type, Value& value, std::optional<DateTime> now);

/// How a value of `type` is written, for messages.
[[nodiscard]] std::string_view expected_form(FieldType type) noexcept;

/// A value of a type without declared parts (Object, JSON, Any): of its kind, with UTF-8 texts, finite floats and bounded
/// depth. Errors: as coerce_scalar.
[[nodiscard]] Status check_free_value(FieldType type, const Value& value, const ValuePlace& place);

}  // namespace aurora
