// The store over RocksDB.
// Called through the Store interface by commit and indexes; calls the engine, and RocksDB itself
// only here and in the other rocksdb_* files of this room.
//
// 1. The first failed write or sync, background error, or failed read of the device ends writing
// until
//    reopen; reads go on. (A read error ends it because a compaction that meets one may lose rows
//    in the releases before 8.7.)
// 2. No sync is ever tried twice.
// 3. A batch is in every family or in none, in memory and on disk.
#include "storage/rocksdb_store.hpp"

#include "storage/rocksdb_batch.hpp"
#include "storage/rocksdb_build.hpp"
#include "storage/rocksdb_checkpoint.hpp"
#include "storage/rocksdb_cursor.hpp"
#include "storage/rocksdb_status.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/convenience.h>
#include <rocksdb/metadata.h>
#include <rocksdb/version.h>
#if __has_include(<rocksdb/advanced_cache.h>)  // from 8.1: cache.h only declares Cache
#include <rocksdb/advanced_cache.h>
#endif

#include <algorithm>
#include <array>
#include <filesystem>
#include <mutex>
#include <set>
#include <string>
#include <system_error>

namespace aurora::storage {

namespace {

class PinnedSlice final : public PinnedBytes {
 public:
  [[nodiscard]] std::string_view bytes() const noexcept override {
    return {slice_.data(), slice_.size()};
  }
  [[nodiscard]] rocksdb::PinnableSlice& raw() noexcept { return slice_; }

 private:
  rocksdb::PinnableSlice slice_;
};

/// Threads: as Store; every field is fixed after construction.
class RocksStore final : public Store {
 public:
  RocksStore(std::unique_ptr<Engine> engine, bool unlogged)
      : engine_(std::move(engine)), unlogged_(unlogged) {}
  ~RocksStore() override { static_cast<void>(RocksStore::close().has_value()); }

  std::unique_ptr<WriteBatch> make_batch() override {
    return std::make_unique<RocksBatch>(*engine_);
  }
  Status write(WriteBatch& batch, Sync sync) override;
  Status sync_log() override;
  Result<std::unique_ptr<PinnedBytes>> get(Family family, std::string_view key) override;
  Result<bool> get(Family family, std::string_view key, std::string& out) override;
  Status get_each(Family family, std::span<const std::string_view> keys, const VisitEach& visit) override;
  std::unique_ptr<Cursor> cursor(Family family, const CursorOptions& options) override {
    return std::make_unique<RocksCursor>(*engine_, family, options);
  }
  Status flush() override;
  Status flush(Family family) override;
  Status compact() override;
  Status checkpoint(const std::string& path) override;
  Status verify_checksums() override;
  Status verify_checksums(Family family) override;
  Status healthy() const override { return engine_->health().status(); }
  StoreStats stats() const override;
  Status close() override;

 private:
  [[nodiscard]] Status may_write() const;
  [[nodiscard]] std::unique_lock<std::mutex> keep_log_apart();
  [[nodiscard]] Status flush_families(const std::vector<rocksdb::ColumnFamilyHandle*>& families);
  [[nodiscard]] Status stop_writes_unless_ok(const rocksdb::Status& status, std::string_view doing);
  [[nodiscard]] Error read_error(const rocksdb::Status& status, Family family,
                                 std::string_view key) const;

