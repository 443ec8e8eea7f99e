// How a database is opened. Every option has a unit in its name or type and is checked at open.
// Public; includes only std and plain enumerations.
#pragma once

#include <aurora/eviction_policy.hpp>
#include <aurora/worker_config.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora {

struct DateTime;

/// What a returned commit has survived. See docs/durability.md.
enum class Durability : std::uint8_t {
  kNone,         ///< nothing is logged: a crash loses what was not flushed
  kWal,          ///< process death (the write-ahead log is handed to the OS)
  kStrict,       ///< power loss; waiting commits share one fsync
  kSynchronous,  ///< power loss; an fsync a commit
};

/// How rows are compressed and buffered on disk.
enum class StorageMode : std::uint8_t {
  kHighThroughput,  ///< lz4, large buffers
  kLowSpace,        ///< zstd, small buffers
};

enum class LogLevel : std::uint8_t { kInfo, kWarning, kError };

/// Limits on query texts; each exceeded one is LimitExceeded naming it.
struct TextLimits {
  std::size_t text_bytes = 1u << 20;
  std::uint32_t depth = 64;
  std::size_t selections = 10'000;
  std::size_t list_length = 100'000;
  std::size_t regex_bytes = 10'000;
};

struct Config {
  Durability durability = Durability::kWal;
  StorageMode storage_mode = StorageMode::kHighThroughput;
  bool create_if_missing = true;

  std::uint64_t hot_cache_bytes = 256ull << 20;       ///< records kept ready in memory
  EvictionPolicy eviction_policy = EvictionPolicy::kHybrid;
  std::uint64_t cold_cache_bytes = 1024ull << 20;     ///< blocks of the store
  std::uint64_t write_buffer_bytes = 64ull << 20;     ///< memtable of the store
  std::uint64_t max_log_bytes = 256ull << 20;         ///< write-ahead log; bounds reopening after a crash

  /// Most changes one group of waiting commits may hold; an idle pipeline never waits for more.
  std::uint32_t write_buffer_operations = 10'000;
  /// How often indexes are written out, and after how many changes at the latest.
  std::chrono::milliseconds checkpoint_interval{10'000};
  std::uint64_t checkpoint_changes = 200'000;
  /// How often documents that @@ttl expired are looked for and removed; they are hidden at once all the same.
  std::chrono::milliseconds expiry_interval{1'000};
  /// How far back the change log reaches at most, in time and in size.
  std::chrono::seconds change_log_max_age{std::chrono::hours(24)};
  std::uint64_t change_log_max_bytes = 256ull << 20;

  std::uint32_t max_document_bytes = 16u << 20;
  std::uint64_t max_transaction_bytes = 1ull << 30;
  /// Older versions of documents kept in memory for transactions and queries that began before they changed. Whoever
  /// reads an old state for so long that more piles up gets a Conflict, and the logger a warning.
  std::uint64_t max_history_bytes = 256ull << 20;
  /// Most memory one sort or distinct may take.
  std::uint64_t max_sort_bytes = 1ull << 30;
  TextLimits text_limits;
  /// Directories under which the files that import and export statements name must lie, no symbolic link followed;
  /// a relative path is under the first. Empty: anywhere.
  std::vector<std::string> file_roots;
  WorkerConfig workers;
  /// Statements kept parsed, by text.
  std::size_t statement_cache_entries = 1'024;
  /// Opening gives up with Timeout after this long.
  std::chrono::milliseconds open_deadline{60'000};

  /// False: every query scans (to compare answers with and without indexes).
  bool use_indexes = true;
  /// Where the time comes from, on any thread; empty: the system clock. Microseconds since the epoch. Must not
  /// throw: the system clock stands in for it then, with a warning.
  std::function<std::int64_t()> clock;
  /// Gets the messages worth a log line, from any thread. Empty: silent. Must not throw.
  std::function<void(LogLevel, std::string_view)> logger;

  /// Large caches.
  [[nodiscard]] static Config read_optimized();
  /// Large write buffers, later checkpoints.
  [[nodiscard]] static Config write_optimized();
  /// Small groups, frequent checkpoints: even latency.
  [[nodiscard]] static Config realtime();
};

}  // namespace aurora
