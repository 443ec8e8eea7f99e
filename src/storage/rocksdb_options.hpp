// How RocksDB is set up for Aurora: every option that differs from its default, with the reason.
// Called by open only.
#pragma once

#include <aurora/storage/store.hpp>

#include <rocksdb/cache.h>
#include <rocksdb/db.h>

#include <memory>
#include <string>
#include <vector>

namespace aurora::storage {

struct EngineOptions {
  rocksdb::DBOptions db;
  /// RocksDB's unused default family first, then one for each Family in order.
  std::vector<rocksdb::ColumnFamilyDescriptor> families;
  std::shared_ptr<rocksdb::Cache> cache;
};

enum class OpenAs : std::uint8_t { kNew, kExisting, kReadOnly };

[[nodiscard]] EngineOptions make_engine_options(const StoreOptions& options, OpenAs as);

/// Whether the store in `path` has every family but `family`. False also when that cannot be read.
[[nodiscard]] bool lacks_only(const EngineOptions& setup, const std::string& path, Family family);

}  // namespace aurora::storage
