// How expressions compare two values: as filters do. Private to the expr room; used by the logic
// functions and by min and max.
#pragma once

#include "expr/function.hpp"

#include <compare>
#include <optional>

namespace aurora::expr {

/// The order of the first two arguments. A text against a Uuid, Date, Time or DateTime is read as
/// one ("now" included, but for Uuid). Empty when they are of different classes or one is null.
/// Errors: TypeError when the text cannot be read.
[[nodiscard]] Result<std::optional<std::strong_ordering>> order_of(Call& call);

}  // namespace aurora::expr
