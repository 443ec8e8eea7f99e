// The store over an open RocksDB.
// Made by open_rocksdb_store.
#pragma once

#include "storage/rocksdb_engine.hpp"

#include <memory>

namespace aurora::storage {

/// `unlogged`: as in StoreOptions.
[[nodiscard]] std::unique_ptr<Store> make_rocksdb_store(std::unique_ptr<Engine> engine,
                                                        bool unlogged);

}  // namespace aurora::storage
