// Body of the checker of histories.
#include "isolation/checker.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <unordered_map>

#include "isolation/graph.hpp"

namespace aurora::testing {

namespace {

class Checker {
 public:
  Checker(const History& history, const Lists& final) : history_(history), final_(final), graph_(history.size()) {}

  Anomalies check() {
    count();
    find_writers();
    check_fates();
    for (std::size_t node = 0; node < history_.size(); ++node)
      if (took_place(node)) check_reads(node);
    order_writers();
    order_by_time();
    find_cycles();
    return std::move(anomalies_);
  }

 private:
  void note(const std::string& kind, const std::string& message) {
    if (anomalies_.found[kind]++ == 0) anomalies_.messages.push_back(kind + ": " + message);
  }

  [[nodiscard]] std::string name(std::size_t node) const {
    if (node >= history_.size()) return "(time)";
    return "T" + std::to_string(history_[node].thread) + "." + std::to_string(history_[node].number);
  }

  void count() {
    anomalies_.transactions = history_.size();
    for (const auto& each : history_) {
      if (each.fate == Fate::kCommitted) ++anomalies_.committed;
      if (each.fate == Fate::kAborted) ++anomalies_.aborted;
      if (each.fate == Fate::kUnknown) ++anomalies_.unknown;
    }
  }

  void find_writers() {
    for (std::size_t node = 0; node < history_.size(); ++node)
      for (const auto& append : history_[node].appends) writers_[append.element] = node;
  }

  // Whether what it would have appended is there: all of it, when it committed; none, when it did not.
  void check_fates() {
    happened_.assign(history_.size(), false);
    for (std::size_t node = 0; node < history_.size(); ++node) {
      const auto& each = history_[node];
      const auto there = std::count_if(each.appends.begin(), each.appends.end(), [&](const Append& append) {
        const auto list = final_.find(append.key);
        return list != final_.end() && std::find(list->second.begin(), list->second.end(), append.element) != list->second.end();
      });
      const auto all = static_cast<std::ptrdiff_t>(each.appends.size());
      if (each.fate == Fate::kCommitted && there != all) note("lost", name(node) + " committed, and its appends are not there");
      if (each.fate == Fate::kAborted && there != 0) note("G1a", name(node) + " was aborted, and its appends are there");
      if (each.fate == Fate::kUnknown && there != 0 && there != all) note("torn", name(node) + " is there in part");
      happened_[node] = each.fate == Fate::kCommitted || (each.fate == Fate::kUnknown && there != 0);
    }
  }

  [[nodiscard]] bool took_place(std::size_t node) const { return happened_[node]; }

  void check_reads(std::size_t node) {
    for (const auto& read : history_[node].reads) {
      const auto list = final_.find(read.key);
      const std::vector<Element> empty;
      const auto& versions = list == final_.end() ? empty : list->second;
      const bool is_prefix = read.elements.size() <= versions.size() &&
                             std::equal(read.elements.begin(), read.elements.end(), versions.begin());
      if (!is_prefix) {
        for (const auto element : read.elements) {
          const auto writer = writers_.find(element);
          if (writer != writers_.end() && history_[writer->second].fate == Fate::kAborted)
            note("G1a", name(node) + " read what the aborted " + name(writer->second) + " wrote");
        }
        note("order", name(node) + " read a list of key " + std::to_string(read.key) + " that did not grow to what it became");
        continue;
      }
      if (!read.elements.empty()) {
        const auto writer = writers_.at(read.elements.back());
        // The last append of that transaction to the key must be the one that was seen.
        Element last = read.elements.back();
        for (const auto& append : history_[writer].appends)
          if (append.key == read.key) last = append.element;
        if (writer != node && last != read.elements.back())
          note("G1b", name(node) + " read a list in the middle of " + name(writer));
        depend(writer, node, kWriteRead);
      }
      if (read.elements.size() < versions.size()) depend(node, writers_.at(versions[read.elements.size()]), kReadWrite);
    }
  }

  void order_writers() {
    for (const auto& [key, list] : final_)
      for (std::size_t i = 1; i < list.size(); ++i) depend(writers_.at(list[i - 1]), writers_.at(list[i]), kWriteWrite);
  }

  void depend(std::size_t from, std::size_t to, EdgeKind kind) {
    if (from == to) return;
    ++anomalies_.dependencies;
    graph_.add(from, to, kind);
  }

  // A chain of instants, one for each end: what began after it comes after all that had ended.
  void order_by_time() {
    struct Event {
      std::uint64_t time;
      std::size_t node;
      bool is_end;
    };
    std::vector<Event> events;
    for (std::size_t node = 0; node < history_.size(); ++node) {
      if (!took_place(node)) continue;
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

  void find_cycles() {
    for (const auto& component : graph_.cycles(kWriteWrite)) note("G0", show(component, kWriteWrite));
    for (const auto& component : graph_.cycles(kWriteWrite | kWriteRead)) {
      if (!has_cycle_within(component, kWriteWrite)) note("G1c", show(component, kWriteWrite | kWriteRead));
    }
    constexpr std::uint8_t kAll = kWriteWrite | kWriteRead | kReadWrite;
    for (const auto& component : graph_.cycles(kAll)) classify(component);
    if (!anomalies_.found.empty()) return;
    for (const auto& component : graph_.cycles(kAll | kRealTime)) note("real time", show(component, kAll | kRealTime));
  }

  [[nodiscard]] bool has_cycle_within(const std::vector<std::size_t>& component, std::uint8_t kinds) const {
    for (const auto& found : graph_.cycles(kinds))
      if (std::find(component.begin(), component.end(), found.front()) != component.end()) return true;
    return false;
  }

  // A cycle with one anti-dependency is a lost update or a read skew; with more of them, a write skew.
  void classify(const std::vector<std::size_t>& component) {
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

  [[nodiscard]] std::string show(const std::vector<std::size_t>& component, std::uint8_t kinds) const {
    for (const auto& edge : graph_.edges(component.front())) {
      if ((edge.kind & kinds) == 0) continue;
      const auto back = graph_.path(edge.to, component.front(), kinds);
      if (!back.empty()) return show_path(back);
    }
    return std::to_string(component.size()) + " transactions";
  }

  [[nodiscard]] std::string show_path(const std::vector<std::size_t>& path) const {
    std::string text = "cycle of";
    for (const auto node : path)
      if (node < history_.size()) text += ' ' + name(node);
    return text;
  }

  const History& history_;
  const Lists& final_;
  Graph graph_;
  Anomalies anomalies_;
  std::unordered_map<Element, std::size_t> writers_;
  std::vector<bool> happened_;
};

}  // namespace

Anomalies check_history(const History& history, const Lists& final) { return Checker(history, final).check(); }

}  // namespace aurora::testing
