// What Aurora was built from, and whether that is a build for speed.
// Public; asked by programs that print figures, and by people who wonder about them.
#pragma once

#include <string>

namespace aurora {

struct BuildInfo {
  std::string aurora;       ///< the version of the library that is linked
  std::string rocksdb;      ///< the version of RocksDB that is linked
  std::string roaring;      ///< the version of CRoaring it was compiled for
  bool assertions = false;  ///< Aurora itself was compiled without NDEBUG
  /// The next three cost a factor of two and more; docs/benchmarks.md says how to be rid of them.
  bool rocksdb_assertions = false;
  bool rocksdb_software_crc = false;  ///< every byte of the log is summed without the processor's help
  bool roaring_scalar = false;        ///< bitmaps are combined without vector instructions

  /// True when the figures of this build are not what Aurora can do.
  [[nodiscard]] bool is_slow() const noexcept {
    return assertions || rocksdb_assertions || rocksdb_software_crc || roaring_scalar;
  }
};

/// Taken from the libraries that are linked, not from what was asked for when Aurora was configured.
[[nodiscard]] BuildInfo build_info();

/// One line for people, such as "Aurora 0.1.0; RocksDB 7.8.3 (assertions, software CRC32C); CRoaring 0.2.66 (scalar)".
[[nodiscard]] std::string to_string(const BuildInfo& info);

}  // namespace aurora
