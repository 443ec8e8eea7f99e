// Decides whether what a reopened database holds may follow from what its killed writer reported.
// Used by the parent of the crash test.
#pragma once

#include <aurora/aurora.hpp>

#include <string>
#include <vector>

#include "crash/operation.hpp"

namespace aurora::testing {

struct Findings {
  std::uint64_t acks = 0;
  std::uint64_t unknown = 0;   ///< operations under way when the child died
  std::uint64_t survived = 0;  ///< of those, the ones that are there
  std::uint64_t lost = 0;      ///< acknowledged operations that are not there
  std::uint64_t torn = 0;      ///< documents or commits that are there in part
  std::uint64_t problems = 0;  ///< of verify()
  std::vector<std::string> messages;
};

/// Everything in the database as keys and values. Documents that are not whole, and answers of
/// indexes that differ from what is stored, count as torn.
[[nodiscard]] KeyValues read_state(const Database& database, Findings& findings);

/// Each key's last acknowledged value is there; of a thread's last operation, all or nothing.
void check_acknowledged(const KeyValues& before, const RunLog& log, const KeyValues& found,
                        Findings& findings);

/// What is there is what the first n operations made, for some n; the rest of the acknowledged ones
/// counts as lost. Requires: one writing thread.
void check_prefix(const KeyValues& before, const RunLog& log, const KeyValues& found,
                  Findings& findings);

}  // namespace aurora::testing
