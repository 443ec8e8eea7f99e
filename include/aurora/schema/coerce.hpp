// Turning input into stored values: kinds, conversions, required parts, defaults, @validate.
// Called by mutations before a commit, by imports and by the planner for filter operands.
//
// What is accepted where: an Int for a Float, a Float without a fraction for an Int; text for Uuid,
// Date, Time and DateTime ("now" for the last three); everything else must be of its own kind.
#pragma once

#include <aurora/schema/definition.hpp>

#include <functional>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora {

struct CoerceContext {
  std::optional<DateTime> now;  ///< what "now" means; without it "now" is not a date
  const Validators* validators =
      nullptr;  ///< of the collection; patterns compile on the spot without
};

/// The value as it is stored under `field`: nested parts with their defaults, @validate checked.
/// Errors: TypeError for a wrong kind or unreadable text; ValidationError for a missing required
/// part, an unknown nested field, Email, URL, PhoneNumber and @validate; LimitExceeded for too deep
/// nesting.
[[nodiscard]] Result<Value> coerce(const FieldDef& field, Value input,
                                   const CoerceContext& context);
/// The same for a bare type; `path` names the place in messages.
[[nodiscard]] Result<Value> coerce(const TypeDef& type, Value input, const CoerceContext& context,
                                   std::string_view path = "value");

/// A filter operand against a field of `type` (for a list: its elements, or an element): text is
/// read as Uuid, Date, Time or DateTime where one is declared, inside lists and nested objects too.
/// Any other kind stays as it is and matches nothing. Errors: TypeError when the text cannot be
/// read.
[[nodiscard]] Result<Value> coerce_operand(const TypeDef& type, Value operand,
                                           std::optional<DateTime> now,
                                           std::string_view path = "value");

/// What a record is built of.
struct StoredFields {
  std::vector<std::pair<FieldId, Value>> fields;
  Object open;  ///< undeclared fields of an @open collection (kOpenFields)
};

struct InsertContext {
  DateTime now;
  std::function<Uuid()> new_id;  ///< UUIDv7s for an omitted primary `id`
};

/// A whole new document: coerced, defaults and `id` filled in, required fields checked. Nulls are
/// left out. Errors: as coerce; ValidationError for unknown fields, `_sid` and computed fields.
/// Messages name the field.
[[nodiscard]] Result<StoredFields> complete_insert(const CollectionDef& collection, Object input,
                                                   const InsertContext& context);

/// The new values of the fields an update touches (modifiers applied, each value whole). Nulls are
/// kept: they say that the field goes away. No defaults are filled in, except inside a replaced
/// nested object. Errors: as complete_insert.
[[nodiscard]] Result<StoredFields> check_update(const CollectionDef& collection, Object changed,
                                                DateTime now);

/// The default of `field` as an insert at `now` stores it; null when it has none.
[[nodiscard]] Result<Value> default_of(const FieldDef& field, const CoerceContext& context);

}  // namespace aurora