  const std::unique_ptr<Engine> engine_;
  const bool unlogged_;
  const bool asserts_ = rocksdb_build().assertions;
  std::mutex log_mutex_;   // held around appending and syncing while asserts_
  bool closed_ = false;  // touched by close() alone
};

Status RocksStore::may_write() const {
  if (engine_->is_read_only())
    return Error(ErrorCode::kInvalidOperation, "'" + engine_->path() + "' is open read-only");
  return engine_->health().refusal();
}

// A RocksDB built with assertions aborts the process when a log is synced after an append to it failed, which
// another thread may be about to hear of. One built without gives an error, and there both go on side by side.
std::unique_lock<std::mutex> RocksStore::keep_log_apart() {
  return asserts_ ? std::unique_lock(log_mutex_) : std::unique_lock<std::mutex>();
}

Status RocksStore::stop_writes_unless_ok(const rocksdb::Status& status, std::string_view doing) {
  Status result = check(status, doing);
  if (!result) engine_->health().fail(result.error());
  return result;
}

Status RocksStore::write(WriteBatch& batch, Sync sync) {
  auto* const own = dynamic_cast<RocksBatch*>(&batch);
  if (own == nullptr) return Error(ErrorCode::kInternal, "writing: the batch is another store's");
  AURORA_TRY(own->status());
  rocksdb::WriteOptions options;
  options.sync = sync == Sync::kSynced;
  options.disableWAL = sync == Sync::kNoLog;
  const auto apart = keep_log_apart();
  AURORA_TRY(may_write());
  Status result = guarded("writing a batch", [&]() -> Status {
    return check(engine_->db().Write(options, &own->raw()), "writing a batch");
  });
  if (!result) engine_->health().fail(result.error());
  return result;
}

// What was written with Sync::kNoLog is in no log: when that is everything, only a flush makes it
// durable. Beside logged commits it is index pages, which recovery rebuilds, and the log alone is
// synced.
Status RocksStore::sync_log() {
  const auto apart = keep_log_apart();
  AURORA_TRY(may_write());
  if (unlogged_) return flush_families(engine_->handles());
  return stop_writes_unless_ok(engine_->db().SyncWAL(), "syncing the log");
}

Error RocksStore::read_error(const rocksdb::Status& status, Family family,
                             std::string_view key) const {
  const Error error =
      translate(status, "reading " + std::string(to_string(family)) + " key " + show_key(key));
  if (error.code() == ErrorCode::kIoError) engine_->health().fail(error);
  return error;
}

Result<std::unique_ptr<PinnedBytes>> RocksStore::get(Family family, std::string_view key) {
  auto pinned = std::make_unique<PinnedSlice>();
  const rocksdb::Status status =
      engine_->db().Get(rocksdb::ReadOptions(), engine_->handle(family), key, &pinned->raw());
  if (status.IsNotFound()) return std::unique_ptr<PinnedBytes>();
  if (!status.ok()) return read_error(status, family, key);
  return std::unique_ptr<PinnedBytes>(std::move(pinned));
}

Result<bool> RocksStore::get(Family family, std::string_view key, std::string& out) {
  const rocksdb::Status status =
      engine_->db().Get(rocksdb::ReadOptions(), engine_->handle(family), key, &out);
  if (status.IsNotFound()) return false;
  if (!status.ok()) return read_error(status, family, key);
  return true;
}

Status RocksStore::get_each(Family family, std::span<const std::string_view> keys, const VisitEach& visit) {
  constexpr std::size_t kBatch = 64;
  std::array<rocksdb::Slice, kBatch> slices;
  std::array<rocksdb::Status, kBatch> statuses;
  for (std::size_t begin = 0; begin < keys.size(); begin += kBatch) {
    const auto batch = keys.subspan(begin, std::min(kBatch, keys.size() - begin));
    std::array<rocksdb::PinnableSlice, kBatch> values;  // a block is let go of with its batch
    for (std::size_t i = 0; i < batch.size(); ++i) slices[i] = batch[i];
    constexpr bool kSorted = true;
    engine_->db().MultiGet(rocksdb::ReadOptions(), engine_->handle(family), batch.size(),
                           slices.data(), values.data(), statuses.data(), kSorted);
    for (std::size_t i = 0; i < batch.size(); ++i) {
      if (statuses[i].IsNotFound()) continue;
      if (!statuses[i].ok()) return read_error(statuses[i], family, batch[i]);
      AURORA_TRY(visit(begin + i, {values[i].data(), values[i].size()}));
    }
  }
  return {};
}

Status RocksStore::flush_families(const std::vector<rocksdb::ColumnFamilyHandle*>& families) {
  rocksdb::FlushOptions options;
  options.allow_write_stall = true;  // a flush that waits for calm could wait for ever under load
  return stop_writes_unless_ok(engine_->db().Flush(options, families), "flushing");
}

Status RocksStore::flush() {
  AURORA_TRY(may_write());
  return flush_families(engine_->handles());
}

// Without a log one family alone would come out newer than the rest after a crash: flush all
// together.
Status RocksStore::flush(Family family) {
  AURORA_TRY(may_write());
  if (unlogged_) return flush_families(engine_->handles());
  return flush_families({engine_->handle(family)});
}

Status RocksStore::compact() {
  AURORA_TRY(may_write());
  rocksdb::CompactRangeOptions options;
  options.exclusive_manual_compaction = false;  // the automatic ones keep up with writers meanwhile
  options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForceOptimized;
  for (rocksdb::ColumnFamilyHandle* const handle : engine_->handles())
    AURORA_TRY(check(engine_->db().CompactRange(options, handle, nullptr, nullptr),
                     "compacting " + handle->GetName()));
  return {};
}

Status RocksStore::checkpoint(const std::string& path) {
  AURORA_TRY(may_write());
  return guarded("making a checkpoint", [&] { return make_checkpoint(*engine_, path); });
}

Status RocksStore::verify_checksums() {
  if (engine_->is_read_only()) {
    // A writer may have removed tables, which are open here; RocksDB would look for them by their names.
    for (std::size_t i = 0; i < kFamilyCount; ++i) AURORA_TRY(verify_checksums(static_cast<Family>(i)));
    return {};
  }
  return check(engine_->db().VerifyChecksum(), "verifying checksums of '" + engine_->path() + "'");
}

Status RocksStore::verify_checksums(Family family) {
  auto* const handle = engine_->handle(family);
  const rocksdb::Options options = engine_->db().GetOptions(handle);
  std::set<std::string> proven;
  // Tables that a compaction removed meanwhile are found among others the next time.
  for (bool all = false; !all;) {
    all = true;
    std::vector<rocksdb::LiveFileMetaData> tables;
    engine_->db().GetLiveFilesMetaData(&tables);
    for (const auto& table : tables) {
      if (table.column_family_name != handle->GetName() || proven.contains(table.name)) continue;
      const auto path = table.db_path + table.name;
      const auto status = rocksdb::VerifySstFileChecksum(options, rocksdb::EnvOptions(), path);
      if (status.ok()) {
        proven.insert(table.name);
        continue;
      }
      if (!options.env->FileExists(path).IsNotFound() || !proven.insert(table.name).second)
        return check(status, "proving table '" + path + "'");
      all = false;
    }
  }
  return {};
}

StoreStats RocksStore::stats() const {
  StoreStats stats;
  stats.engine = "RocksDB " + rocksdb::GetRocksVersionAsString();
  stats.slow_build = engine_->is_slow_build();
  std::uint64_t memtables = 0;
  engine_->db().GetAggregatedIntProperty(rocksdb::DB::Properties::kCurSizeAllMemTables, &memtables);
  stats.memory_bytes = memtables + engine_->cache().GetUsage();
  std::error_code error;
  std::filesystem::directory_iterator entries(engine_->path(), error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    std::error_code gone;  // files come and go meanwhile
    const std::uint64_t size = entries->file_size(gone);
    if (gone) continue;
    stats.disk_bytes += size;
    if (entries->path().extension() == ".log") stats.log_bytes += size;
  }
  return stats;
}

Status RocksStore::close() {
  if (closed_) return {};
  closed_ = true;
  Status flushed;
  if (!engine_->is_read_only()) flushed = engine_->health().ok() ? flush() : healthy();
  Status closed = guarded("closing the store", [&] { return engine_->close(); });
  return flushed ? closed : flushed;
}

}  // namespace

std::unique_ptr<Store> make_rocksdb_store(std::unique_ptr<Engine> engine, bool unlogged) {
  return std::make_unique<RocksStore>(std::move(engine), unlogged);
}

}  // namespace aurora::storage
