// The words of the language that stand where a name is looked up.
// Called by the parser and the planner; the one list of each kind.
#pragma once

#include <algorithm>
#include <array>
#include <string_view>

namespace aurora::aql {

/// The root fields a mutation may have; `schema` only as a block.
inline constexpr auto kMutationNames = std::to_array<std::string_view>({
    "insertInto",
    "insert",
    "insertMany",
    "update",
    "upsert",
    "deleteFrom",
    "delete",
    "import",
    "export",
    "transaction",
    "schema",
    "enqueueJob",
    "enqueueJobs",
    "retryJob",
    "retryJobs",
    "cancelJob",
    "pauseQueue",
    "resumeQueue",
});

[[nodiscard]] constexpr bool is_mutation_name(std::string_view name) noexcept {
  return std::find(kMutationNames.begin(), kMutationNames.end(), name) != kMutationNames.end();
}

}  // namespace aurora::aql
