// Background upkeep: index pages to the store, log trimming, purging dropped collections.
// Called by a periodic task, by flush, close and backup. Runs beside readers and writers on a pinned snapshot.
//
// Pages are written without the store's log and flushed as one family: after a crash the family is whole at
// some checkpoint, and the change log, kept from there on, brings it up to date.
#include <aurora/base/free_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/log_codec.hpp>

#include "engine_parts.hpp"

#include <algorithm>
#include <set>

namespace aurora::commit {

namespace {
constexpr std::size_t kTrimBatch = 4096;

// Removals must not outlive the commits before them: a drop that was never logged may be undone by a crash.
storage::Sync upkeep_sync(Durability durability) {
  return durability == Durability::kNone ? storage::Sync::kNoLog : storage::Sync::kLogged;
}

// Adds puts and removes for one index. `since` 0: every page.
Status append_index(storage::Store& store, storage::WriteBatch& batch, std::uint32_t index,
                    const IndexVersion& version, Sequence since) {
  std::vector<IndexPageImage> changed;
  std::string directory;
  OrderedIndex::collect_pages(version, since, changed, directory);
  const PageKey directory_key(index, PageKey::kDirectory);
  std::string old_directory;
  AURORA_ASSIGN(const bool known, store.get(storage::Family::kPages, directory_key.view(), old_directory));
  if (known) {
    if (const auto old_pages = OrderedIndex::page_ids(old_directory)) {
      AURORA_ASSIGN(auto new_pages, OrderedIndex::page_ids(directory));
      std::sort(new_pages.begin(), new_pages.end());
      for (const auto page : *old_pages)
        if (!std::binary_search(new_pages.begin(), new_pages.end(), page))
          batch.remove(storage::Family::kPages, PageKey(index, page).view());
    }
  }
  for (const auto& page : changed) batch.put(storage::Family::kPages, PageKey(index, page.page_id).view(), page.bytes);
  batch.put(storage::Family::kPages, directory_key.view(), directory);
  return {};
}

Status remove_index(storage::Store& store, storage::WriteBatch& batch, std::uint32_t index) {
  storage::CursorOptions range;
  range.lower = std::string(PageKey(index, 0).view());
  range.upper = std::string(PageKey(index + 1, 0).view());
  const auto cursor = store.cursor(storage::Family::kPages, range);
  for (cursor->seek(range.lower); cursor->valid(); cursor->next())
    batch.remove(storage::Family::kPages, cursor->key());
  return cursor->status();
}
}  // namespace

Status Engine::checkpoint_indexes() {
  if (options_.in_memory || options_.read_only || has_failed_.load(std::memory_order_acquire)) return {};
  std::lock_guard lock(checkpoint_mutex_);
  return checkpoint_locked();
}

Status Engine::checkpoint_locked() {
  // Collections with a replay must be loaded first: the log rows behind it may go after this.
  std::vector<CollectionId> waiting;
  {
    std::lock_guard lock(load_mutex_);
    for (const auto& [id, replay] : replays_) waiting.push_back(id);
  }
  auto pinned = view();
  for (const auto id : waiting)
    if (pinned.catalog().find(id)) AURORA_TRY(pinned.collection(id));

  const auto pin = snapshots_.pin();
  const auto sequence = pin->sequence;
  changes_since_checkpoint_.store(0, std::memory_order_relaxed);
  std::vector<std::pair<CollectionId, std::set<std::uint32_t>>> unsaved;
  {
    std::lock_guard lock(heads_mutex_);
    for (const auto& [id, heads] : heads_) {
      for (const auto& index : heads->unread.indexes())
        if (index.recovered->exchange(false)) heads->unsaved.insert(index.id);
      if (!heads->unsaved.empty() && pin->catalog->find(id)) unsaved.emplace_back(id, heads->unsaved);
    }
  }
  if (sequence == checkpointed_ && unsaved.empty()) return {};

  const auto is_unsaved = [&](CollectionId id, std::uint32_t index) {
    for (const auto& [collection, indexes] : unsaved)
      if (collection == id && indexes.contains(index)) return true;
    return false;
  };
  const auto batch = store_->make_batch();
  std::set<std::uint32_t> present;
  for (const auto& collection : pin->catalog->collections())
    for (const auto& index : collection->indexes) present.insert(index.id);
  for (const auto& [id, version] : snapshots_.loaded(pin)) {
    if (!pin->catalog->find(id)) continue;
    const auto& indexes = version->definition->indexes;
    const bool any_unsaved = std::any_of(unsaved.begin(), unsaved.end(),
                                         [of = id](const auto& entry) { return entry.first == of; });
    if (version->changed_at <= checkpointed_ && !any_unsaved) continue;
    batch->put(storage::Family::kPages, PageKey(PageKey::kLiveSets, id).view(),
               encode_live(version->live, version->next_ordinal));
    for (std::size_t i = 0; i < indexes.size(); ++i)
      AURORA_TRY(append_index(*store_, *batch, indexes[i].id, version->indexes[i],
                              is_unsaved(id, indexes[i].id) ? 0 : checkpointed_));
  }
  AURORA_TRY(append_gone_indexes(present, *batch));
  batch->put(storage::Family::kPages, kFreshnessKey, encode_freshness(sequence));
  // Pages must never be ahead of what a power cut leaves of the log.
  if (options_.durability != Durability::kNone) AURORA_TRY(store_->sync_log());
  AURORA_TRY(store_->write(*batch, storage::Sync::kNoLog));
  AURORA_TRY(store_->flush(storage::Family::kPages));
  checkpointed_ = sequence;
  checkpoints_.fetch_add(1, std::memory_order_relaxed);
  {
    std::lock_guard lock(heads_mutex_);
    for (const auto& [id, indexes] : unsaved)
      if (const auto found = heads_.find(id); found != heads_.end())
        for (const auto index : indexes) found->second->unsaved.erase(index);
  }
  return {};
}

Status Engine::append_gone_indexes(const std::set<std::uint32_t>& present, storage::WriteBatch& batch) {
  const auto cursor = store_->cursor(storage::Family::kPages, {});
  std::uint32_t index = 1;
  for (;;) {
    cursor->seek(PageKey(index, 0).view());
    if (!cursor->valid() || cursor->key().size() != 8) return cursor->status();
    const auto found = load_be<std::uint32_t>(cursor->key().data());
    if (!present.contains(found)) AURORA_TRY(remove_index(*store_, batch, found));
    index = found + 1;
  }
}

Status Engine::trim_log() {
  // In batches, so that a flush or close waiting for the mutex gets its turn.
  for (bool more = true; more && !closing_.load(std::memory_order_acquire);) {
    AURORA_ASSIGN(more, trim_log_batch());
  }
  return {};
}

Result<bool> Engine::trim_log_batch() {
  std::lock_guard lock(checkpoint_mutex_);
  log_bytes_ += log_bytes_written_.exchange(0, std::memory_order_relaxed);
  const auto cursor = store_->cursor(storage::Family::kLog, {});
  if (!log_measured_) {
    log_bytes_ = 0;
    for (cursor->seek({}); cursor->valid(); cursor->next()) log_bytes_ += cursor->value().size();
    AURORA_TRY(cursor->status());
    log_measured_ = true;
  }
  const auto keep_after = options_.in_memory ? snapshots_.current_sequence() : checkpointed_;
  // Ages beyond this are for ever; as microseconds they would overflow.
  constexpr std::chrono::seconds kForEver = std::chrono::hours(24 * 365 * 1000);
  const auto oldest = now().micros - std::chrono::microseconds(std::min(options_.log_max_age, kForEver)).count();
  const auto batch = store_->make_batch();
  std::size_t rows = 0;
  for (cursor->seek({}); cursor->valid() && rows < kTrimBatch; cursor->next(), ++rows) {
    const auto sequence = LogKey::sequence_of(cursor->key());
    // The newest row stays: it holds the sequence that comes next (I2).
    if (!sequence || *sequence >= keep_after) break;
    AURORA_ASSIGN(const auto row, decode_log(cursor->value(), [](const LogEntry&) { return Status(); }));
    if (row.time.micros >= oldest && log_bytes_ <= options_.log_max_bytes) break;
    batch->remove(storage::Family::kLog, cursor->key());
    log_bytes_ -= std::min<std::uint64_t>(log_bytes_, cursor->value().size());
  }
  AURORA_TRY(cursor->status());
  if (rows > 0) AURORA_TRY(store_->write(*batch, upkeep_sync(options_.durability)));
  return rows == kTrimBatch;
}

Status Engine::purge_dropped() {
  for (bool more = true; more && !closing_.load(std::memory_order_acquire);) {
    AURORA_ASSIGN(more, purge_dropped_batch());
  }
  return {};
}

// True when there is more to remove.
Result<bool> Engine::purge_dropped_batch() {
  storage::CursorOptions range;
  range.lower = kDroppedPrefix;
  range.upper = std::string(kDroppedPrefix.substr(0, kDroppedPrefix.size() - 1)) + '0';
  const auto cursor = store_->cursor(storage::Family::kMeta, range);
  for (cursor->seek(range.lower); cursor->valid(); cursor->next()) {
    if (cursor->key().size() != kDroppedPrefix.size() + 4 || cursor->value().size() != 8) continue;
    // A snapshot from before the drop may still read the documents.
    if (load_be<std::uint64_t>(cursor->value().data()) > snapshots_.oldest_reader()) continue;
    const auto id = load_be<std::uint32_t>(cursor->key().data() + kDroppedPrefix.size());
    storage::CursorOptions documents;
    documents.lower = std::string(DocumentKey(id, 0).view());
    documents.upper = std::string(DocumentKey(id + 1, 0).view());
    documents.fill_cache = false;
    const auto at = store_->cursor(storage::Family::kDocs, documents);
    const auto batch = store_->make_batch();
    std::size_t rows = 0;
    for (at->seek(documents.lower); at->valid() && rows < kTrimBatch; at->next(), ++rows)
      batch->remove(storage::Family::kDocs, at->key());
    AURORA_TRY(at->status());
    if (!at->valid()) {
      batch->remove(storage::Family::kMeta, cursor->key());
      batch->remove(storage::Family::kPages, PageKey(PageKey::kLiveSets, id).view());
    }
    AURORA_TRY(store_->write(*batch, upkeep_sync(options_.durability)));
    if (!at->valid()) {
      {
        std::lock_guard lock(heads_mutex_);
        heads_.erase(id);
      }
      std::lock_guard lock(load_mutex_);
      replays_.erase(id);
    }
    return true;
  }
  AURORA_TRY(cursor->status());
  return false;
}

void Engine::start_background() {
  if (!options_.start_periodic || options_.read_only) return;
  const auto interval = std::min(options_.checkpoint_interval, options_.expiry_interval);
  const auto opened = std::chrono::steady_clock::now();
  background_ = options_.start_periodic(interval, [this, last = opened, swept = opened, commits = std::uint64_t{0},
                                                   checkpoints = std::uint64_t{0}]() mutable {
    // The thread runs before it is known here, and a commit of its own may wake it.
    if (!background_known_.load(std::memory_order_acquire)) return;
    try {
      run_upkeep(last, swept);
      // A load leaves much that was freed with the allocator. What is still written would take it again at once.
      const auto before = std::exchange(commits, commits_.load(std::memory_order_relaxed));
      const auto made = checkpoints_.load(std::memory_order_relaxed);
      if (commits == before && made != checkpoints) {
        checkpoints = made;
        return_free_memory();
      }
    } catch (const std::exception& error) {
      log(kLogWarning, std::string("background upkeep broke off and will be tried again: ") + error.what());
    }
  });
  background_known_.store(true, std::memory_order_release);
}

void Engine::run_upkeep(std::chrono::steady_clock::time_point& last, std::chrono::steady_clock::time_point& swept) {
  const auto entry = enter();
  if (!entry || has_failed_.load(std::memory_order_acquire)) return;
  std::vector<std::shared_ptr<StoredPages>> unread;
  {
    std::lock_guard lock(heads_mutex_);
    unread = unread_of(heads_, [](CollectionId) { return true; });
  }
  for (const auto& pages : unread)
    for (bool more = true; more && !closing_.load(std::memory_order_relaxed);) {
      const auto read = pages->read_next();
      // Whoever needs the page is told, too; it is tried again next time.
      if (!read) log(kLogWarning, "reading an index ahead of its use: " + read.error().message());
      more = read && *read;
    }
  const auto at = std::chrono::steady_clock::now();
  if (at - swept >= options_.expiry_interval) {
    swept = at;
    if (auto status = remove_expired(); !status)
      log(kLogWarning, "removing expired documents: " + status.error().message());
  }
  if (at - last < options_.checkpoint_interval &&
      changes_since_checkpoint_.load(std::memory_order_relaxed) < options_.checkpoint_changes)
    return;
  last = at;
  for (const auto& status : {checkpoint_indexes(), trim_log(), purge_dropped()})
    if (!status) log(kLogWarning, "background upkeep: " + status.error().message());
}

}  // namespace aurora::commit
