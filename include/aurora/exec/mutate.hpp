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

class Handlers;           // handlers.hpp
struct MutationContext;

/// Runs `import` and `export`, which know files; they belong to a room above.
using TransferOperation =
    std::function<Result<std::string>(WriteView&, const aql::Selection&, const MutationContext&)>;

struct MutationContext {
  const plan::Bindings& bindings;
  const std::vector<aql::FragmentDefinition>& fragments;
  const ExecSettings& settings;
  TransferOperation transfer = {};
  const Handlers* handlers = nullptr;   ///< that changes fire; null: none
  std::size_t depth = 0;                ///< of the handlers that led here
};

/// Runs one root field and the handlers that its changes fire. On an error the caller must roll the view back to where it was.
/// Errors: those of the operation, with their place and, inside a transaction block, the path.
[[nodiscard]] Result<std::string> run_mutation(WriteView& view, const aql::Selection& field,
                                               const MutationContext& context);

}  // namespace aurora::exec
