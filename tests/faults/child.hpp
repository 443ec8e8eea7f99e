// The processes that meet faults: one writes until the power is cut, one does a fixed amount of work while an
// operation fails, one looks at a damaged database.
// Started by the parent of the fault test.
#pragma once

#include <aurora/config.hpp>

#include <cstdint>
#include <string>

#include "faults/faulty_files.hpp"

namespace aurora::testing {

struct FaultChild {
  std::string database;
  std::string log;              ///< of what was acknowledged
  std::uint64_t seed = 1;
  Durability durability = Durability::kWal;
  FaultPlan plan;
  unsigned threads = 1;         ///< of the one that is cut off
  unsigned steps = 40;          ///< of the other, in each of its two openings
};

/// Writes until the plan cuts the power. Returns kWrong when something else ends it.
int run_until_cut(const FaultChild& child);

/// Opens, writes, closes, and all of it again. Checks that what fails fails with an error that says so, that no
/// write succeeds after one has failed, and that reading goes on when only writing fails.
int run_with_fault(const FaultChild& child);

/// Throws the index pages of a closed database away, unless it has none (`whole`), opens it, asks and closes.
int run_recreation(const std::string& path, bool whole, const FaultPlan& plan);

}  // namespace aurora::testing
