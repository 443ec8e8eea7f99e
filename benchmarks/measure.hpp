// The measuring part: rounds in turns, medians, percentiles, threads.
// Knows stores only as sessions that are asked; called by workloads.
#pragma once

#include "peers/store.hpp"
#include "report.hpp"

#include <chrono>

namespace aurora::bench {

/// One of those that take turns: a session and what to ask of it for each thread.
struct Contender {
  std::string name;
  std::string durability;
  std::vector<std::unique_ptr<Session>> sessions;
  std::vector<Ask> asks;
};

struct Turns {
  std::uint64_t rounds = 5;
  /// How long a round of one contender should take, when `operations` is 0.
  std::chrono::nanoseconds budget = std::chrono::milliseconds(100);
  /// In a round, over all threads. Not 0: exactly so many, and the i-th question of the whole
  /// measurement is the same for every contender, as writes need it.
  std::uint64_t operations = 0;
  bool reads = true;  ///< in transactions of reads
  unsigned threads = 1;
  bool processor_time = false;  ///< of the asking thread, if there is one; else the wall's
  double items = 1;             ///< figures are for one of so many in an operation
  Questions questions;

  /// How many questions a fixed number of operations takes in all.
  [[nodiscard]] std::uint64_t questions_asked() const { return (rounds + 2) * operations; }
};

/// A round of each that does not count, then rounds that do, each starting with another contender;
/// then one in which each operation is timed for the percentiles. The figures are in the order of
/// the contenders; a time is that of the round divided by the operations of all its threads.
[[nodiscard]] std::vector<Figure> measure(std::span<Contender> contenders, const Turns& turns);

[[nodiscard]] double median(std::vector<double> values);
/// Sorts. Requires: not empty.
[[nodiscard]] double percentile(std::vector<double>& values, double part);

/// Keeps the compiler from dropping what computed `value`.
inline void keep(std::uint64_t value) { asm volatile("" : : "r"(value) : "memory"); }

}  // namespace aurora::bench
