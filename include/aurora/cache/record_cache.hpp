// The hot cache: newest version of recently used records in memory, bounded in bytes.
// Filled by the commit pipeline (write-through) and by reads; asked by views before the store.
//
// Eviction walks entries in the order they came and gives those read since another chance; EvictionPolicy says how
// much a read counts and where newcomers stand.
//
// Invariant K1: an entry is the newest committed version of its record, or a version about to be replaced by
// the commit under way. A reader that read the store while pinned at S may fill only if the last write begun
// on the record's slot has a sequence <= S: then what it read is still the newest.
#pragma once

#include <aurora/cache_stats.hpp>
#include <aurora/eviction_policy.hpp>
#include <aurora/document/record.hpp>

#include <array>
#include <cstdint>
#include <memory>

namespace aurora {

/// Cached records of the ordinals kRecords * n … kRecords * n + kRecords - 1; null where none was looked up or found.
struct RecordBlock {
  static constexpr std::uint32_t kRecords = 256;
  std::array<RecordRef, kRecords> records;
};

/// Threads: every call may come from any thread; begin_write and end_write by one writer at a time.
/// Cost: O(1); filling and writing may evict a few entries.
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

  /// Block `number` as an earlier scan gathered it; null when there is none. Its records are what `peek` gives.
  [[nodiscard]] std::shared_ptr<const RecordBlock> block(CollectionId collection, std::uint32_t number) const;
  /// To be read before gathering a block by `peek`.
  [[nodiscard]] std::uint64_t block_version(CollectionId collection, std::uint32_t number) const noexcept;
  /// Keeps a block of records that `peek` or `block` gave, unless one of them changed since `version` was read.
  void offer_block(CollectionId collection, std::uint32_t number, std::shared_ptr<const RecordBlock> block,
                   std::uint64_t version);

  /// Offers what a reader pinned at `fresh_as_of` found in the store; refused when a later write began (K1).
  void fill(CollectionId collection, Ordinal ordinal, const RecordRef& record, Sequence fresh_as_of);
  /// True when a fill would not have to evict anything (scans fill only then).
  [[nodiscard]] bool has_room(std::size_t bytes) const noexcept;

  /// Called before the store write of commit `sequence`: from here no older reader's fill succeeds.
  void begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept;
  /// Called after it: makes `record` the cached version, or drops the entry when it is null (deleted).
  void end_write(CollectionId collection, Ordinal ordinal, const RecordRef& record);

  void clear();
  [[nodiscard]] CacheStats stats() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aurora
