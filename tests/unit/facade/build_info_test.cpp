// What a program learns about the libraries it runs with, and what a database says of slow ones.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include "unit/storage/store_fixture.hpp"

#include <string>
#include <vector>

namespace {

using aurora::BuildInfo;

// The warnings that opening gives.
std::vector<std::string> warnings_at_open(const std::string& path) {
  std::vector<std::string> warnings;
  aurora::Config config;
  config.logger = [&](aurora::LogLevel level, std::string_view message) {
    if (level == aurora::LogLevel::kWarning) warnings.emplace_back(message);
  };
  const auto db = aurora::Database::open(path, config);
  return warnings;
}

TEST_CASE("a build tells its versions and what makes it slow, in one line", "[facade]") {
  BuildInfo info{.aurora = "1.2.3", .rocksdb = "7.8.3", .roaring = "0.2.66"};
  CHECK(!info.is_slow());
  CHECK(to_string(info) == "Aurora 1.2.3; RocksDB 7.8.3; CRoaring 0.2.66");
  info.rocksdb_software_crc = true;
  CHECK(info.is_slow());
  CHECK(to_string(info) == "Aurora 1.2.3; RocksDB 7.8.3 (software CRC32C); CRoaring 0.2.66");
  info.rocksdb_assertions = info.assertions = info.roaring_scalar = true;
  CHECK(to_string(info) ==
        "Aurora 1.2.3 (assertions); RocksDB 7.8.3 (assertions, software CRC32C); CRoaring 0.2.66 (scalar)");
}

TEST_CASE("an open database says once for each library that it is a slow build", "[facade]") {
  const auto info = aurora::build_info();
  CHECK(info.aurora == aurora::version());
  CHECK(info.rocksdb.find('.') != std::string::npos);
  CHECK(info.roaring.find('.') != std::string::npos);

  const aurora::storage::testing::ScratchDirectory directory;
  const auto path = directory / "db";
  const bool slow_store = info.rocksdb_assertions || info.rocksdb_software_crc;
  for (int open = 0; open < 2; ++open) {
    const auto warnings = warnings_at_open(path);
    REQUIRE(warnings.size() == std::size_t{slow_store} + std::size_t{info.roaring_scalar});
    if (slow_store) CHECK(warnings.front().starts_with("this RocksDB was built with"));
    if (info.roaring_scalar) CHECK(warnings.back().starts_with("this CRoaring was built without"));
  }
  // What the log of the open store says is what the library says by itself.
  CHECK(aurora::Database::open(path).stats().slow_build == slow_store);
}

}  // namespace
