// Body of rocksdb_build.hpp.
// Both functions named here are inside RocksDB without being in its headers. The references are weak:
// a build that lacks or hides one links all the same.
#include "storage/rocksdb_build.hpp"

#include <rocksdb/version.h>

// RocksDB's test hook, which exists only in builds with assertions. It is never called: whether the
// weak reference finds it is the answer.
extern "C" void aurora_rocksdb_sync_point() __asm__("_ZN7rocksdb9SyncPoint11GetInstanceEv")
    __attribute__((weak));

namespace rocksdb::crc32c {
// What RocksDB writes into its log at open: "Supported on x86", or "Not supported on x86".
std::string IsFastCrc32Supported() __attribute__((weak));
}  // namespace rocksdb::crc32c

namespace aurora::storage {

RocksdbBuild rocksdb_build() {
  RocksdbBuild build;
  build.version = rocksdb::GetRocksVersionAsString();
  build.assertions = &aurora_rocksdb_sync_point != nullptr;
  build.software_crc = &rocksdb::crc32c::IsFastCrc32Supported != nullptr &&
                       rocksdb::crc32c::IsFastCrc32Supported().starts_with("Not supported");
  return build;
}

}  // namespace aurora::storage
