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

// One scan, batch by batch: first where the records are, so that the blocks' places are fetched together, then the
// records themselves, some ahead of the one looked at. They come from blocks, the cache or the store.
class Records::Scan {
 public:
  using Visit = std::function<bool(Ordinal, const RecordRef&)>;
  /// `spare_blocks`: how many blocks may be gathered of which only a few records are wanted.
  Scan(Records& records, CollectionId collection, Sequence sequence, std::uint64_t spare_blocks, const Visit& visit)
      : records_(records), collection_(collection), sequence_(sequence), visit_(visit), spare_blocks_(spare_blocks) {}

  static constexpr std::size_t kBatch = 256;

  /// `ordinals` rise; at most kBatch. False when the visitor stopped.
  Result<bool> run(std::span<const Ordinal> ordinals) {
    locate(ordinals);
    for (std::size_t i = 0; i < ordinals.size(); ++i) {
      prefetch(i + kAhead, ordinals.size());
      const auto* record = places_[i];
      if (record == nullptr) {
        AURORA_ASSIGN(found_, look_up(ordinals[i]));
        record = &found_;
      }
      if (!*record || record->view().sequence() > sequence_) {
        older_ = RecordRef();
        if (!records_.history_.find(collection_, ordinals[i], sequence_, older_) || !older_) continue;
        record = &older_;
      }
      if (!visit_(ordinals[i], *record)) return false;
    }
    return true;
  }

 private:
  // Records fetched ahead of the one looked at.
  static constexpr std::size_t kAhead = 16;
  // Records wanted of a block from which on its making pays at once.
  static constexpr std::size_t kWorthKeeping = 48;

  void prefetch(std::size_t at, std::size_t size) const {
    if (at >= size || places_[at] == nullptr) return;
    // The header, the field table and the first fields: more would be fetched in vain most often.
    const auto* const bytes = places_[at]->bytes().data();
    __builtin_prefetch(bytes);
    __builtin_prefetch(bytes + 64);
  }

  // Fills places_: where blocks hold the records; null where they do not.
  void locate(std::span<const Ordinal> ordinals) {
    blocks_.clear();
    for (std::size_t begin = 0; begin < ordinals.size();) {
      const auto number = ordinals[begin] / RecordBlock::kRecords;
      auto end = begin + 1;
      while (end < ordinals.size() && ordinals[end] / RecordBlock::kRecords == number) ++end;
      const auto wanted = ordinals.subspan(begin, end - begin);
      auto block = records_.cache_.block(collection_, number);
      const auto missing = place(block.get(), wanted, begin);
      if (missing > 0 && is_worth_gathering(missing, block != nullptr)) {
        if (auto gathered = gather(number, wanted)) {
          block = std::move(gathered);
          place(block.get(), wanted, begin);
        }
      }
      if (block != nullptr) blocks_.push_back(std::move(block));
      begin = end;
    }
    for (std::size_t i = 0; i < kAhead; ++i) prefetch(i, ordinals.size());
  }

  // How many of the wanted records are not in the block.
  std::size_t place(const RecordBlock* block, std::span<const Ordinal> wanted, std::size_t at) {
    std::size_t missing = 0;
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto* record = block != nullptr ? &block->records[wanted[i] % RecordBlock::kRecords] : nullptr;
      if (record != nullptr && !*record) record = nullptr;
      places_[at + i] = record;
      missing += record == nullptr ? 1 : 0;
    }
    return missing;
  }

  bool is_worth_gathering(std::size_t missing, bool has_block) {
    if (missing >= kWorthKeeping) return true;
    if (has_block || spare_blocks_ == 0) return false;
    --spare_blocks_;
    return true;
  }

  // The block with all that is cached of it; null when the ends of what is wanted are not.
  std::shared_ptr<const RecordBlock> gather(std::uint32_t number, std::span<const Ordinal> wanted) {
    auto& cache = records_.cache_;
    const auto version = cache.block_version(collection_, number);
    if (!cache.peek(collection_, wanted.front()) || !cache.peek(collection_, wanted.back())) return nullptr;
    auto block = std::make_shared<RecordBlock>();
    for (std::uint32_t i = 0; i < RecordBlock::kRecords; ++i)
      block->records[i] = cache.peek(collection_, number * RecordBlock::kRecords + i);
    cache.offer_block(collection_, number, block, version);
    return block;
  }

  Result<RecordRef> look_up(Ordinal ordinal) {
    if (auto cached = records_.cache_.peek(collection_, ordinal)) return cached;
    const DocumentKey key(collection_, ordinal);
    AURORA_TRY(position(key.view()));
    if (!cursor_->valid() || cursor_->key() != key.view()) return RecordRef();
    AURORA_ASSIGN(auto record, checked_record(collection_, ordinal, cursor_->value()));
    if (records_.cache_.has_room(record.memory_bytes()))
      records_.cache_.fill(collection_, ordinal, record, sequence_);
    return record;
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
  std::uint64_t spare_blocks_;
  std::unique_ptr<storage::Cursor> cursor_;   // made when the first record is not cached
  // Of the batch under way:
  std::array<const RecordRef*, kBatch> places_;
  std::vector<std::shared_ptr<const RecordBlock>> blocks_;   // which the places point into
  RecordRef found_;
  RecordRef older_;
};

Status Records::scan(CollectionId collection, const OrdinalSet& ordinals, Sequence sequence,
                     const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  if (ordinals.empty()) return {};
  // Gathering a block costs as much as some hundred reads from the cache; one in so many that a scan touches is
  // gathered, until all are.
  constexpr std::uint64_t kBlocksASpare = 32;
  const auto blocks = std::min<std::uint64_t>(ordinals.size(), (ordinals.max() - ordinals.min()) / RecordBlock::kRecords + 1);
  Scan scan(*this, collection, sequence, blocks / kBlocksASpare, visit);
  std::array<Ordinal, Scan::kBatch> batch;
  OrdinalSet::Iterator at(ordinals);
  for (auto read = at.read(batch); read > 0; read = at.read(batch)) {
    AURORA_ASSIGN(const bool more, scan.run(std::span<const Ordinal>(batch).first(read)));
    if (!more) return {};
  }
  return {};
}

}  // namespace aurora::commit
