// What was measured, held against the bars: the table, the summary and the JSON.
// Filled by workloads, written by main.cpp.
#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::bench {

/// What is asked for. Ratios are of one run: a peer's value to Aurora's, or the other way round.
struct Bar {
  enum class Kind : std::uint8_t {
    kTimesAsGood,  ///< the peer's value is at least so many times Aurora's
    kTimesOf,      ///< Aurora's value is at most so many times the peer's
    kAtMost,       ///< Aurora's value, in its unit
    kRate,         ///< at least so many operations a second
  };
  int number;  ///< row of the list of goals in docs/benchmarks.md
  Kind kind;
  double value;
  std::string peer;  ///< of the first two kinds
};

[[nodiscard]] inline Bar times_as_fast(int number, double value, std::string peer) {
  return {number, Bar::Kind::kTimesAsGood, value, std::move(peer)};
}
[[nodiscard]] inline Bar times_of(int number, double value, std::string peer) {
  return {number, Bar::Kind::kTimesOf, value, std::move(peer)};
}
[[nodiscard]] inline Bar at_most(int number, double value) {
  return {number, Bar::Kind::kAtMost, value, {}};
}
[[nodiscard]] inline Bar rate(int number, double value) {
  return {number, Bar::Kind::kRate, value, {}};
}

/// Less is better in every unit: nanoseconds or bytes.
struct Figure {
  std::string name;
  std::string durability;
  double value = 0;                ///< median of the rounds
  double spread = 0;               ///< (largest - smallest) / median
  std::optional<double> p50, p99;  ///< of single operations, with the clock's own 20 to 40 ns
};

/// One workload at one size, with one number of threads and one law of keys.
struct Line {
  std::string workload;
  std::string about;
  std::uint64_t size = 0;
  unsigned threads = 1;
  std::string keys;  ///< empty: does not matter
  std::string metric = "median time of an operation";
  std::string unit = "ns";
  Figure aurora{};
  std::vector<Figure> peers{};
  std::vector<Bar> bars{};

  [[nodiscard]] const Figure* peer(std::string_view name) const;
  /// How many times Aurora is as fast, or as small.
  [[nodiscard]] double ratio(const Figure& figure) const { return figure.value / aurora.value; }
  /// Nothing when its peer was not measured.
  [[nodiscard]] std::optional<bool> met(const Bar& bar) const;
  /// All that could be told; nothing when none could, or there is no bar.
  [[nodiscard]] std::optional<bool> met() const;
};

/// "at least 6 x sqlite".
[[nodiscard]] std::string text(const Bar& bar, std::string_view unit);
/// What stands against it: "7.1 x", "95 us".
[[nodiscard]] std::string reached(const Line& line, const Bar& bar);
[[nodiscard]] std::string value_text(double value, std::string_view unit);
/// 10000 as "10k", 2000000 as "2m".
[[nodiscard]] std::string size_text(std::uint64_t size);

void print(std::ostream& out, const Line& line);
/// A Markdown table with a row for each bar.
void print_bars(std::ostream& out, std::span<const Line> lines);
/// A list of {workload, size, durability, metric, unit, aurora, peers, ratios, bar, met} and more.
void write_json(std::ostream& out, std::span<const Line> lines);

}  // namespace aurora::bench
