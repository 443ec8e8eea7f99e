// Body of record access. Called by views; calls cache, store and history.
#include <aurora/commit/records.hpp>

#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>

#include <algorithm>
#include <array>
#include <span>

namespace aurora::commit {

namespace {
// Moving a cursor forward over this many keys costs less than seeking.
constexpr int kStepsBeforeSeek = 8;
}  // namespace

Error not_stored(CollectionId collection, Ordinal ordinal) {
  return Error(ErrorCode::kCorruption, "document " + std::to_string(ordinal) + " of collection " +
                                           std::to_string(collection) + " is not stored, though it was never removed");
}

Result<RecordRef> checked_record(CollectionId collection, Ordinal ordinal, std::string_view bytes) {
  if (auto status = RecordView::check(bytes); !status)
    return status.error().with_prefix("document " + std::to_string(ordinal) + " of collection " +
                                      std::to_string(collection) + ": ");
  return RecordRef::copy_of(bytes);
}

// A fill is accepted only when no write began on the slot after `published` (K1): then what was read is the newest still.
Result<RecordRef> Records::from_store(CollectionId collection, Ordinal ordinal, Sequence published) {
  AURORA_ASSIGN(auto pinned, store_.get(storage::Family::kDocs, DocumentKey(collection, ordinal).view()));
  if (!pinned) return RecordRef();
  AURORA_ASSIGN(auto record, checked_record(collection, ordinal, pinned->bytes()));
  cache_.fill(collection, ordinal, record, published);
  return record;
}

Result<RecordRef> Records::visible(CollectionId collection, Ordinal ordinal, Sequence sequence, RecordRef newest) const {
  if (newest && newest.view().sequence() <= sequence) return newest;
  RecordRef older;
  AURORA_ASSIGN(const bool kept, history_.find(collection, ordinal, sequence, older));
  return kept ? older : RecordRef();
}

Result<RecordRef> Records::at(CollectionId collection, Ordinal ordinal, Sequence sequence) {
  if (auto cached = cache_.get(collection, ordinal))
    return visible(collection, ordinal, sequence, std::move(cached));
  AURORA_ASSIGN(auto stored, from_store(collection, ordinal, sequence));
  return visible(collection, ordinal, sequence, std::move(stored));
}

Records::Newest Records::newest(CollectionId collection, Ordinal ordinal) {
  Newest found;
  found.stamp = &cache_.stamp(collection, ordinal);
  found.stamped = found.stamp->load(std::memory_order_seq_cst);   // before the look-up
  found.record = cache_.get(collection, ordinal);
  return found;
}

// One scan, batch by batch: first where the records are, so that the cache's pages are fetched together, then the
// records themselves, some ahead of the one looked at. They come from the cache or the store.
class Records::Scan {
 public:
  using Visit = std::function<bool(Ordinal, const RecordRef&)>;
  Scan(Records& records, CollectionId collection, Sequence sequence, const Visit& visit)
      : records_(records), collection_(collection), sequence_(sequence), visit_(visit) {}

  static constexpr std::size_t kBatch = 256;

  /// `ordinals` rise; at most kBatch. False when the visitor stopped.
  Result<bool> run(std::span<const Ordinal> ordinals) {
    const RecordCache::Reading reading(records_.cache_);
    reading.look(collection_, ordinals, places_.data());
    for (std::size_t i = 0; i < kAhead; ++i) prefetch(i, ordinals.size());
    AURORA_TRY(fetch_scattered(ordinals));
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      prefetch(i + kAhead, ordinals.size());
      const BorrowedRecord cached(places_[i]);
      const auto* record = &cached.ref();
      if (!*record && fetched_.size() > i) {
        record = &fetched_[i];
      } else if (!*record) {
        AURORA_ASSIGN(found_, look_up(ordinals[i]));
        record = &found_;
      }
      if (!*record || record->view().sequence() > sequence_) {
        older_ = RecordRef();
        AURORA_ASSIGN(const bool known, records_.history_.find(collection_, ordinals[i], sequence_, older_));
        // The history has what left the store since the snapshot. RocksDB 7.8 was seen to end an iteration without an
        // error where the first block of a table is damaged: fewer documents must not pass for all of them.
        if (!known && !*record) return not_stored(collection_, ordinals[i]);
        if (!known || !older_) continue;
        record = &older_;
      }
      if (!visit_(ordinals[i], *record)) return false;
    }
    return true;
  }

