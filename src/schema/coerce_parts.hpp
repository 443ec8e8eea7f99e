// Coercion in place, for the bodies of coerce.hpp. Private to the schema room.
#pragma once

#include "schema/place.hpp"

#include <aurora/schema/coerce.hpp>

namespace aurora {

/// Turns `value` in place into what is stored under `type`. Errors: as `coerce`.
[[nodiscard]] Status coerce_in_place(const TypeDef& type, Value& value,
                                     const CoerceContext& context, const ValuePlace& place);
/// The same with the field's own @validate.
[[nodiscard]] Status coerce_in_place(const FieldDef& field, Value& value,
                                     const CoerceContext& context, const ValuePlace& place);

/// What an insert stores in a field that was not given; null: nothing. Errors: ValidationError for a required one.
[[nodiscard]] Result<Value> absent_value(const FieldDef& field, const InsertContext& insert,
                                         const CoerceContext& context);

/// What `modify` converts beyond coercion: dates, times and uuids to texts. Errors: ValidationError
/// for an Int that no Float holds exactly. (In revise.cpp.)
[[nodiscard]] Status widen(const TypeDef& type, Value& value, const ValuePlace& place);

}  // namespace aurora
