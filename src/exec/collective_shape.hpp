// The shape of what stands at the level of a collection: totalCount, edges, pageInfo, nodes.
// Called by queries before anything is read, so that a mistake shows on an empty collection too.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/plan/bindings.hpp>

#include <string_view>
#include <vector>

namespace aurora::exec {

/// A part that is only a value. Errors: InvalidQuery for arguments and for a selection.
[[nodiscard]] Status check_leaf(const aql::Selection& part, const plan::Bindings& bindings);

/// Whether `part` and what it selects can be answered; groupBy, downsample and aggregate check themselves.
/// Errors: InvalidQuery with the place of what is unknown or missing.
[[nodiscard]] Status check_collective(const aql::Selection& part, std::string_view collection,
                                      const plan::Bindings& bindings,
                                      const std::vector<aql::FragmentDefinition>& fragments);

/// For callers that want documents and not JSON: what `part` is asked for stands in none of them. InvalidOperation.
[[nodiscard]] Error no_document(const aql::Selection& part, const plan::Bindings& bindings);
/// Whether the documents hold all that the projection shows. Errors: as no_document.
[[nodiscard]] Status check_whole(const Projection& projection, const aql::Selection& field,
                                 const plan::Bindings& bindings);

}  // namespace aurora::exec
