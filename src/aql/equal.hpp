// Whether two pieces of a tree are the same in everything but their places.
// Called where a field is selected twice.
#pragma once

#include <aurora/aql/tree.hpp>

namespace aurora::aql {

[[nodiscard]] bool equal(const Literal& a, const Literal& b) noexcept;
[[nodiscard]] bool equal(const Expression& a, const Expression& b) noexcept;
/// An alias that only repeats the name makes no difference.
[[nodiscard]] bool equal(const Selection& a, const Selection& b) noexcept;

}  // namespace aurora::aql
