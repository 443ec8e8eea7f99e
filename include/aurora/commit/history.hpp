// Older versions of records, kept while a snapshot may still ask for them: the undo side of I3.
// Written by the commit pipeline before it writes the store; asked by views that find a newer record than
// their sequence.
//
// Invariant H1: for every pinned snapshot S at or after the floor and every record changed by a commit k > S whose
// store write may be visible, the version S must see stands here (null when S must see none and the record once
// existed). The floor rises only when a reader makes versions pile up beyond their bound (I8): that reader is told.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/result.hpp>

#include <atomic>
#include <deque>
#include <shared_mutex>
#include <unordered_map>
#include <utility>
#include <vector>

namespace aurora::commit {

/// Threads: `put` and `trim` by the pipeline; `find` by anybody.
class VersionHistory {
 public:
  /// `record` was the state until the commit at `superseded_at`.
  void put(CollectionId collection, Ordinal ordinal, Sequence superseded_at, const RecordRef& record);
  /// True when a version for a reader at `sequence` is kept; `out` is it.
  /// Errors: Conflict when the reader is older than the floor, so that its version may be gone.
  [[nodiscard]] Result<bool> find(CollectionId collection, Ordinal ordinal, Sequence sequence, RecordRef& out) const;
  /// Forgets what no snapshot at or after `oldest_reader` can ask for.
  void trim(Sequence oldest_reader);
  /// Forgets the oldest versions until at most `most_bytes` are left, but none that a commit after `newest` superseded,
  /// and raises the floor: readers before it get errors. Returns the floor.
  Sequence shed(std::uint64_t most_bytes, Sequence newest);
  [[nodiscard]] std::size_t size() const noexcept { return count_.load(std::memory_order_relaxed); }
  [[nodiscard]] std::size_t memory_bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }

 private:
  struct Version {
    Sequence superseded_at;
    RecordRef record;
  };
  static std::uint64_t key_of(CollectionId collection, Ordinal ordinal) noexcept {
    return (std::uint64_t{collection} << 32) | ordinal;
  }
  void drop(std::uint64_t key, Sequence superseded_at);
  [[nodiscard]] static Error too_old(Sequence sequence, Sequence floor);

  mutable std::shared_mutex mutex_;
  std::unordered_map<std::uint64_t, std::vector<Version>> versions_;   // guarded by mutex_; rising sequence
  std::deque<std::pair<Sequence, std::uint64_t>> queue_;               // guarded by mutex_; rising sequence
  std::atomic<Sequence> floor_{0};                                     // changed under mutex_
  std::atomic<std::size_t> count_{0};
  std::atomic<std::size_t> bytes_{0};
};

}  // namespace aurora::commit
