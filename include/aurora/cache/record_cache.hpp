// The hot cache: newest version of recently used records in memory, bounded in bytes.
// Filled by the commit pipeline (write-through) and by reads; asked by views before the store.
//
// Eviction walks entries in the order they came and gives those read since another chance; EvictionPolicy says how
// much a read counts and where newcomers stand.
//
// Invariants:
//   K1  an entry is the newest committed version of its record, or a version about to be replaced by the commit under
//       way. A reader that read the store while pinned at S may fill only if the last write begun on the record's slot
//       has a sequence <= S: then what it read is still the newest.
//   K2  an entry whose sequence is published was the newest at some moment of the look-up; it still is while `stamp`
//       holds what it held before the look-up, if that was published then: each later write changes it as it begins.
#pragma once

#include <aurora/cache_stats.hpp>
#include <aurora/eviction_policy.hpp>
#include <aurora/document/record.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <span>

namespace aurora {

/// Threads: every call may come from any thread; begin_write and end_write by one writer at a time.
/// Cost: O(1); filling and writing may evict a few entries. Reads take no lock and write nothing that threads share.
class RecordCache {
 public:
  RecordCache(std::uint64_t capacity_bytes, EvictionPolicy policy);
  ~RecordCache();
  RecordCache(const RecordCache&) = delete;
  RecordCache& operator=(const RecordCache&) = delete;

  /// The newest cached version; null on a miss.
  [[nodiscard]] RecordRef get(CollectionId collection, Ordinal ordinal);
  /// As `get`, but neither counted nor marked as used: for scans, which must not keep things hot.
  [[nodiscard]] RecordRef peek(CollectionId collection, Ordinal ordinal) const;
  /// Counts a look-up that somebody answered from what `get` gave before.
  void count_hit() noexcept;

  /// Looking at many records: counts no references; what it gave stays as long as it lives. Holds nobody up, but
  /// memory of what is replaced meanwhile waits for it: for a batch of records, not for a whole scan.
  class Reading {
   public:
    explicit Reading(const RecordCache& cache) noexcept;
    ~Reading();
    Reading(const Reading&) = delete;
    Reading& operator=(const Reading&) = delete;
    /// As RecordCache::peek for each of `ordinals`, into `out`. Requires: as many places. Cost: least for rising ones.
    void look(CollectionId collection, std::span<const Ordinal> ordinals, RecordRef::Handle* out) const noexcept;

   private:
    const RecordCache& cache_;
    alignas(8) unsigned char guard_[16];
  };

  /// Offers what a reader pinned at `fresh_as_of` found in the store; refused when a later write began (K1).
  void fill(CollectionId collection, Ordinal ordinal, const RecordRef& record, Sequence fresh_as_of);
  /// True when a fill would not have to evict anything (scans fill only then).
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept;

  /// Called before the store write of commit `sequence`: from here no older reader's fill succeeds.
  void begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept;
  /// Called after it: makes `record` the cached version, or drops the entry when it is null (deleted).
  void end_write(CollectionId collection, Ordinal ordinal, const RecordRef& record);
  /// The last write begun on the slot that the record shares with some others (K2). Valid as long as the cache.
  [[nodiscard]] const std::atomic<Sequence>& stamp(CollectionId collection, Ordinal ordinal) const noexcept;

  void clear();
  [[nodiscard]] CacheStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aurora
