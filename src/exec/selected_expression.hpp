// Selections that are expressions: `up: name | uppercase`, and calls that look like fields with arguments.
// Private to the executor; used by projections.
#pragma once

#include <aurora/aql/tree.hpp>

#include <optional>

namespace aurora::exec {

/// True for an expression, and for `alias: function(name: value, …)`, which reads like a field.
[[nodiscard]] bool is_expression(const aql::Selection& selection) noexcept;

/// The call that a selection reading like a field stands for; empty when it holds its expression already.
/// Requires: is_expression.
[[nodiscard]] std::optional<aql::Expression> call_of(const aql::Selection& selection);

/// The dotted name of a field as an expression.
[[nodiscard]] std::optional<aql::Expression> path_of(const aql::Selection& selection);

}  // namespace aurora::exec
