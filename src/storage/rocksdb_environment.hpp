// The file system RocksDB works on, when it is not the machine's own.
// Given to open_rocksdb_store by tests that let writes fail or cut the power; used by the engine.
#pragma once

#include <aurora/storage/store.hpp>

#include <rocksdb/env.h>

#include <memory>
#include <utility>

namespace aurora::storage {

/// Lives as long as any store opened on it. The lock, the seal and the marker of a directory are not its
/// business: Aurora writes those itself.
class Environment {
 public:
  explicit Environment(std::shared_ptr<rocksdb::FileSystem> files)
      : env_(rocksdb::NewCompositeEnv(std::move(files))) {}

  [[nodiscard]] rocksdb::Env* env() const noexcept { return env_.get(); }

 private:
  std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace aurora::storage
