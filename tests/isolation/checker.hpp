// Looks for anomalies in a history of appends and reads.
// Called by the isolation test. After Kingsbury and Alvaro, "Elle: Inferring Isolation Anomalies from Experimental
// Observations" (VLDB 2020): lists that only grow tell the order of their writers, so the dependencies between
// transactions are known, and a cycle among them is an anomaly.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "isolation/history.hpp"

namespace aurora::testing {

struct Anomalies {
  std::uint64_t transactions = 0, committed = 0, aborted = 0, unknown = 0;
  std::uint64_t dependencies = 0;
  /// How often what was found: "G0", "G1a", "G1b", "G1c", "G-single" (lost update, read skew), "G2-item" (write
  /// skew), "real time" (serialisable, but not in the order things happened), "lost", "torn", "order" (two readers
  /// saw a list grow differently).
  std::map<std::string, std::uint64_t> found;
  std::vector<std::string> messages;   ///< one for each kind, the first
};

/// `final`: the lists after the last transaction ended.
/// Cost: O(transactions + elements read).
[[nodiscard]] Anomalies check_history(const History& history, const Lists& final);

}  // namespace aurora::testing