 private:
  // Records fetched ahead of the one looked at.
  static constexpr std::size_t kAhead = 16;

  void prefetch(std::size_t at, std::size_t size) const {
    if (at >= size || places_[at] == nullptr) return;
    // The header, the field table and the first fields: more would mostly be fetched in vain.
    const auto* const bytes = static_cast<const char*>(places_[at]);
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
    __builtin_prefetch(bytes + 128);
  }

  // Reads the records of a batch that are not cached into fetched_, if they lie so far apart that a cursor would seek
  // each of them.
  Status fetch_scattered(std::span<const Ordinal> ordinals) {
    fetched_.clear();
    missing_.clear();
    for (std::size_t i = 0; i < ordinals.size(); ++i)
      if (places_[i] == nullptr) missing_.push_back(i);
    constexpr std::size_t kFewest = 4;
    if (missing_.size() < kFewest) return {};
    const auto apart = (ordinals[missing_.back()] - ordinals[missing_.front()]) / missing_.size();
    if (apart < static_cast<std::size_t>(kStepsBeforeSeek)) return {};
    std::vector<DocumentKey> keys;
    std::vector<std::string_view> views;
    keys.reserve(missing_.size());
    views.reserve(missing_.size());
    for (const auto i : missing_) views.push_back(keys.emplace_back(collection_, ordinals[i]).view());
    fetched_.resize(ordinals.size());
    return records_.store_.get_each(storage::Family::kDocs, views, [&](std::size_t place, std::string_view bytes) -> Status {
      const auto i = missing_[place];
      AURORA_ASSIGN(fetched_[i], keep(ordinals[i], bytes));
      return {};
    });
  }

  // Takes over what the store holds.
  Result<RecordRef> keep(Ordinal ordinal, std::string_view bytes) {
    AURORA_ASSIGN(auto record, checked_record(collection_, ordinal, bytes));
    if (records_.cache_.has_room(record.memory_bytes()))
      records_.cache_.fill(collection_, ordinal, record, sequence_);
    return record;
  }

  Result<RecordRef> look_up(Ordinal ordinal) {
    if (auto cached = records_.cache_.peek(collection_, ordinal)) return cached;
    const DocumentKey key(collection_, ordinal);
    AURORA_TRY(position(key.view()));
    if (!cursor_->valid() || cursor_->key() != key.view()) return RecordRef();
    return keep(ordinal, cursor_->value());
  }

  Status position(std::string_view key) {
    if (!cursor_) {
      storage::CursorOptions options;
      options.upper = std::string(DocumentKey(collection_ + 1, 0).view());
      options.fill_cache = false;
      cursor_ = records_.store_.cursor(storage::Family::kDocs, options);
      cursor_->seek(key);
    }
    for (int step = 0; cursor_->valid() && cursor_->key() < key; ++step)
      step < kStepsBeforeSeek ? cursor_->next() : cursor_->seek(key);
    return cursor_->valid() ? Status() : cursor_->status();
  }

  Records& records_;
  const CollectionId collection_;
  const Sequence sequence_;
  const Visit& visit_;
  std::unique_ptr<storage::Cursor> cursor_;   // made when the first record is not cached
  // Of the batch under way:
  std::array<RecordRef::Handle, kBatch> places_;
  std::vector<std::size_t> missing_;
  std::vector<RecordRef> fetched_;   // by place in the batch; empty when none were fetched together
  RecordRef found_;
  RecordRef older_;
};

Status Records::scan(CollectionId collection, const OrdinalSet& ordinals, Sequence sequence,
                     const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  if (ordinals.empty()) return {};
  Scan scan(*this, collection, sequence, visit);
  std::array<Ordinal, Scan::kBatch> batch;
  std::size_t size = 32;   // at first: many scans stop early
  OrdinalSet::Iterator at(ordinals);
  for (auto read = at.read(std::span(batch).first(size)); read > 0; read = at.read(std::span(batch).first(size))) {
    AURORA_ASSIGN(const bool more, scan.run(std::span<const Ordinal>(batch).first(read)));
    if (!more) return {};
    size = std::min(2 * size, Scan::kBatch);
  }
  return {};
}

}  // namespace aurora::commit
