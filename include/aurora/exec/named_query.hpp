// Named queries: a collection and a filter under a name, stored in `_queries`. Handlers fire when a document enters or leaves
// one. Defined and dropped by statements.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

#include <string>

namespace aurora::exec {

/// Stores the query, in the place of one of that name; returns {"name","status"} as JSON.
/// Errors: CollectionNotFound, those of `where`; InvalidDefinition for anything but a collection and its `where`.
[[nodiscard]] Result<std::string> define_query(WriteView& view, const aql::Operation& operation,
                                               const plan::Bindings& bindings, const ExecSettings& settings);

/// Returns {"name","status"} as JSON. Errors: NotFound with the nearest name.
[[nodiscard]] Result<std::string> drop_query(WriteView& view, const aql::Name& name, const plan::Bindings& bindings,
                                             const ExecSettings& settings);

}  // namespace aurora::exec
