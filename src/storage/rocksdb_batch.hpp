// The write batch over RocksDB's.
// Made and written by the RocksDB store.
#pragma once

#include "storage/rocksdb_engine.hpp"

#include <rocksdb/write_batch.h>

namespace aurora::storage {

/// Threads: one at a time. Outliving its store is not allowed.
class RocksBatch final : public WriteBatch {
 public:
  explicit RocksBatch(const Engine& engine) : engine_(engine) {}

  void put(Family family, std::string_view key, std::string_view value) override;
  void remove(Family family, std::string_view key) override;
  [[nodiscard]] std::size_t byte_size() const override { return batch_.GetDataSize(); }
  void clear() override;

  [[nodiscard]] rocksdb::WriteBatch& raw() noexcept { return batch_; }
  /// The first put or remove RocksDB did not take (a key or value of 4 GiB): the batch is not to be
  /// written.
  [[nodiscard]] const Status& status() const noexcept { return status_; }

 private:
  void keep(const rocksdb::Status& status, Family family, std::string_view key);

  const Engine& engine_;
  rocksdb::WriteBatch batch_;
  Status status_;
};

}  // namespace aurora::storage
