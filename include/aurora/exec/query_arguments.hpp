// The arguments of a query's root field, compiled: what to find, in which order, which part of it.
// Called by queries and by live queries.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/schema/catalog.hpp>

namespace aurora::exec {

/// Reads where, validate, search, orderBy, limit, offset, distinct, first, after, last and before.
/// Errors: InvalidQuery for unknown arguments and fields (nearest name), TypeError, those of filters and searches; all
/// with their place.
[[nodiscard]] Result<DocumentQuery> read_query_arguments(Catalog::Entry collection, const aql::Selection& field,
                                                         const plan::Bindings& bindings);

/// True for aggregate, groupBy, edges …, which stand for the whole result, unless a field has that name.
[[nodiscard]] bool is_collective(const CollectionDef& collection, const aql::Selection& selection);

}  // namespace aurora::exec
