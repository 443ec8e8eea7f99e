// The order in which cached entries are considered for eviction, for each policy. Used by the record cache only.
//
// Sources: CLOCK and generalised CLOCK (Smith 1978); S3-FIFO (Yang et al., "FIFO queues are all you need for cache
// eviction", SOSP 2023).
#pragma once

#include <aurora/eviction_policy.hpp>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <optional>
#include <vector>

namespace aurora {

/// Threads: every call may come from any thread. Cost: O(1), `compact` O(entries).
class EvictionQueue {
 public:
  using Key = std::uint64_t;
  /// An entry whose turn it is. It is out of the queue: either the caller drops the entry, or gives it to `keep`.
  struct Candidate {
    Key key = 0;
    bool newcomer = false;
  };

  /// `ghosts`: how many evicted newcomers are remembered (kHybrid), a power of two.
  EvictionQueue(EvictionPolicy policy, std::size_t ghosts);

  /// Uses of an entry are counted up to this.
  [[nodiscard]] std::uint8_t most_uses() const noexcept;
  /// The uses left of a candidate that stays; none when it goes.
  [[nodiscard]] std::optional<std::uint8_t> judge(const Candidate& candidate, std::uint8_t uses) const noexcept;

  void insert(Key key);
  [[nodiscard]] std::optional<Candidate> next();
  void keep(const Candidate& candidate);
  /// To be called for a candidate that was dropped for want of room.
  void forget(const Candidate& candidate);

  /// Drops keys that `cached` denies, when more than `entries` and as many again are queued: entries may be removed
  /// without their turn having come.
  void compact(std::size_t entries, const std::function<bool(Key)>& cached);

 private:
  [[nodiscard]] std::uint32_t& ghost_of(Key key);

  const EvictionPolicy policy_;
  std::mutex mutex_;
  std::deque<Key> newcomers_;             // guarded by mutex_; kHybrid alone
  std::deque<Key> settled_;               // guarded by mutex_
  std::vector<std::uint32_t> ghosts_;     // guarded by mutex_; a fingerprint a slot
};

}  // namespace aurora
