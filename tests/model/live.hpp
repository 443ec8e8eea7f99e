// The model test of live queries: random commits and random watched queries. The first result with every update
// applied to it must be what the query gives at that commit, always, and no update may change nothing.
#pragma once

#include <cstdint>

namespace aurora::testing {

struct LiveOptions {
  std::uint64_t seed = 0;
  std::uint64_t steps = 150;      ///< of one sequence
  std::uint64_t sequences = 0;    ///< 0: as many as fit into the time
  std::uint64_t seconds = 15;
};

/// The exit status. Prints what it did, or the seed that repeats what was wrong.
[[nodiscard]] int run_live_model(const LiveOptions& options);

}  // namespace aurora::testing
