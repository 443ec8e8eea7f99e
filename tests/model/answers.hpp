// Questions about many documents at once: aggregates, groups, windows; with what the naive twin answers.
// Made by the model test from random queries; shares no code with exec.
#pragma once

#include "model/generator.hpp"
#include "model/twin.hpp"

#include <string>

namespace aurora::testing {

/// A selection of collection "c", and the value it must give.
struct Question {
  std::string selection;   ///< with its braces
  Value expected;
};

/// aggregate and groupBy under one root field. They see all that `query` matches, whatever its limit says.
[[nodiscard]] Question ask_many(Generator& random, const Twin& twin, const TwinQuery& query);
/// windowFunc beside every field: over all rows in order, for those of the page.
[[nodiscard]] Question ask_windows(Generator& random, const Twin& twin, const TwinQuery& query);

/// Equal up to the rounding of Floats; an Int is not a Float.
[[nodiscard]] bool nearly_equal(const Value& a, const Value& b);

}  // namespace aurora::testing
