// Body of build_info.hpp. Asks the rooms that own the libraries.
#include <aurora/build_info.hpp>
#include <aurora/version.hpp>

#include "index/roaring_build.hpp"
#include "storage/rocksdb_build.hpp"

namespace aurora {

namespace {

// " (first, second)", or nothing.
std::string in_brackets(std::string_view first, bool has_first, std::string_view second = {},
                        bool has_second = false) {
  std::string text;
  if (has_first) text += first;
  if (has_second) text.append(has_first ? ", " : "").append(second);
  return text.empty() ? text : " (" + text + ")";
}

}  // namespace

BuildInfo build_info() {
  const auto rocksdb = storage::rocksdb_build();
  const auto roaring = index::roaring_build();
  BuildInfo info;
  info.aurora = version();
  info.rocksdb = rocksdb.version;
  info.roaring = roaring.version;
#ifndef NDEBUG
  info.assertions = true;
#endif
  info.rocksdb_assertions = rocksdb.assertions;
  info.rocksdb_software_crc = rocksdb.software_crc;
  info.roaring_scalar = roaring.scalar;
  return info;
}

std::string to_string(const BuildInfo& info) {
  return "Aurora " + info.aurora + in_brackets("assertions", info.assertions) + "; RocksDB " +
         info.rocksdb +
         in_brackets("assertions", info.rocksdb_assertions, "software CRC32C",
                     info.rocksdb_software_crc) +
         "; CRoaring " + info.roaring + in_brackets("scalar", info.roaring_scalar);
}

}  // namespace aurora
