// Body of the RocksDB set-up.
// Measured reasons: the limits and reliability notes of the project; "asked for" below means by
// those.
#include "storage/rocksdb_options.hpp"

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <initializer_list>
#include <thread>

namespace aurora::storage {

namespace {

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

// The first of `wanted` that this build of RocksDB links; an unlinked one fails at open.
rocksdb::CompressionType first_linked(std::initializer_list<rocksdb::CompressionType> wanted) {
  const auto linked = rocksdb::GetSupportedCompressions();
  for (const auto type : wanted)
    if (std::find(linked.begin(), linked.end(), type) != linked.end()) return type;
  return rocksdb::kNoCompression;
}

rocksdb::CompressionType compression_of(StorageMode mode) {
  using enum rocksdb::CompressionType;
  if (mode == StorageMode::kLowSpace)
    return first_linked({kZSTD, kLZ4Compression, kSnappyCompression});
  return first_linked({kLZ4Compression, kSnappyCompression});
}

// Bloom filters pay where single keys are looked up. Rows of docs, pages and kv written again lie
// in several levels, and without a filter a get opens a block in each level it passes on its way
// down. meta is a few blocks that stay cached; log is only appended and scanned.
bool is_looked_up(Family family) {
  return family == Family::kDocs || family == Family::kPages || family == Family::kKv;
}

// A get by ordinal or page id nearly always hits (indexes name only what exists), so it ends in the
// last level anyway: leaving the filter out there saves nine tenths of the filters' memory. Keys of
// kv come from callers, who do ask for what is absent: kv keeps its filters.
bool nearly_always_hits(Family family) {
  return family == Family::kDocs || family == Family::kPages;
}

std::shared_ptr<rocksdb::TableFactory> make_tables(Family family, const StoreOptions& options,
                                                   const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions table;
  table.format_version = 5;  // one directory opens on 7.8 to 9.10; 6 locks the older ones out
  table.checksum = rocksdb::kXXH3;
  table.block_cache = cache;
  // The best block size found for scans with lz4; more would cost point reads.
  table.block_size = (options.mode == StorageMode::kLowSpace ? 32 : 16) * kKiB;
  // Index and filter blocks count against the cache's bound (memory is bounded by configuration),
  // kept in its favoured half and, for level 0, pinned, so that scans do not push them out.
  table.cache_index_and_filter_blocks = true;
  table.cache_index_and_filter_blocks_with_high_priority = true;
  table.pin_l0_filter_and_index_blocks_in_cache = true;
  table.pin_top_level_index_and_filter = true;
  if (is_looked_up(family)) table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  return std::shared_ptr<rocksdb::TableFactory>(rocksdb::NewBlockBasedTableFactory(table));
}

// Rows and their log entries are what a commit writes; the others are small or rewritten now and
// then.
std::uint64_t write_buffer_of(Family family, const StoreOptions& options) {
  const std::uint64_t whole = options.mode == StorageMode::kLowSpace
                                  ? std::min(options.write_buffer_bytes, 16 * kMiB)
                                  : options.write_buffer_bytes;
  const bool is_main = family == Family::kDocs || family == Family::kLog;
  return std::max(is_main ? whole : whole / 4, 64 * kKiB);
}

rocksdb::ColumnFamilyOptions make_family(Family family, const StoreOptions& options,
                                         const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions result;
  result.table_factory = make_tables(family, options, cache);
  result.compression = compression_of(options.mode);
  result.write_buffer_size = write_buffer_of(family, options);
  result.optimize_filters_for_hits = nearly_always_hits(family);
  // Most data in the last level from the start: about 10 % of space lost to old versions, instead
  // of whatever the fixed level sizes give. Fixed when the directory is made.
  result.level_compaction_dynamic_level_bytes = true;
  result.force_consistency_checks =
      true;  // asked for: a wrong level order fails instead of losing rows
  return result;
}

void set_reliability(rocksdb::DBOptions& db, const StoreOptions& options) {
  // A torn tail ends the log; what follows a damaged record is never replayed over a gap.
  db.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db.recycle_log_file_num = 0;  // old bytes in a recycled log can be mistaken for records
  db.paranoid_checks = true;
  db.verify_sst_unique_id_in_manifest = true;  // a table swapped for another is noticed
  db.avoid_flush_during_recovery = false;  // a replayed log is flushed, so no log is replayed twice
  db.manual_wal_flush = false;  // a buffered log would lose acknowledged commits to SIGKILL
  db.unordered_write = false;   // snapshots must see whole batches
  db.two_write_queues = false;
  db.allow_2pc = false;               // its recovery was seen refusing to open after power cuts
  db.enable_pipelined_write = false;  // no gain with one committer
  db.track_and_verify_wals_in_manifest =
      false;             // with SyncWAL reports logs missing that are not (7.8)
  db.use_fsync = false;  // fdatasync: sizes are metadata it does write
  // The first I/O error stops writing until reopen: never a retried fsync.
  db.max_bgerror_resume_count = 0;
  // Without a log only a common flush keeps families consistent with each other.
  db.atomic_flush = options.unlogged;
}

void set_resources(rocksdb::DBOptions& db, const StoreOptions& options, OpenAs as) {
  // All memtables together, and the log they keep alive: both bounds hold for the whole store.
  db.db_write_buffer_size = std::max(4 * options.write_buffer_bytes, 4 * kMiB);
  db.max_total_wal_size = std::max(options.max_log_bytes, kMiB);
  const auto processors = static_cast<int>(std::min(std::thread::hardware_concurrency(), 4u));
  db.max_background_jobs = std::max(2, processors);  // at least one flush beside one compaction
  db.bytes_per_sync = kMiB;  // tables go to disk as they are written, not in one burst at the end
  // A reader beside a writer holds every file open from the start, because the writer may remove
  // them. A writer is a guest in its process and takes a part of the usual 1,024 descriptors.
  db.max_open_files = as == OpenAs::kReadOnly ? -1 : 512;
  db.skip_stats_update_on_db_open = true;  // asked for: open must not read every table's properties
  db.max_manifest_file_size = 16 * kMiB;   // RocksDB's 1 GiB would be read at open
  db.keep_log_file_num = 5;                // LOG.old.* otherwise piles up, one a reopen
  db.max_log_file_size = 4 * kMiB;
  db.db_log_dir = "";            // inside the directory: its mode 0700 covers the log too
  db.stats_dump_period_sec = 0;  // nobody reads them, and each costs a timer thread
  db.stats_persist_period_sec = 0;
}

}  // namespace

EngineOptions make_engine_options(const StoreOptions& options, OpenAs as) {
  EngineOptions result;
  // RocksDB turns a cache of no bytes into a re-read of every index block: keep a floor.
  result.cache = rocksdb::NewLRUCache(std::max(options.block_cache_bytes, kMiB));
  result.db.create_if_missing = as == OpenAs::kNew;
  result.db.create_missing_column_families = as == OpenAs::kNew;
  set_reliability(result.db, options);
  set_resources(result.db, options, as);

  rocksdb::ColumnFamilyOptions unused = make_family(Family::kMeta, options, result.cache);
  result.families.emplace_back(rocksdb::kDefaultColumnFamilyName, unused);
  for (std::size_t i = 0; i < kFamilyCount; ++i) {
    const auto family = static_cast<Family>(i);
    result.families.emplace_back(std::string(to_string(family)),
                                 make_family(family, options, result.cache));
  }
  return result;
}

bool lacks_only(const EngineOptions& setup, const std::string& path, Family family) {
  std::vector<std::string> names;
  if (!rocksdb::DB::ListColumnFamilies(setup.db, path, &names).ok()) return false;
  return std::all_of(setup.families.begin(), setup.families.end(), [&](const auto& wanted) {
    const bool is_there = std::find(names.begin(), names.end(), wanted.name) != names.end();
    return is_there != (wanted.name == to_string(family));
  });
}

}  // namespace aurora::storage
