// Body of the checker of registers.
#include "isolation/register_checker.hpp"

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <unordered_map>
#include <vector>

#include "isolation/cycles.hpp"

namespace aurora::testing {

namespace {

// What a register held before anybody wrote it. Elements are above.
constexpr Element kNothing = 0;

class RegisterChecker {
 public:
  RegisterChecker(const History& history, const Registers& final)
      : history_(history), final_(final), dependencies_(history, anomalies_) {}

  Anomalies check() {
    find_writers();
    find_happened();
    order_versions();
    for (std::size_t node = 0; node < history_.size(); ++node)
      if (happened_[node]) check_reads(node);
    check_final();
    for (const auto& [key, after] : after_)
      for (const auto& [version, next] : after)
        for (const auto later : next)
          if (version != kNothing) dependencies_.add(writers_.at(version), writers_.at(later), kWriteWrite);
    dependencies_.find_cycles(happened_);
    return std::move(anomalies_);
  }

 private:
  void find_writers() {
    for (std::size_t node = 0; node < history_.size(); ++node)
      for (const auto& write : history_[node].appends) {
        writers_[write.element] = node;
        last_of_[{node, write.key}] = write.element;
      }
  }

  [[nodiscard]] static Element seen_of(const Read& read) { return read.elements.empty() ? kNothing : read.elements.front(); }
  [[nodiscard]] Element final_of(Key key) const {
    const auto at = final_.find(key);
    return at == final_.end() ? kNothing : at->second;
  }

  // One whose end is not known took place when somebody saw what it wrote.
  void find_happened() {
    happened_.assign(history_.size(), false);
    for (std::size_t node = 0; node < history_.size(); ++node) happened_[node] = history_[node].fate == Fate::kCommitted;
    const auto saw = [&](Element element) {
      const auto at = writers_.find(element);
      if (at != writers_.end() && history_[at->second].fate == Fate::kUnknown) happened_[at->second] = true;
    };
    for (const auto& each : history_)
      if (each.fate == Fate::kCommitted)
        for (const auto& read : each.reads) saw(seen_of(read));
    for (const auto& [key, element] : final_) saw(element);
  }

  // Of each register which version came after which, as far as it is known. Versions inside a transaction are no versions.
  void order_versions() {
    for (std::size_t node = 0; node < history_.size(); ++node) {
      if (!happened_[node]) continue;
      for (const auto& write : history_[node].appends) {
        const auto last = last_of_.at({node, write.key});
        if (write.element != last) continue;
        add_version(write.key, kNothing, last);
        if (const auto final = final_of(write.key); final != last && is_version(final)) add_version(write.key, last, final);
        std::optional<Element> seen;
        for (const auto& read : history_[node].reads)
          if (read.key == write.key) seen = seen_of(read);
        if (!seen) continue;
        add_version(write.key, *seen, last);
        const auto [at, first] = wrote_after_.try_emplace({write.key, *seen}, node);
        if (!first)
          dependencies_.note("lost update", dependencies_.name(at->second) + " and " + dependencies_.name(node) +
                                                " read the same version of register " + std::to_string(write.key) +
                                                " and wrote the next");
      }
    }
  }

  [[nodiscard]] bool is_version(Element element) const { return element != kNothing && writers_.contains(element); }
  void add_version(Key key, Element before, Element after) {
    if (before == kNothing || is_version(before)) after_[key][before].insert(after);
  }

  void check_reads(std::size_t node) {
    for (const auto& read : history_[node].reads) {
      const auto seen = seen_of(read);
      if (seen != kNothing) {
        const auto at = writers_.find(seen);
        if (at == writers_.end()) {
          dependencies_.note("unknown", dependencies_.name(node) + " read what nobody wrote");
          continue;
        }
        const auto writer = at->second;
        if (history_[writer].fate == Fate::kAborted)
          dependencies_.note("G1a", dependencies_.name(node) + " read what the aborted " + dependencies_.name(writer) + " wrote");
        if (writer != node && last_of_.at({writer, read.key}) != seen)
          dependencies_.note("G1b", dependencies_.name(node) + " read a register in the middle of " + dependencies_.name(writer));
        dependencies_.add(writer, node, kWriteRead);
      }
      const auto& after = after_[read.key];
      if (const auto next = after.find(seen); next != after.end())
        for (const auto later : next->second) dependencies_.add(node, writers_.at(later), kReadWrite);
    }
  }

  void check_final() {
    std::set<Key> written;
    for (std::size_t node = 0; node < history_.size(); ++node)
      if (history_[node].fate == Fate::kCommitted)
        for (const auto& write : history_[node].appends) written.insert(write.key);
    for (const auto key : written) {
      const auto final = final_of(key);
      const auto writer = writers_.find(final);
      if (writer == writers_.end()) {
        dependencies_.note("lost", "register " + std::to_string(key) + " was written, and nothing of it is there");
        continue;
      }
      if (history_[writer->second].fate == Fate::kAborted)
        dependencies_.note("G1a", "the aborted " + dependencies_.name(writer->second) + " is there");
      if (const auto next = wrote_after_.find({key, final}); next != wrote_after_.end())
        dependencies_.note("lost", dependencies_.name(next->second) + " committed, and an older version is there");
    }
  }

  const History& history_;
  const Registers& final_;
  Anomalies anomalies_;
  Dependencies dependencies_;
  std::unordered_map<Element, std::size_t> writers_;
  std::map<std::pair<std::size_t, Key>, Element> last_of_;                 // what a transaction left in a register
  std::map<Key, std::map<Element, std::set<Element>>> after_;              // later versions, not all of them
  std::map<std::pair<Key, Element>, std::size_t> wrote_after_;             // who read that version and wrote
  std::vector<bool> happened_;
};

}  // namespace

Anomalies check_registers(const History& history, const Registers& final) { return RegisterChecker(history, final).check(); }

}  // namespace aurora::testing
