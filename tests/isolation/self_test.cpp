// Body of the checker's own test.
#include "isolation/self_test.hpp"

#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "isolation/checker.hpp"

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

}  // namespace

bool sees_known_anomalies() {
  bool good = true;
  for (const auto& each : known()) {
    const auto found = check_history(each.history, each.final).found;
    if (each.anomaly.empty() ? found.empty() : found.contains(each.anomaly)) continue;
    std::printf("isolation: the checker does not tell %s\n", each.anomaly.empty() ? "that all is well" : each.anomaly.c_str());
    good = false;
  }
  return good;
}

}  // namespace aurora::testing
