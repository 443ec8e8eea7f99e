// Looks for anomalies in a history of reads and writes of registers.
// Called by the isolation test. A register does not tell the order of its versions; what a transaction wrote after it had
// read, what was there first and what is there last do (Elle's rw-register: writes follow reads). Where these leave an
// order open, no dependency is claimed, so that what is found is an anomaly.
#pragma once

#include <map>

#include "isolation/checker.hpp"

namespace aurora::testing {

/// By key; one that was never written is absent.
using Registers = std::map<Key, Element>;

/// `history`: appends are writes, reads hold one element or none. `final`: the registers after the last transaction ended.
/// Also finds "lost update": two that committed read the same version and wrote the next.
[[nodiscard]] Anomalies check_registers(const History& history, const Registers& final);

}  // namespace aurora::testing
