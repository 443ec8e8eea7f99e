// Bodies of the search for cycles.
#include "isolation/cycles.hpp"

#include <algorithm>
#include <optional>

namespace aurora::testing {

Dependencies::Dependencies(const History& history, Anomalies& anomalies)
    : history_(history), anomalies_(anomalies), graph_(history.size()) {
  anomalies_.transactions = history_.size();
  for (const auto& each : history_) {
    if (each.fate == Fate::kCommitted) ++anomalies_.committed;
    if (each.fate == Fate::kAborted) ++anomalies_.aborted;
    if (each.fate == Fate::kUnknown) ++anomalies_.unknown;
  }
}

void Dependencies::note(const std::string& kind, const std::string& message) {
  if (anomalies_.found[kind]++ == 0) anomalies_.messages.push_back(kind + ": " + message);
}

std::string Dependencies::name(std::size_t node) const {
  if (node >= history_.size()) return "(time)";
  return "T" + std::to_string(history_[node].thread) + "." + std::to_string(history_[node].number);
}

void Dependencies::add(std::size_t from, std::size_t to, EdgeKind kind) {
  if (from == to) return;
  ++anomalies_.dependencies;
  graph_.add(from, to, kind);
}

// A chain of instants, one for each end: what began after it comes after all that had ended.
void Dependencies::order_by_time(const std::vector<bool>& happened) {
  struct Event {
    std::uint64_t time;
    std::size_t node;
    bool is_end;
  };
  std::vector<Event> events;
  for (std::size_t node = 0; node < history_.size(); ++node) {
    if (!happened[node]) continue;
    events.push_back({history_[node].begin, node, false});
    if (history_[node].fate == Fate::kCommitted) events.push_back({history_[node].end, node, true});
  }
  std::sort(events.begin(), events.end(), [](const Event& a, const Event& b) { return a.time < b.time; });
  std::optional<std::size_t> last;
  for (const auto& event : events) {
    if (!event.is_end) {
      if (last) graph_.add(*last, event.node, kRealTime);
      continue;
    }
    const auto instant = graph_.add_node();
    graph_.add(event.node, instant, kRealTime);
    if (last) graph_.add(*last, instant, kRealTime);
    last = instant;
  }
}

void Dependencies::find_cycles(const std::vector<bool>& happened) {
  order_by_time(happened);
  for (const auto& component : graph_.cycles(kWriteWrite)) note("G0", show(component, kWriteWrite));
  for (const auto& component : graph_.cycles(kWriteWrite | kWriteRead)) {
    if (!has_cycle_within(component, kWriteWrite)) note("G1c", show(component, kWriteWrite | kWriteRead));
  }
  constexpr std::uint8_t kAll = kWriteWrite | kWriteRead | kReadWrite;
  for (const auto& component : graph_.cycles(kAll)) classify(component);
  if (!anomalies_.found.empty()) return;
  for (const auto& component : graph_.cycles(kAll | kRealTime)) note("real time", show(component, kAll | kRealTime));
}

bool Dependencies::has_cycle_within(const std::vector<std::size_t>& component, std::uint8_t kinds) const {
  for (const auto& found : graph_.cycles(kinds))
    if (std::find(component.begin(), component.end(), found.front()) != component.end()) return true;
  return false;
}

// A cycle with one anti-dependency is a lost update or a read skew; with more of them, a write skew.
void Dependencies::classify(const std::vector<std::size_t>& component) {
  bool has_read_write = false;
  for (const auto node : component)
    for (const auto& edge : graph_.edges(node)) {
      if (edge.kind != kReadWrite || std::find(component.begin(), component.end(), edge.to) == component.end()) continue;
      has_read_write = true;
      const auto back = graph_.path(edge.to, node, kWriteWrite | kWriteRead);
      if (back.empty()) continue;
      note("G-single", show_path(back));
      return;
    }
  if (has_read_write) note("G2-item", show(component, kWriteWrite | kWriteRead | kReadWrite));
}

std::string Dependencies::show(const std::vector<std::size_t>& component, std::uint8_t kinds) const {
  for (const auto& edge : graph_.edges(component.front())) {
    if ((edge.kind & kinds) == 0) continue;
    const auto back = graph_.path(edge.to, component.front(), kinds);
    if (!back.empty()) return show_path(back);
  }
  return std::to_string(component.size()) + " transactions";
}

std::string Dependencies::show_path(const std::vector<std::size_t>& path) const {
  std::string text = "cycle of";
  for (const auto node : path)
    if (node < history_.size()) text += ' ' + name(node);
  return text;
}

}  // namespace aurora::testing
