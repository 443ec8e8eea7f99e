// From a `where` as written to a Filter. Called by the query planner and by mutations.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/plan/filter.hpp>

namespace aurora::plan {

/// Compiles `where` (an object, or a variable standing for one). Constant parts are folded.
/// Errors: InvalidQuery for unknown fields and operators (nearest name), bad regular expressions; TypeError
/// for operands that cannot be read as the field's type; both with their place.
[[nodiscard]] Result<std::shared_ptr<const Filter>> compile_filter(std::shared_ptr<const CollectionDef> collection,
                                                                   const aql::Literal& where, const Bindings& bindings);

/// Matches everything.
[[nodiscard]] std::shared_ptr<const Filter> match_all(std::shared_ptr<const CollectionDef> collection);

}  // namespace aurora::plan
