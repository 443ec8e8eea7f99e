// The measuring part: rounds in turns, medians, ratios, the table and the JSON.
// Knows nothing of stores; called by workloads.cpp and main.cpp.
#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aurora::bench {

/// One thing to be timed in turn with others: does `operations` operations a call.
/// The first side of a measurement is Aurora.
struct Side {
  std::string name;
  std::function<void(std::uint64_t round)> run;
};

/// The ratio that is asked for, of one peer's time to Aurora's.
struct Bar {
  std::string peer;
  double ratio = 0;
};

struct Figure {
  std::string name;
  double nanoseconds = 0;  ///< an operation, median of the rounds
  double spread = 0;       ///< (slowest - fastest round) / median
};

struct Measurement {
  std::string workload;
  std::string about;
  std::uint64_t size = 0;  ///< documents there at the start
  std::string durability;
  std::optional<Bar> bar;
  std::vector<Figure> figures;  ///< the first is Aurora's

  [[nodiscard]] const Figure& aurora() const { return figures.front(); }
  /// How many times Aurora is as fast as that side.
  [[nodiscard]] double ratio(const Figure& peer) const;
  /// Nothing when there is no bar, or its peer was not measured.
  [[nodiscard]] std::optional<bool> met() const;
};

/// Runs the sides in turns, a round each, one more round first that does not count, each round
/// starting with another side. Returns medians for one of `operations` operations.
[[nodiscard]] std::vector<Figure> measure(std::span<const Side> sides, std::uint64_t rounds,
                                          std::uint64_t operations);

void print_table(std::ostream& out, const Measurement& measurement);
/// A list of {workload, size, durability, metric, unit, aurora, peers, ratios, bar, met}.
void write_json(std::ostream& out, std::span<const Measurement> measurements);

/// Keeps the compiler from dropping what computed `value`.
inline void keep(std::uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

}  // namespace aurora::bench
