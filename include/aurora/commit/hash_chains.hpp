// Numbers by hash, added and taken back in the manner of a stack. Used by write sets, which find documents by ordinal and
// claims by key in it, and undo to savepoints.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace aurora::commit {

/// Several numbers may have one hash; telling them apart is the caller's business. Allocates nothing for a number but when
/// it grows. Threads: as a container.
class HashChains {
 public:
  void push(std::uint64_t hash, std::uint32_t value) {
    if (entries_.size() == heads_.size()) grow();
    auto& head = heads_[slot(hash)];
    entries_.push_back({hash, value, head});
    head = static_cast<std::uint32_t>(entries_.size() - 1);
  }
  /// Takes back the last push. Requires: !empty().
  void pop() {
    const auto& last = entries_.back();
    heads_[slot(last.hash)] = last.next;   // it stands at the front of its chain: later ones are gone
    entries_.pop_back();
  }
  /// Calls `visit` with the numbers of that hash, newest first, until it returns true; gives whether it did.
  template <class Visit>
  bool find(std::uint64_t hash, const Visit& visit) const {
    if (entries_.empty()) return false;
    for (auto at = heads_[slot(hash)]; at != kNone; at = entries_[at].next)
      if (entries_[at].hash == hash && visit(entries_[at].value)) return true;
    return false;
  }

  [[nodiscard]] bool empty() const noexcept { return entries_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return entries_.size(); }
  void clear() {
    entries_.clear();
    heads_.clear();
  }

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    std::uint64_t hash;
    std::uint32_t value;
    std::uint32_t next;   // in the chain: one pushed before; kNone: the last
  };

  [[nodiscard]] std::size_t slot(std::uint64_t hash) const noexcept { return hash & (heads_.size() - 1); }
  void grow() {
    constexpr std::size_t kFirst = 16;
    heads_.assign(heads_.empty() ? kFirst : heads_.size() * 2, kNone);
    for (std::size_t i = 0; i < entries_.size(); ++i) {
      auto& head = heads_[slot(entries_[i].hash)];
      entries_[i].next = head;
      head = static_cast<std::uint32_t>(i);
    }
  }

  std::vector<Entry> entries_;          // as pushed
  std::vector<std::uint32_t> heads_;    // a power of two of them: the newest entry of each chain
};

}  // namespace aurora::commit
