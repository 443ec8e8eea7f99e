// Body of the checker's own test.
#include "isolation/self_test.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "isolation/checker.hpp"
#include "isolation/register_checker.hpp"

namespace aurora::testing {

namespace {

// Transactions at overlapping times unless said otherwise.
HistoryTransaction made(std::uint64_t number, std::vector<Append> appends, std::vector<Read> reads,
                        Fate fate = Fate::kCommitted, std::uint64_t begin = 0, std::uint64_t end = 100) {
  return {number, 1, begin, fate == Fate::kUnknown ? 0 : end, fate, std::move(appends), std::move(reads)};
}

struct Known {
  std::string anomaly;   // empty: none
  History history;
  Lists final;
};

std::vector<Known> known() {
  return {
      {"", {made(1, {{1, 10}}, {}), made(2, {{1, 20}}, {{1, {10}}}), made(3, {}, {{1, {10, 20}}})}, {{1, {10, 20}}}},
      {"", {made(1, {{1, 10}, {2, 11}}, {}, Fate::kUnknown), made(2, {}, {{1, {}}})}, {{1, {10}}, {2, {11}}}},
      // Two keys, written in opposite orders.
      {"G0", {made(1, {{1, 10}, {2, 11}}, {}), made(2, {{1, 20}, {2, 21}}, {})}, {{1, {10, 20}}, {2, {21, 11}}}},
      {"G1a", {made(1, {{1, 10}}, {}, Fate::kAborted), made(2, {}, {{1, {10}}})}, {{1, {}}}},
      {"G1a", {made(1, {{1, 10}}, {}, Fate::kAborted)}, {{1, {10}}}},
      {"G1b", {made(1, {{1, 10}, {1, 11}}, {}), made(2, {}, {{1, {10}}})}, {{1, {10, 11}}}},
      // Each read what the other wrote.
      {"G1c", {made(1, {{1, 10}}, {{2, {20}}}), made(2, {{2, 20}}, {{1, {10}}})}, {{1, {10}}, {2, {20}}}},
      // Lost update: both read nothing and appended.
      {"G-single", {made(1, {{1, 10}}, {{1, {}}}), made(2, {{1, 20}}, {{1, {}}})}, {{1, {10, 20}}}},
      // Read skew: one list before and one after.
      {"G-single", {made(1, {{1, 10}, {2, 11}}, {}), made(2, {}, {{1, {10}}, {2, {}}})}, {{1, {10}}, {2, {11}}}},
      // Write skew: each read what the other wrote next.
      {"G2-item", {made(1, {{1, 10}}, {{2, {}}}), made(2, {{2, 20}}, {{1, {}}})}, {{1, {10}}, {2, {20}}}},
      {"lost", {made(1, {{1, 10}}, {})}, {{1, {}}}},
      {"torn", {made(1, {{1, 10}, {2, 11}}, {}, Fate::kUnknown)}, {{1, {10}}, {2, {}}}},
      {"order", {made(1, {{1, 10}}, {}), made(2, {{1, 20}}, {}), made(3, {}, {{1, {20}}})}, {{1, {10, 20}}}},
      // The second began after the first had ended, and saw nothing of it.
      {"real time", {made(1, {{1, 10}}, {}, Fate::kCommitted, 0, 10), made(2, {}, {{1, {}}}, Fate::kCommitted, 20, 30)}, {{1, {10}}}},
  };
}

struct KnownRegisters {
  std::string anomaly;   // empty: none
  History history;
  Registers final;
};

std::vector<KnownRegisters> known_registers() {
  return {
      {"", {made(1, {{1, 10}}, {}), made(2, {{1, 20}}, {{1, {10}}}), made(3, {}, {{1, {20}}})}, {{1, 20}}},
      {"", {made(1, {{1, 10}}, {{1, {}}}, Fate::kUnknown), made(2, {}, {{1, {}}})}, {{1, 10}}},
      // Written blindly: in which order is not known, and neither is an anomaly.
      {"", {made(1, {{1, 10}}, {}), made(2, {{1, 20}}, {}), made(3, {}, {{1, {10}}}), made(4, {}, {{1, {20}}})}, {{1, 20}}},
      // Two registers, left by their writers in opposite orders.
      {"G0", {made(1, {{1, 10}, {2, 11}}, {}), made(2, {{1, 20}, {2, 21}}, {})}, {{1, 20}, {2, 11}}},
      {"G1a", {made(1, {{1, 10}}, {}, Fate::kAborted), made(2, {}, {{1, {10}}})}, {}},
      {"G1a", {made(1, {{1, 10}}, {}, Fate::kAborted), made(2, {{1, 20}}, {})}, {{1, 10}}},
      {"G1b", {made(1, {{1, 10}, {1, 11}}, {}), made(2, {}, {{1, {10}}})}, {{1, 11}}},
      {"G1c", {made(1, {{1, 10}}, {{2, {20}}}), made(2, {{2, 20}}, {{1, {10}}})}, {{1, 10}, {2, 20}}},
      {"lost update", {made(1, {{1, 10}}, {{1, {}}}), made(2, {{1, 20}}, {{1, {}}})}, {{1, 20}}},
      // Read skew: one register before and one after.
      {"G-single", {made(1, {{1, 10}, {2, 11}}, {}), made(2, {}, {{1, {10}}, {2, {}}})}, {{1, 10}, {2, 11}}},
      // Write skew: each read what the other wrote next.
      {"G2-item", {made(1, {{1, 10}}, {{2, {}}}), made(2, {{2, 20}}, {{1, {}}})}, {{1, 10}, {2, 20}}},
      {"lost", {made(1, {{1, 10}}, {})}, {}},
      {"lost", {made(1, {{1, 10}}, {}), made(2, {{1, 20}}, {{1, {10}}})}, {{1, 10}}},
      {"unknown", {made(1, {}, {{1, {77}}})}, {}},
      {"real time", {made(1, {{1, 10}}, {}, Fate::kCommitted, 0, 10), made(2, {}, {{1, {}}}, Fate::kCommitted, 20, 30)}, {{1, 10}}},
  };
}

bool is_told(const std::string& anomaly, const Anomalies& found, const char* of) {
  if (anomaly.empty() ? found.found.empty() : found.found.contains(anomaly)) return true;
  std::printf("isolation: the checker of %s does not tell %s\n", of, anomaly.empty() ? "that all is well" : anomaly.c_str());
  return false;
}

}  // namespace

bool sees_known_anomalies() {
  bool good = true;
  for (const auto& each : known()) good = is_told(each.anomaly, check_history(each.history, each.final), "lists") && good;
  for (const auto& each : known_registers())
    good = is_told(each.anomaly, check_registers(each.history, each.final), "registers") && good;
  return good;
}

}  // namespace aurora::testing
