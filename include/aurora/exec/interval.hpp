// Buckets of time: the intervals of groupBy and downsample. UTC, weeks from Monday, months and years from the calendar.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/schema/definition.hpp>
#include <aurora/schema/duration.hpp>

#include <optional>

namespace aurora::exec {

/// The start of the interval of `length` that `instant` falls into.
[[nodiscard]] DateTime interval_start(DateTime instant, const Duration& length) noexcept;

/// The start of the interval that the DateTime or Date `value` falls into; null for null.
[[nodiscard]] Value interval_of(ValueView value, const Duration& length) noexcept;

/// The argument `interval` of a selection over the field at `path` (null: `_sid`); nullopt when not given.
/// Errors: InvalidQuery for a text that is no positive duration and for a field that is no DateTime or Date.
[[nodiscard]] Result<std::optional<Duration>> interval_argument(const aql::Selection& selection,
                                                                const CollectionDef& collection,
                                                                const FieldPath* path,
                                                                const plan::Bindings& bindings);

}  // namespace aurora::exec
