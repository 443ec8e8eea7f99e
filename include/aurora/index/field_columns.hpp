// Forward columns of fields without an index: made of documents when a query asks for the same field again, so that
// scans, sorts and groups read values side by side. Asked by views; told of writes by the commit pipeline.
//
// A column is as index/column.hpp says, but its chunks are not changed: a write makes the chunk of its document stale,
// and the next query that pays for it reads the documents of stale chunks anew.
//
// F1  a chunk carries the stamp of its slot, which is the sequence of the last write begun there, as it was before the
//     first of its documents was read. It shows its documents at every sequence from that stamp on, up to the next
//     write: a reader at S uses it when the stamp still stands and is not above S. A write tells its sequence before it
//     reaches the store, so a reader at S knows of all writes up to S.
// F2  chunks are shared only if their maker could use them by F1; what others make is theirs alone.
#pragma once

#include <aurora/index/column.hpp>
#include <aurora/index/ordinal_set.hpp>
#include <aurora/schema/definition.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>

namespace aurora {

/// What a column is asked for.
struct ColumnAsk {
  const FieldPath& path;
  ColumnType type;
  std::uint64_t worth = 0;     ///< how many documents may be read to make it: as many as would be read without it
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;   ///< making it ends there, without
};

/// Threads: every call may come from any thread; begin_write by one writer at a time.
class FieldColumns {
 public:
  explicit FieldColumns(ColumnPool& pool);
  ~FieldColumns();
  FieldColumns(const FieldColumns&) = delete;
  FieldColumns& operator=(const FieldColumns&) = delete;

  /// A document is about to be changed in the store (F1).
  void begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept;

  using Visit = std::function<bool(Ordinal, const RecordRef&)>;
  /// One reader's state of one collection.
  struct Source {
    const CollectionDef& collection;
    const OrdinalSet& live;
    Sequence sequence;
    /// Reads documents in rising order as the reader sees them.
    std::function<Status(const OrdinalSet&, const Visit&)> read;
  };
  /// The values at a path of all live documents. Null when none is kept, and this is not the time to make one: when the
  /// field was not asked for before, making it costs more than it is worth, another reader is at it, documents hold
  /// other values than of that type, memory is short, or an error came (reading documents will tell it).
  /// Requires: the path gives each document one scalar or none, by the collection's definition.
  [[nodiscard]] Column column(const ColumnAsk& ask, const Source& source);

 private:
  struct Entry;
  struct Stamps;
  [[nodiscard]] std::shared_ptr<Entry> entry_of(const ColumnAsk& ask, const CollectionDef& collection);
  [[nodiscard]] bool make_room(std::uint64_t bytes, const Entry* wanted);
  [[nodiscard]] Column renew(Entry& entry, const ColumnAsk& ask, const Source& source);

  ColumnPool& pool_;
  std::unique_ptr<Stamps> stamps_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::vector<std::shared_ptr<Entry>> entries_;
  std::uint64_t asked_ = 0;   // in all: the clock by which entries grow old
};

}  // namespace aurora
