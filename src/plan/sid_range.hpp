// Conditions on `_sid` as ranges of ordinals: documents stand in its order. Called by the access planner only.
#pragma once

#include <aurora/plan/access.hpp>

#include <optional>
#include <string_view>

namespace aurora::plan {

/// The live documents that meet a condition on `_sid`, exactly; none when it is of a kind that order does not answer.
/// Requires: node.subject is kSid. Cost: O(log n) documents read a bound.
[[nodiscard]] std::optional<OrdinalSet> sid_set(const FilterNode& node, const AccessSource& source);

/// As explain names it.
[[nodiscard]] std::string_view sid_op(const FilterNode& node);

}  // namespace aurora::plan
