// Body of Database::optimize_collection. Called by users; asks the advice on indexes and runs what it proposes.
#include <aurora/database.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>

#include "index_advice.hpp"
#include "state.hpp"

namespace aurora {

Result<IndexAdvice> Database::try_optimize_collection(std::string_view collection, const OptimizeOptions& options) {
  return within_memory([&]() -> Result<IndexAdvice> {
    IndexAdvice advice;
    {
      AURORA_ASSIGN(const auto entry, state_->engine().enter());
      const auto view = state_->engine().view();
      AURORA_ASSIGN(const auto definition, view.catalog().require(collection));
      advice = facade::advise(view.catalog(), *definition, state_->shapes().of(definition->id));
    }
    if (!options.create) return advice;
    for (auto& proposal : advice.proposals) {
      AURORA_TRY(try_execute(proposal.aql));
      proposal.created = true;
    }
    return advice;
  });
}

}  // namespace aurora
