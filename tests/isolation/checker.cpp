// Body of the checker of histories.
#include "isolation/checker.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "isolation/cycles.hpp"

namespace aurora::testing {

namespace {

class Checker {
 public:
  Checker(const History& history, const Lists& final) : history_(history), final_(final), dependencies_(history, anomalies_) {}

  Anomalies check() {
    find_writers();
    check_fates();
    for (std::size_t node = 0; node < history_.size(); ++node)
      if (took_place(node)) check_reads(node);
    order_writers();
    dependencies_.find_cycles(happened_);
    return std::move(anomalies_);
  }

 private:
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
      if (each.fate == Fate::kCommitted && there != all) dependencies_.note("lost", dependencies_.name(node) + " committed, and its appends are not there");
      if (each.fate == Fate::kAborted && there != 0) dependencies_.note("G1a", dependencies_.name(node) + " was aborted, and its appends are there");
      if (each.fate == Fate::kUnknown && there != 0 && there != all) dependencies_.note("torn", dependencies_.name(node) + " is there in part");
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
            dependencies_.note("G1a", dependencies_.name(node) + " read what the aborted " + dependencies_.name(writer->second) + " wrote");
        }
        dependencies_.note("order", dependencies_.name(node) + " read a list of key " + std::to_string(read.key) + " that did not grow to what it became");
        continue;
      }
      if (!read.elements.empty()) {
        const auto writer = writers_.at(read.elements.back());
        // The last append of that transaction to the key must be the one that was seen.
        Element last = read.elements.back();
        for (const auto& append : history_[writer].appends)
          if (append.key == read.key) last = append.element;
        if (writer != node && last != read.elements.back())
          dependencies_.note("G1b", dependencies_.name(node) + " read a list in the middle of " + dependencies_.name(writer));
        dependencies_.add(writer, node, kWriteRead);
      }
      if (read.elements.size() < versions.size()) dependencies_.add(node, writers_.at(versions[read.elements.size()]), kReadWrite);
    }
  }

  void order_writers() {
    for (const auto& [key, list] : final_)
      for (std::size_t i = 1; i < list.size(); ++i) dependencies_.add(writers_.at(list[i - 1]), writers_.at(list[i]), kWriteWrite);
  }

  const History& history_;
  const Lists& final_;
  Anomalies anomalies_;
  Dependencies dependencies_;
  std::unordered_map<Element, std::size_t> writers_;
  std::vector<bool> happened_;
};

}  // namespace

Anomalies check_history(const History& history, const Lists& final) { return Checker(history, final).check(); }

}  // namespace aurora::testing
