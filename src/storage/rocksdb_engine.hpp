// An open RocksDB with all that must live and die with it, and the opening under a deadline.
// Made by open_rocksdb_store, used by the store.
#pragma once

#include "storage/directory_lock.hpp"
#include "storage/health.hpp"
#include "storage/rocksdb_events.hpp"
#include "storage/rocksdb_options.hpp"

#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

namespace aurora::storage {

/// Owns: the database, its handles, the directory lock (released last).
/// Threads: the pointers do not change between open and close; close from one thread.
class Engine {
 public:
  Engine(const StoreOptions& options, OpenAs as, DirectoryLock lock);
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  /// Errors: as open_rocksdb_store, save Timeout.
  [[nodiscard]] Status open();
  /// Closes and seals the directory when the store is healthy. Idempotent.
  [[nodiscard]] Status close();

  [[nodiscard]] rocksdb::DB& db() const noexcept { return *db_; }
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const noexcept {
    return handles_[static_cast<std::size_t>(family) + 1];
  }
  [[nodiscard]] const std::vector<rocksdb::ColumnFamilyHandle*>& handles() const noexcept {
    return handles_;
  }
  [[nodiscard]] const rocksdb::Cache& cache() const noexcept { return *cache_; }
  [[nodiscard]] Health& health() const noexcept { return *health_; }
  [[nodiscard]] std::shared_ptr<MessageSink> share_messages() const noexcept { return messages_; }
  /// What the opening left out of damaged logs, in words.
  [[nodiscard]] const std::vector<std::string>& losses() const noexcept { return losses_; }
  [[nodiscard]] const std::string& path() const noexcept { return options_.path; }
  [[nodiscard]] bool is_read_only() const noexcept { return as_ == OpenAs::kReadOnly; }
  [[nodiscard]] bool is_slow_build() const noexcept { return slow_build_; }

 private:
  [[nodiscard]] rocksdb::Status open_once();
  [[nodiscard]] Status open_beside_writer();
  [[nodiscard]] rocksdb::Status release();
  [[nodiscard]] Status close_database();

  const StoreOptions options_;
  const OpenAs as_;
  DirectoryLock lock_;
  const std::shared_ptr<Health> health_ = std::make_shared<Health>();
  const std::shared_ptr<MessageSink> messages_;
  std::shared_ptr<rocksdb::Cache> cache_;
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;  // the default family, then each Family
  std::vector<std::string> losses_;
  bool slow_build_ = false;
};

/// Opens on a thread of its own and gives up waiting at `options.open_deadline` (zero: never). An
/// opening given up keeps the lock until RocksDB returns, then closes; it refers to nothing of the
/// caller's. Errors: as open_rocksdb_store.
[[nodiscard]] Result<std::unique_ptr<Engine>> open_engine(const StoreOptions& options, OpenAs as,
                                                          DirectoryLock lock);

}  // namespace aurora::storage
