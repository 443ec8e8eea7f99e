// Body of record access. Called by views; calls cache, store and history.
#include <aurora/commit/records.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>

#include <array>

namespace aurora::commit {

namespace {
// Moving a cursor forward over this many keys costs less than seeking.
constexpr int kStepsBeforeSeek = 8;
}  // namespace

Result<RecordRef> checked_record(CollectionId collection, Ordinal ordinal, std::string_view bytes) {
  if (auto status = RecordView::check(bytes); !status)
    return status.error().with_prefix("document " + std::to_string(ordinal) + " of collection " +
                                      std::to_string(collection) + ": ");
  return RecordRef::copy_of(bytes);
}

Result<RecordRef> Records::from_store(CollectionId collection, Ordinal ordinal, Sequence sequence) {
  AURORA_ASSIGN(auto pinned, store_.get(storage::Family::kDocs, DocumentKey(collection, ordinal).view()));
  if (!pinned) return RecordRef();
  AURORA_ASSIGN(auto record, checked_record(collection, ordinal, pinned->bytes()));
  cache_.fill(collection, ordinal, record, sequence);
  return record;
}

RecordRef Records::visible(CollectionId collection, Ordinal ordinal, Sequence sequence, RecordRef newest) const {
  if (newest && newest.view().sequence() <= sequence) return newest;
  RecordRef older;
  return history_.find(collection, ordinal, sequence, older) ? older : RecordRef();
}

Result<RecordRef> Records::at(CollectionId collection, Ordinal ordinal, Sequence sequence) {
  if (auto cached = cache_.get(collection, ordinal))
    return visible(collection, ordinal, sequence, std::move(cached));
  AURORA_ASSIGN(auto stored, from_store(collection, ordinal, sequence));
  return visible(collection, ordinal, sequence, std::move(stored));
}

Status Records::scan(CollectionId collection, const OrdinalSet& ordinals, Sequence sequence,
                     const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  std::unique_ptr<storage::Cursor> cursor;
  const auto position = [&](std::string_view key) -> Status {
    if (!cursor) {
      storage::CursorOptions options;
      options.upper = std::string(DocumentKey(collection + 1, 0).view());
      options.fill_cache = false;
      cursor = store_.cursor(storage::Family::kDocs, options);
      cursor->seek(key);
    }
    for (int step = 0; cursor->valid() && cursor->key() < key; ++step)
      step < kStepsBeforeSeek ? cursor->next() : cursor->seek(key);
    return cursor->valid() ? Status() : cursor->status();
  };

  std::array<Ordinal, 256> batch;
  OrdinalSet::Iterator at(ordinals);
  for (;;) {
    const auto count = at.read(batch);
    if (count == 0) return {};
    for (std::size_t i = 0; i < count; ++i) {
      const auto ordinal = batch[i];
      auto record = cache_.peek(collection, ordinal);
      if (!record) {
        const DocumentKey key(collection, ordinal);
        AURORA_TRY(position(key.view()));
        if (cursor->valid() && cursor->key() == key.view()) {
          AURORA_ASSIGN(record, checked_record(collection, ordinal, cursor->value()));
          if (cache_.has_room(record.memory_bytes())) cache_.fill(collection, ordinal, record, sequence);
        }
      }
      record = visible(collection, ordinal, sequence, std::move(record));
      if (record && !visit(ordinal, record)) return {};
    }
  }
}

}  // namespace aurora::commit
