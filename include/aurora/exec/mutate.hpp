// Mutation root fields: insertInto, insertMany, update, upsert, deleteFrom, transaction.
// Run inside a commit (or an interactive transaction) on a WriteView; the result is JSON text.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

#include <functional>
#include <string>

namespace aurora::exec {

struct MutationContext {
  const plan::Bindings& bindings;
  const std::vector<aql::FragmentDefinition>& fragments;
  const ExecSettings& settings;
  /// Runs `import` and `export`, which know files; they belong to a room above.
  std::function<Result<std::string>(WriteView&, const aql::Selection&)> transfer = {};
};

/// Runs one root field. On an error the caller must roll the view back to where it was.
/// Errors: those of the operation, with their place and, inside a transaction block, the path.
[[nodiscard]] Result<std::string> run_mutation(WriteView& view, const aql::Selection& field,
                                               const MutationContext& context);

}  // namespace aurora::exec
