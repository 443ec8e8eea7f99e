// Conditions on the values of a group: what `having` tests.
// Used by groupBy (group.cpp).
#pragma once

#include <aurora/plan/bindings.hpp>
#include <aurora/plan/filter.hpp>

#include <vector>

namespace aurora::exec {

struct GroupTest {
  plan::FilterOp op = plan::FilterOp::kEq;
  Value operand;             ///< of kIn, kNin and kBetween: a list; of kIsNull and kIsNotNull: nothing
  aql::Offset at{};          ///< of the operand
};

/// The tests of { gt: 2, lt: 9 }, or of a value that is short for `eq`.
/// Errors: InvalidQuery for an unknown operator, TypeError for an operand of the wrong kind.
[[nodiscard]] Result<std::vector<GroupTest>> read_group_tests(const aql::Literal& condition,
                                                              const plan::Bindings& bindings);

/// As the same operator of `where` would say; text is read as what the value is, where that is a Uuid, Date,
/// Time or DateTime. Errors: TypeError when it cannot be.
[[nodiscard]] Result<bool> meets(const GroupTest& test, const Value& value, const plan::Bindings& bindings);

}  // namespace aurora::exec
