// Opening, entering, closing and figures of the engine. Called by the facade.
#include <aurora/commit/engine.hpp>

#include <aurora/base/try.hpp>
#include <aurora/schema/system_collections.hpp>

#include "engine_parts.hpp"

#include <algorithm>

#include <system_error>

namespace aurora::commit {

namespace {
// Forward columns may take half as much as the hot cache, beside it, and so much in any case.
constexpr std::uint64_t kLeastColumnBytes = 64ull << 20;
}  // namespace

Engine::Engine(std::unique_ptr<storage::Store> store, EngineOptions options)
    : store_(std::move(store)),
      options_(std::move(options)),
      records_(*store_, options_.hot_cache_bytes, options_.eviction_policy),
      columns_(std::max(options_.hot_cache_bytes / 2, kLeastColumnBytes)),
      field_columns_(columns_),
      sids_(options_.clock),
      ids_(options_.clock),
      held_back_(std::make_unique<HeldBack>()) {}

Engine::~Engine() { static_cast<void>(close()); }

Result<std::shared_ptr<Engine>> Engine::open(std::unique_ptr<storage::Store> store, EngineOptions options) {
  std::shared_ptr<Engine> engine(new Engine(std::move(store), std::move(options)));
  AURORA_TRY(engine->recover());
  try {
    engine->start_background();
  } catch (const std::system_error& error) {
    return Error(ErrorCode::kIoError, std::string("the thread for background work cannot be started: ") + error.what());
  }
  return engine;
}

Result<Engine::Entry> Engine::enter() {
  entries_.fetch_add(1, std::memory_order_seq_cst);
  Entry entry(&entries_);
  if (closing_.load(std::memory_order_seq_cst))
    return Error(ErrorCode::kClosed, "the database was closed; open it again");
  return entry;
}

SnapshotView Engine::view(DateTime now) { return SnapshotView(*this, snapshots_.pin(), now); }

Status Engine::flush() {
  if (options_.read_only) return {};
  AURORA_TRY(checkpoint_indexes());
  return store_->flush();
}

Status Engine::backup(const std::string& path) {
  if (options_.read_only)
    return Error(ErrorCode::kInvalidOperation, "a database that is open read-only cannot be copied; its writer can");
  AURORA_TRY(checkpoint_indexes());
  return store_->checkpoint(path);
}

Status Engine::close() {
  std::lock_guard lock(close_mutex_);
  if (closed_) return *closed_;
  closing_.store(true, std::memory_order_seq_cst);
  if (tail_) tail_->close();
  for (auto open = entries_.load(std::memory_order_seq_cst); open > 0;
       open = entries_.load(std::memory_order_seq_cst))
    entries_.wait(open, std::memory_order_acquire);
  // Only now: commits under way may still wake it.
  background_.reset();
  // An engine whose recovery failed has no tail and nothing to write out.
  auto written = tail_ ? checkpoint_indexes() : Status();
  auto closed = store_->close();
  closed_ = written ? closed : written;
  if (!*closed_) log(kLogError, "closing: " + closed_->error().message());
  return *closed_;
}

Engine::Stats Engine::stats() {
  Stats stats;
  stats.sequence = snapshots_.current_sequence();
  stats.snapshots = snapshots_.size();
  stats.history_versions = records_.history().size();
  stats.history_bytes = records_.history().memory_bytes();
  stats.tail_bytes = tail_->byte_size();
  stats.commits = commits_.load(std::memory_order_relaxed);
  stats.groups = groups_.load(std::memory_order_relaxed);
  stats.checkpoints = checkpoints_.load(std::memory_order_relaxed);
  stats.column_bytes = columns_.bytes();
  stats.cache = records_.cache().stats();
  stats.store = store_->stats();
  return stats;
}

// ---------------------------------------------------------------- snapshot view

Result<const CollectionVersion*> SnapshotView::collection(CollectionId id) {
  for (const auto& [known, version] : seen_)
    if (known == id) return version;
  if (id == kChangesCollection) return changes();
  const auto* version = engine_.snapshots().find(pin_, id);
  if (version == nullptr) {
    AURORA_ASSIGN(version, engine_.load(pin_, id));
  }
  if (pin_->is_torn(*version))
    return Error(ErrorCode::kInternal, "memory ran out while a commit to collection '" + version->definition->name +
                                           "' was published: it can be read again once the database is reopened");
  seen_.emplace_back(id, version);
  return version;
}

Result<RecordRef> SnapshotView::record(CollectionId id, Ordinal ordinal) {
  if (id == kChangesCollection) return change(ordinal);
  AURORA_ASSIGN(auto record, engine_.records().at(id, ordinal, pin_->sequence));
  if (record) return record;
  AURORA_ASSIGN(const auto* version, collection(id));
  if (version->live.get().contains(ordinal)) return not_stored(id, ordinal);
  return record;
}

Status SnapshotView::scan(CollectionId id, const OrdinalSet& ordinals,
                          const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  if (id != kChangesCollection) return engine_.records().scan(id, ordinals, pin_->sequence, visit);
  std::vector<Ordinal> wanted;
  ordinals.append_to(wanted);
  for (const auto ordinal : wanted) {
    AURORA_ASSIGN(const auto record, change(ordinal));
    if (!visit(ordinal, record)) break;
  }
  return {};
}

ColumnPool* SnapshotView::columns() { return &engine_.columns(); }

Column SnapshotView::field_column(CollectionId id, const ColumnAsk& ask) {
  if (id == kChangesCollection) return {};
  const auto version = collection(id);
  if (!version) return {};
  return engine_.field_columns().column(ask, column_source(**version));
}

FieldChunks SnapshotView::field_chunks(CollectionId id, const ChunksAsk& ask) {
  if (id == kChangesCollection) return {};
  const auto version = collection(id);
  if (!version) return {};
  return engine_.field_columns().chunks(ask, column_source(**version));
}

FieldColumns::Source SnapshotView::column_source(const CollectionVersion& version) {
  return {*version.definition, version.live, pin_->sequence,
          [this, id = version.definition->id](const OrdinalSet& ordinals, const FieldColumns::Visit& visit) {
            return scan(id, ordinals, visit);
          }};
}

Result<const CollectionVersion*> SnapshotView::changes() {
  AURORA_ASSIGN(changes_, ChangeList::read(engine_.store(), *pin_->catalog, pin_->sequence));
  seen_.emplace_back(kChangesCollection, &changes_->version());
  return &changes_->version();
}

Result<RecordRef> SnapshotView::change(Ordinal ordinal) const {
  return changes_->record(ordinal, *pin_->catalog, [this](CollectionId collection, Ordinal document) {
    return engine_.records().at(collection, document, pin_->sequence);
  });
}

}  // namespace aurora::commit
