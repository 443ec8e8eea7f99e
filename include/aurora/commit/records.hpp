// Where committed records come from: hot cache, then store, then the history for older snapshots.
// Used by views and by the commit pipeline.
#pragma once

#include <aurora/cache/key_hints.hpp>
#include <aurora/cache/record_cache.hpp>
#include <aurora/commit/history.hpp>
#include <aurora/index/ordinal_set.hpp>
#include <aurora/storage/store.hpp>

#include <algorithm>
#include <atomic>
#include <functional>

namespace aurora::commit {

/// Threads: every call may come from any thread.
class Records {
 public:
  Records(storage::Store& store, std::uint64_t cache_bytes, EvictionPolicy policy)
      : store_(store), cache_(cache_bytes, policy), hints_(std::max(cache_bytes / kBytesAKey, kLeastKeys)) {}

  /// The version a reader pinned at `sequence` sees; null when there is none.
  /// Errors: Corruption naming collection and ordinal; IoError; Conflict when `sequence` is too old (VersionHistory).
  [[nodiscard]] Result<RecordRef> at(CollectionId collection, Ordinal ordinal, Sequence sequence);
  /// Visits `ordinals` in rising order at `sequence`. Does not mark what it reads as hot, and fills the cache
  /// only while that evicts nothing.
  [[nodiscard]] Status scan(CollectionId collection, const OrdinalSet& ordinals, Sequence sequence,
                            const std::function<bool(Ordinal, const RecordRef&)>& visit);

  /// The newest version, published or not; `record` is null when it is not cached. When `stamped` was published before
  /// the call, it stays the newest as long as `stamp` holds that (K2).
  struct Newest {
    RecordRef record;
    const std::atomic<Sequence>* stamp = nullptr;
    Sequence stamped = 0;
  };
  [[nodiscard]] Newest newest(CollectionId collection, Ordinal ordinal);
  /// The newest version in the store, published or not; null when there is none. `published`: a sequence that was
  /// published before the call. Errors: as at.
  [[nodiscard]] Result<RecordRef> from_store(CollectionId collection, Ordinal ordinal, Sequence published);

  [[nodiscard]] RecordCache& cache() noexcept { return cache_; }
  [[nodiscard]] KeyHints& hints() noexcept { return hints_; }
  [[nodiscard]] VersionHistory& history() noexcept { return history_; }

 private:
  // Documents of the hot cache are about so large: a key hint for each.
  static constexpr std::uint64_t kBytesAKey = 512;
  // Without much of a cache, hints spare the way down the index all the same.
  static constexpr std::uint64_t kLeastKeys = 1u << 20;
  class Scan;
  /// What a reader at `sequence` sees, given the newest version found.
  [[nodiscard]] Result<RecordRef> visible(CollectionId collection, Ordinal ordinal, Sequence sequence,
                                  RecordRef newest) const;

  storage::Store& store_;
  RecordCache cache_;
  KeyHints hints_;
  VersionHistory history_;
};

/// What is to be said of a document that a snapshot shows and neither store nor history has.
[[nodiscard]] Error not_stored(CollectionId collection, Ordinal ordinal);

/// Checks bytes read from the store and takes them over. Errors: Corruption naming the document.
[[nodiscard]] Result<RecordRef> checked_record(CollectionId collection, Ordinal ordinal, std::string_view bytes);

}  // namespace aurora::commit
