// Rivals for the same documents: increments, read-and-write transactions on registers, upserts of one key, inserts of one
// unique value. What was acknowledged must add up exactly; after a kill but for what was under way.
#pragma once

#include <cstdint>
#include <string>

namespace aurora::testing {

struct CountOptions {
  std::string database;
  std::string log;
  std::uint64_t seed = 1;
  unsigned threads = 8;
  std::uint64_t steps = 0;     ///< of each thread; 0: until it is killed
  bool careless = false;       ///< the negative control: registers are read and written without a transaction
};

/// The child. Returns 0 when all steps are done.
int run_counts(const CountOptions& options);

/// What is wrong with the database against the log of its child; empty: nothing. `operations` gets how many were
/// acknowledged.
[[nodiscard]] std::string check_counts(const CountOptions& options, bool was_killed, std::uint64_t& operations);

}  // namespace aurora::testing
