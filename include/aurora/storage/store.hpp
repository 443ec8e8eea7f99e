// The seam to cold storage: ordered key-value families written by atomic batches.
// Called by commit (writes, recovery), index checkpoints and cache misses; implemented by the RocksDB store
// and by the memory store. Nothing above this header may assume RocksDB.
#pragma once

#include <aurora/result.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::storage {

/// The key spaces of a database. Values are stable: they name column families on disk.
enum class Family : std::uint8_t { kMeta, kDocs, kLog, kPages, kKv };
inline constexpr std::size_t kFamilyCount = 5;
[[nodiscard]] std::string_view to_string(Family family) noexcept;

/// When a write counts as done. See docs/durability.md.
enum class Sync : std::uint8_t {
  kNoLog,     ///< not logged: lost by a process crash until the next flush
  kLogged,    ///< in the write-ahead log, handed to the OS: survives process death
  kSynced,    ///< fsynced: survives power loss
};

/// Puts and removes in order, applied all or nothing.
class WriteBatch {
 public:
  virtual ~WriteBatch() = default;
  virtual void put(Family family, std::string_view key, std::string_view value) = 0;
  virtual void remove(Family family, std::string_view key) = 0;
  [[nodiscard]] virtual std::size_t byte_size() const = 0;
  virtual void clear() = 0;
};

/// Bytes read from the store, kept alive by this object (pinned block or own copy).
class PinnedBytes {
 public:
  virtual ~PinnedBytes() = default;
  [[nodiscard]] virtual std::string_view bytes() const noexcept = 0;
};

/// Ordered iteration over one family as it was when the cursor was made.
/// Threads: one thread at a time. Outliving its store is not allowed.
class Cursor {
 public:
  virtual ~Cursor() = default;
  /// To the first key >= `key`.
  virtual void seek(std::string_view key) = 0;
  /// To the last key <= `key`.
  virtual void seek_for_prev(std::string_view key) = 0;
  virtual void next() = 0;
  virtual void prev() = 0;
  [[nodiscard]] virtual bool valid() const = 0;
  /// Valid until the cursor moves. Requires: valid().
  [[nodiscard]] virtual std::string_view key() const = 0;
  [[nodiscard]] virtual std::string_view value() const = 0;
  /// Why iteration ended: ok at the end of the data, else the error. Check it whenever valid() is false.
  [[nodiscard]] virtual Status status() const = 0;
};

struct CursorOptions {
  std::string lower;           ///< first key; empty: no bound
  std::string upper;           ///< one past the last key; empty: no bound
  bool fill_cache = true;      ///< false for one-off scans
};

struct StoreStats {
  std::string engine;                     ///< e.g. "RocksDB 7.8.3"
  bool slow_build = false;                ///< assertions on or software CRC (see docs/benchmarks.md)
  std::uint64_t disk_bytes = 0;
  std::uint64_t memory_bytes = 0;         ///< memtables and block cache
  std::uint64_t log_bytes = 0;            ///< live write-ahead log
};

/// Threads: every call may come from any thread; writes are serialised by the caller (the commit pipeline),
/// except `flush`, `compact` and `checkpoint`, which may run beside everything.
/// Errors: IoError, StorageFull, Corruption. After the first failed write or sync the store refuses writes
/// with that error until it is reopened (`healthy` tells), and reads go on. A failed background flush or
/// compaction, and a device that fails a read, end writing too. Whether the failed batch is durable is
/// unknown until then.
class Store {
 public:
  virtual ~Store() = default;

  [[nodiscard]] virtual std::unique_ptr<WriteBatch> make_batch() = 0;
  [[nodiscard]] virtual Status write(WriteBatch& batch, Sync sync) = 0;
  /// Makes everything written so far durable against power loss, without a new write. Writes with
  /// Sync::kNoLog are included only in an `unlogged` store; elsewhere they need `flush`.
  [[nodiscard]] virtual Status sync_log() = 0;

