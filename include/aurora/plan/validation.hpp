// The `validate` argument of queries: constraints of @validate as a condition on documents.
// Called by the query planner beside `where`.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/plan/filter.hpp>

namespace aurora::plan {

/// `filter` and, for each field `validate` names, that it is null or meets the constraints given for it.
/// Errors: InvalidQuery for unknown fields and constraints (nearest name) and for values a constraint cannot take;
/// LimitExceeded for a long pattern; all with their place.
[[nodiscard]] Result<std::shared_ptr<const Filter>> add_validation(std::shared_ptr<const Filter> filter,
                                                                   const aql::Literal& validate,
                                                                   const Bindings& bindings);

}  // namespace aurora::plan
