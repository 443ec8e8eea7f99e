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
//
// Conditions, orders and groups need a column whole. Projections take the chunks that stand (FieldChunks), read documents
// for the rest, and make as many chunks as the documents they read would pay for: so a column grows as it is asked for,
// and no single query waits for all of it.
#pragma once

#include <aurora/index/column.hpp>
#include <aurora/index/ordinal_set.hpp>
#include <aurora/index/packed_value.hpp>
#include <aurora/schema/definition.hpp>

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <span>

namespace aurora {

/// What a column is asked for.
struct ColumnAsk {
  const FieldPath& path;
  ColumnType type;
  std::uint64_t worth = 0;     ///< how many documents may be read to make it: as many as would be read without it
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;   ///< making it ends there, without
};

/// One of the fields that are asked for together. kText when it is a text: FieldColumns knows whether its texts are few.
struct ChunkField {
  const FieldPath* path = nullptr;
  ColumnType type = ColumnType::kPacked;
};

/// What chunks are asked for: values of some fields of some documents.
struct ChunksAsk {
  std::span<const ChunkField> fields;
  const OrdinalSet& ordinals;
  std::optional<std::chrono::steady_clock::time_point> deadline = std::nullopt;
};

/// Chunks of several fields, as far as they show what the reader that asked may see.
/// Threads: one at a time. Valid as long as the view that gave it.
class FieldChunks {
 public:
  [[nodiscard]] explicit operator bool() const noexcept { return !columns_.empty(); }
  /// A chunk for each field; null when documents must be read. Requires: some of the ordinals asked for are in it.
  [[nodiscard]] const ColumnChunk* const* at(std::uint32_t number) const noexcept {
    const auto* const first = table_.data() + std::size_t{number - first_} * columns_.size();
    return *first != nullptr ? first : nullptr;
  }
  /// False when the document must be read. `out` borrows from the chunk. Requires: the chunk of the field and ordinal.
  [[nodiscard]] bool read(std::size_t field, const ColumnChunk& chunk, Ordinal ordinal, ValueView& out) const noexcept;

 private:
  friend class FieldColumns;
  struct Kept {
    Column column;
    ColumnType type;
    const std::vector<std::string>* texts;   // of kText
  };
  std::vector<Kept> columns_;
  std::uint32_t first_ = 0;                  // chunk of the table
  std::vector<const ColumnChunk*> table_;    // for each chunk number one a field; all null when one is missing
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
  /// The chunks that stand of all the fields, some of them made for this; nothing when a field was not asked for before.
  /// Requires: as column, but paths may give values of any type.
  [[nodiscard]] FieldChunks chunks(const ChunksAsk& ask, const Source& source);

 private:
  struct Entry;
  struct Making;
  struct Stamps;
  using Root = std::shared_ptr<const index::ColumnRoot>;
  [[nodiscard]] std::shared_ptr<Entry> entry_of(const FieldPath& path, ColumnType type, const CollectionDef& collection);
  [[nodiscard]] std::shared_ptr<Entry> chunk_entry(const ChunkField& field, const CollectionDef& collection);
  [[nodiscard]] bool make_room(std::uint64_t bytes, const Entry* wanted);
  [[nodiscard]] Column renew(Entry& entry, const ColumnAsk& ask, const Source& source);
  [[nodiscard]] bool is_usable(const Entry& entry, const Root& root, std::uint32_t number, Sequence sequence) const;
  [[nodiscard]] bool make(Making& making, const Source& source,
                          const std::optional<std::chrono::steady_clock::time_point>& deadline);
  [[nodiscard]] bool fill(FieldChunks& found, std::span<const std::shared_ptr<Entry>> entries,
                          const std::vector<std::uint32_t>& numbers, const Source& source,
                          std::vector<std::uint32_t>& missing) const;
  void make_some(std::span<const std::shared_ptr<Entry>> entries, const std::vector<std::uint32_t>& missing,
                 const ChunksAsk& ask, const Source& source);

  ColumnPool& pool_;
  std::unique_ptr<Stamps> stamps_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::vector<std::shared_ptr<Entry>> entries_;
  std::uint64_t asked_ = 0;   // in all: the clock by which entries grow old
};

inline bool FieldChunks::read(std::size_t field, const ColumnChunk& chunk, Ordinal ordinal,
                              ValueView& out) const noexcept {
  const auto& column = columns_[field];
  if (!chunk.has(ordinal)) {
    out = {};
    return true;
  }
  const auto bits = chunk.bits[ordinal % ColumnChunk::kSize];
  switch (column.type) {
    case ColumnType::kText: out = ValueView::of(std::string_view((*column.texts)[bits])); return true;
    case ColumnType::kPacked:
      if (bits == kElsewhere) return false;
      out = packed_value(bits, chunk.packed.data());
      return true;
    default: out = column_value(column.type, bits); return true;
  }
}

}  // namespace aurora
