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

// One scan: block by block, records from the block, the cache or the store.
class Records::Scan {
 public:
  using Visit = std::function<bool(Ordinal, const RecordRef&)>;
  Scan(Records& records, CollectionId collection, Sequence sequence, const Visit& visit)
      : records_(records), collection_(collection), sequence_(sequence), visit_(visit) {}

  /// `ordinals` are of one block. False when the visitor stopped.
  Result<bool> run(std::span<const Ordinal> ordinals) {
    number_ = ordinals.front() / RecordBlock::kRecords;
    const auto version = records_.cache_.block_version(collection_, number_);
    const auto block = records_.cache_.block(collection_, number_);
    gathered_ = nullptr;
    fresh_ = 0;
    if (block != nullptr) prefetch(*block, ordinals, 0);
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      const auto ordinal = ordinals[i];
      const RecordRef* record = nullptr;
      if (block != nullptr) {
        prefetch(*block, ordinals, i + kAhead);
        record = &block->records[ordinal % RecordBlock::kRecords];
      }
      if (record == nullptr || !*record) {
        AURORA_ASSIGN(found_, look_up(ordinal, block.get(), ordinals.size()));
        record = &found_;
      }
      if (!*record || record->view().sequence() > sequence_) {
        older_ = RecordRef();
        if (!records_.history_.find(collection_, ordinal, sequence_, older_) || !older_) continue;
        record = &older_;
      }
      if (!visit_(ordinal, *record)) return false;
    }
    if (fresh_ >= kWorthKeeping) records_.cache_.offer_block(collection_, number_, std::move(gathered_), version);
    return true;
  }

 private:
  // Records fetched ahead of the one looked at.
  static constexpr std::size_t kAhead = 16;
  // New records from which on a block is worth its making.
  static constexpr std::size_t kWorthKeeping = 48;

  static void prefetch(const RecordBlock& block, std::span<const Ordinal> ordinals, std::size_t at) {
    const auto end = at == 0 ? kAhead : at + 1;
    for (; at < end && at < ordinals.size(); ++at) block.records[ordinals[at] % RecordBlock::kRecords].prefetch();
  }

  Result<RecordRef> look_up(Ordinal ordinal, const RecordBlock* block, std::size_t wanted) {
    if (auto cached = records_.cache_.peek(collection_, ordinal)) {
      if (wanted >= kWorthKeeping) gather(ordinal, cached, block);
      return cached;
    }
    const DocumentKey key(collection_, ordinal);
    AURORA_TRY(position(key.view()));
    if (!cursor_->valid() || cursor_->key() != key.view()) return RecordRef();
    AURORA_ASSIGN(auto record, checked_record(collection_, ordinal, cursor_->value()));
    if (records_.cache_.has_room(record.memory_bytes()))
      records_.cache_.fill(collection_, ordinal, record, sequence_);
    return record;
  }

  void gather(Ordinal ordinal, const RecordRef& cached, const RecordBlock* block) {
    if (gathered_ == nullptr)
      gathered_ = block != nullptr ? std::make_shared<RecordBlock>(*block) : std::make_shared<RecordBlock>();
    gathered_->records[ordinal % RecordBlock::kRecords] = cached;
    ++fresh_;
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
  std::uint32_t number_ = 0;
  std::shared_ptr<RecordBlock> gathered_;     // the next block, when there is enough to put in
  std::size_t fresh_ = 0;
  RecordRef found_;
  RecordRef older_;
};

Status Records::scan(CollectionId collection, const OrdinalSet& ordinals, Sequence sequence,
                     const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  Scan scan(*this, collection, sequence, visit);
  std::array<Ordinal, RecordBlock::kRecords> batch;
  OrdinalSet::Iterator at(ordinals);
  for (;;) {
    std::span<const Ordinal> left = std::span(batch).first(at.read(batch));
    if (left.empty()) return {};
    while (!left.empty()) {
      const auto number = left.front() / RecordBlock::kRecords;
      const auto end = std::find_if(left.begin(), left.end(), [&](Ordinal ordinal) {
        return ordinal / RecordBlock::kRecords != number;
      });
      const auto count = static_cast<std::size_t>(end - left.begin());
      AURORA_ASSIGN(const bool more, scan.run(left.first(count)));
      if (!more) return {};
      left = left.subspan(count);
    }
  }
}

}  // namespace aurora::commit
