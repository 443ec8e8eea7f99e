// `__schema`: the catalog as a query result. Called by the statement runner.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/view.hpp>
#include <aurora/plan/bindings.hpp>

#include <string>
#include <vector>

namespace aurora::exec {

/// Whether `@include`, `@skip` and roles, on the field and on its operation, let it be answered.
[[nodiscard]] Result<bool> is_schema_included(const aql::Selection& field,
                                              const std::vector<aql::Directive>& of_operation,
                                              const plan::Bindings& bindings);

/// The value of a `__schema` root field as JSON text.
/// Errors: InvalidQuery for unknown names and arguments.
[[nodiscard]] Result<std::string> run_introspection(View& view, const aql::Selection& field,
                                                    const plan::Bindings& bindings,
                                                    const std::vector<aql::FragmentDefinition>& fragments);

}  // namespace aurora::exec
