// The dependencies between the transactions of a history, and the anomalies that cycles among them are.
// Filled by the checkers of lists and of registers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "isolation/checker.hpp"
#include "isolation/graph.hpp"

namespace aurora::testing {

class Dependencies {
 public:
  Dependencies(const History& history, Anomalies& anomalies);

  /// Notes an anomaly; the first of a kind with its message.
  void note(const std::string& kind, const std::string& message);
  [[nodiscard]] std::string name(std::size_t node) const;
  void add(std::size_t from, std::size_t to, EdgeKind kind);
  /// Looks for cycles among all that was added, then with the order of real time. `happened`: by place in the history.
  void find_cycles(const std::vector<bool>& happened);

 private:
  void order_by_time(const std::vector<bool>& happened);
  [[nodiscard]] bool has_cycle_within(const std::vector<std::size_t>& component, std::uint8_t kinds) const;
  void classify(const std::vector<std::size_t>& component);
  [[nodiscard]] std::string show(const std::vector<std::size_t>& component, std::uint8_t kinds) const;
  [[nodiscard]] std::string show_path(const std::vector<std::size_t>& path) const;

  const History& history_;
  Anomalies& anomalies_;
  Graph graph_;
};

}  // namespace aurora::testing
