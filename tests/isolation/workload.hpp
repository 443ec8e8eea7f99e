// The process whose transactions are watched: threads that read and append to lists, or read and write
// registers, in every way a database offers.
// Started by the parent of the isolation test.
#pragma once

#include <aurora/aurora.hpp>

#include <cstdint>
#include <string>

#include "isolation/history.hpp"

namespace aurora::testing {

enum class Care : std::uint8_t {
  kTransactions,   ///< as an application should
  kNone,           ///< reads outside, then writes the whole list: the checker must find lost updates
};

struct WorkloadOptions {
  std::string database;
  std::string history;
  std::uint64_t seed = 1;
  unsigned threads = 8;
  std::uint64_t transactions = 0;   ///< of all threads together; 0: until it is killed
  Care care = Care::kTransactions;
  bool registers = false;           ///< else lists
};

/// Returns 0 when all were done, 3 when an error came that none may see.
int run_workload(const WorkloadOptions& options);

/// The lists of a database as they are.
[[nodiscard]] Lists read_lists(Database& database);

}  // namespace aurora::testing
