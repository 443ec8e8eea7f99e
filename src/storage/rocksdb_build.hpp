// How the RocksDB that is linked was built, as it says itself.
// Called by the engine when it opens and by the facade's build_info.
#pragma once

#include <string>

namespace aurora::storage {

struct RocksdbBuild {
  std::string version;
  bool assertions = false;
  /// False also when this RocksDB does not tell; the log of an open database always does.
  bool software_crc = false;
};

[[nodiscard]] RocksdbBuild rocksdb_build();

}  // namespace aurora::storage