  /// Null when the key is absent.
  [[nodiscard]] virtual Result<std::unique_ptr<PinnedBytes>> get(Family family, std::string_view key) = 0;
  /// Copies into `out` (reusing its capacity) and returns whether the key is there.
  [[nodiscard]] virtual Result<bool> get(Family family, std::string_view key, std::string& out) = 0;
  /// Calls `visit` with the place of each key that is there, and its bytes, which are valid during the call; ends at its
  /// first error. Requires: keys rise. Cost: less than that of as many gets.
  using VisitEach = std::function<Status(std::size_t place, std::string_view bytes)>;
  [[nodiscard]] virtual Status get_each(Family family, std::span<const std::string_view> keys,
                                        const VisitEach& visit) = 0;
  [[nodiscard]] virtual std::unique_ptr<Cursor> cursor(Family family, const CursorOptions& options) = 0;

  /// Writes memtables out, so that the next open replays nothing.
  [[nodiscard]] virtual Status flush() = 0;
  /// The same for one family (used by index checkpoints, which are written with Sync::kNoLog).
  [[nodiscard]] virtual Status flush(Family family) = 0;
  [[nodiscard]] virtual Status compact() = 0;
  /// A consistent copy that opens by itself, made durable before this returns.
  /// Errors: InvalidOperation when the store cannot (memory), InvalidInput when `path` exists.
  [[nodiscard]] virtual Status checkpoint(const std::string& path) = 0;
  /// Reads every stored byte and checks its checksum.
  [[nodiscard]] virtual Status verify_checksums() = 0;
  /// The same for the tables of one family: proves that a cursor over it leaves nothing out, which RocksDB 7.8 was seen
  /// to do without an error where a block is damaged. Beside flushes and compactions.
  [[nodiscard]] virtual Status verify_checksums(Family family) = 0;

  /// The error that stopped writes, or ok.
  [[nodiscard]] virtual Status healthy() const = 0;
  [[nodiscard]] virtual StoreStats stats() const = 0;
  /// Flushes and closes; the error that stopped writes, if one did. Idempotent. No cursor, batch or pinned
  /// bytes may be left, and no call but the destructor may follow.
  [[nodiscard]] virtual Status close() = 0;
};

/// How the rows are compressed and buffered.
enum class StorageMode : std::uint8_t {
  kHighThroughput,  ///< lz4, large write buffers
  kLowSpace,        ///< zstd, small write buffers
};

/// Where the store keeps its files; known to the RocksDB store and to tests that let files fail.
class Environment;

struct StoreOptions {
  std::string path;
  std::shared_ptr<Environment> environment;    ///< null: the file system of this machine
  StorageMode mode = StorageMode::kHighThroughput;
  bool create_if_missing = true;
  bool read_only = false;
  /// True when writes will use Sync::kNoLog for everything: families are then flushed together.
  bool unlogged = false;
  std::uint64_t block_cache_bytes = 1024ull << 20;
  std::uint64_t write_buffer_bytes = 64ull << 20;
  std::uint64_t max_log_bytes = 256ull << 20;   ///< bounds replay time after a crash
  std::chrono::milliseconds open_deadline{60'000};  ///< zero: none
  /// Called for messages of the store worth a log line, from any thread; never throws and does not call the
  /// store. Not called after close, nor after an open that gave an error. May be empty.
  std::function<void(std::string_view)> on_message;
};

/// Opens or makes a RocksDB store in directory `path` (its last component only), holding its own lock there.
/// `read_only` takes no lock, changes nothing and sees the state at open; its writes give InvalidOperation.
/// Errors: Busy naming the process that holds it; IoError (no permission, no parent directory);
/// InvalidInput (a file, or a directory of something else); Corruption naming the file (damaged, or a newer
/// format, which is left as it is); Timeout when `open_deadline` passes, after which this process keeps the
/// lock until RocksDB gives up; NotFound when there is none and `create_if_missing` is false or `read_only`
/// is set; StorageFull.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreOptions& options);

/// An ordered store in memory with the same contract; gone when closed.
[[nodiscard]] std::unique_ptr<Store> make_memory_store();

}  // namespace aurora::storage
