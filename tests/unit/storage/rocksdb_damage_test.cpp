// Damaged files: every one is noticed and named, or harmless; never answered wrongly.
#include "storage/clean_seal.hpp"
#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <catch2/generators/catch_generators_adapters.hpp>
#include <catch2/generators/catch_generators_random.hpp>

#include <filesystem>
#include <random>

namespace aurora::storage {

using testing::dump;
using testing::get;
using testing::open_small;
using testing::put;
using testing::ScratchDirectory;
using testing::small_options;

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRows = 400;

/// A closed database with two tables in docs. Returns its rows as dump() gives them.
std::string make_database(const std::string& path) {
  const auto store = open_small(path);
  testing::fill_docs(*store, kRows / 2, 100);
  store->flush().value();
  testing::fill_docs(*store, kRows, 100);
  const std::string rows = dump(*store, Family::kDocs);
  store->close().value();
  return rows;
}

/// Opens and reads everything. Ok only when it all succeeds; `rows` is what was read.
Status read_all(const std::string& path, std::string& rows) {
  auto store = open_rocksdb_store(small_options(path));
  if (!store) return store.error();
  Status status = (*store)->verify_checksums();
  const auto cursor = (*store)->cursor(Family::kDocs, {});
  for (cursor->seek(""); cursor->valid(); cursor->next())
    rows.append(rows.empty() ? "" : " ").append(cursor->key()).append("=").append(cursor->value());
  if (status) status = cursor->status();
  return status;
}

void check_corruption_names(const std::string& path, const std::string& file) {
  std::string rows;
  const Status status = read_all(path, rows);
  REQUIRE_FALSE(status.has_value());
  INFO(status.error().message());
  CHECK(status.error().code() == ErrorCode::kCorruption);
  CHECK(status.error().message().find(file) != std::string::npos);
}

std::string flipped(std::string content, std::size_t at) {
  content[at] = static_cast<char>(content[at] ^ 0x10);
  return content;
}

}  // namespace

TEST_CASE("damage: the marker", "[storage]") {
  const ScratchDirectory scratch;
  make_database(scratch / "db");
  const std::string path = scratch / "db/AURORA";
  const std::string whole = testing::slurp(path);
  for (std::size_t at = 0; at < whole.size(); ++at) {
    testing::spit(path, flipped(whole, at));
    check_corruption_names(scratch / "db", "AURORA");
    testing::spit(path, whole.substr(0, at));
    check_corruption_names(scratch / "db", "AURORA");
  }
  testing::spit(path, std::string(1 << 20, 'x'));
  check_corruption_names(scratch / "db", "AURORA");
  fs::remove(path);
  fs::create_directory(path);
  check_corruption_names(scratch / "db", "AURORA");
}

TEST_CASE("damage: CURRENT", "[storage]") {
  const ScratchDirectory scratch;
  make_database(scratch / "db");
  const bool sealed = GENERATE(true, false);
  if (!sealed) break_seal(scratch / "db").value();
  const std::string path = scratch / "db/CURRENT";
  const std::string whole = testing::slurp(path);
  SECTION("flipped") {
    for (const std::size_t at : {std::size_t{0}, whole.size() / 2, whole.size() - 2}) {
      testing::spit(path, flipped(whole, at));
      std::string rows;
      CHECK(read_all(scratch / "db", rows).error().code() == ErrorCode::kCorruption);
      if (!sealed) break_seal(scratch / "db").value();
    }
  }
  SECTION("shorter") {
    for (std::size_t size = 0; size < whole.size(); size += 5) {
      testing::spit(path, whole.substr(0, size));
      std::string rows;
      CHECK(read_all(scratch / "db", rows).error().code() == ErrorCode::kCorruption);
    }
  }
  SECTION("gone") {
    fs::remove(path);
    check_corruption_names(scratch / "db", "CURRENT");
    CHECK_FALSE(fs::exists(path));  // no new database over the old one's tables
    CHECK_FALSE(testing::files_like(scratch / "db", "0", ".sst").empty());
  }
}

TEST_CASE("damage: MANIFEST", "[storage]") {
  const ScratchDirectory scratch;
  make_database(scratch / "db");
  const std::string path = testing::files_like(scratch / "db", "MANIFEST-", "").at(0);
  const std::string whole = testing::slurp(path);
  SECTION("flipped") {
    for (std::size_t at = 0; at < whole.size(); at += 37) {
      testing::spit(path, flipped(whole, at));
      check_corruption_names(scratch / "db", "MANIFEST-");
    }
  }
  SECTION("shorter: RocksDB alone would open it in an older state") {
    for (std::size_t size = 0; size < whole.size(); size += 61) {
      testing::spit(path, whole.substr(0, size));
      check_corruption_names(scratch / "db", "MANIFEST-");
    }
  }
  SECTION("gone") {
    fs::remove(path);
    check_corruption_names(scratch / "db", "MANIFEST-");
    break_seal(scratch / "db").value();
    check_corruption_names(scratch / "db", "MANIFEST-");
  }
  SECTION("flipped where a crash left no seal") {
    break_seal(scratch / "db").value();
    testing::spit(path, flipped(whole, whole.size() / 2));
    std::string rows;
    CHECK(read_all(scratch / "db", rows).error().code() == ErrorCode::kCorruption);
  }
  SECTION("mended again, nothing is lost") {
    testing::spit(path, whole.substr(0, whole.size() / 2));
    check_corruption_names(scratch / "db", "MANIFEST-");
    testing::spit(path, whole);
    std::string rows;
    CHECK(read_all(scratch / "db", rows).has_value());
    CHECK_FALSE(rows.empty());
  }
}

TEST_CASE("damage: the seal itself", "[storage]") {
  const ScratchDirectory scratch;
  const std::string rows = make_database(scratch / "db");
  const std::string path = scratch / "db/AURORA.SEAL";
  const std::string whole = testing::slurp(path);
  for (std::size_t at = 0; at < whole.size(); at += 3) {
    testing::spit(path, flipped(whole, at));
    check_corruption_names(scratch / "db", "AURORA.SEAL");
    testing::spit(path, whole.substr(0, at));
    check_corruption_names(scratch / "db", "AURORA.SEAL");
  }
  fs::remove(path);
  std::string read;
  CHECK(read_all(scratch / "db", read).has_value());
  CHECK(read == rows);
}

TEST_CASE("damage: tables", "[storage]") {
  const ScratchDirectory scratch;
  const std::string expected = make_database(scratch / "db");
  const std::string name =
      fs::path(testing::files_like(scratch / "db", "0", ".sst").at(0)).filename().string();
  const std::string whole = testing::slurp(scratch / ("db/" + name));
  SECTION("gone, shorter or longer") {
    const std::string path = scratch / ("db/" + name);
    testing::spit(path, whole.substr(0, whole.size() - 1));
    check_corruption_names(scratch / "db", name);
    testing::spit(path, whole + "x");
    check_corruption_names(scratch / "db", name);
    testing::spit(path, "");
    check_corruption_names(scratch / "db", name);
    fs::remove(path);
    check_corruption_names(scratch / "db", name);
  }
  SECTION("flipped anywhere: an error that names it, or the right rows") {
    const auto seed = GENERATE(take(1, Catch::Generators::random(1u, 0xffffffffu)));
    CAPTURE(seed);
    std::mt19937 random(seed);
    int noticed = 0;
    for (int i = 0; i < 25; ++i) {
      const std::size_t at = random() % whole.size();
      CAPTURE(at, whole.size());
      const std::string path = scratch / ("flip" + std::to_string(i));
      testing::copy_directory(scratch / "db", path);
      testing::spit(path + "/" + name, flipped(whole, at));
      std::string rows;
      const Status status = read_all(path, rows);
      if (status) {
        CHECK(rows == expected);
        continue;
      }
      ++noticed;
      INFO(status.error().message());
      CHECK(status.error().code() == ErrorCode::kCorruption);
      CHECK(expected.find(rows) == 0);  // what was read before the damage was right
    }
    CHECK(noticed > 15);
  }
}

TEST_CASE("damage: a torn log opens with a prefix of what was written", "[storage]") {
  const ScratchDirectory scratch;
  {
    const auto store = open_small(scratch / "db");
    for (int i = 0; i < 100; ++i)
      put(*store, Family::kLog, std::to_string(1000 + i), std::string(50, 'v'));
    testing::copy_directory(scratch / "db", scratch / "killed");
  }
  const std::string log = testing::files_like(scratch / "killed", "0", ".log").back();
  const std::string whole = testing::slurp(log);
  REQUIRE(whole.size() > 5000);
  const auto rows_after = [&](const std::string& content) {
    const std::string path = scratch / "torn";
    fs::remove_all(path);
    testing::copy_directory(scratch / "killed", path);
    testing::spit(path + "/" + fs::path(log).filename().string(), content);
    const auto store = open_small(path);
    int rows = 0;
    auto cursor = store->cursor(Family::kLog, {});
    for (cursor->seek(""); cursor->valid(); cursor->next(), ++rows)
      CHECK(cursor->key() == std::to_string(1000 + rows));
    cursor.reset();  // no cursor outlives its store
    put(*store, Family::kLog, "after", "the crash");
    store->close().value();
    return rows;
  };
  CHECK(rows_after(whole) == 100);
  CHECK(rows_after(whole.substr(0, whole.size() - 1)) == 99);
  CHECK(rows_after(whole.substr(0, whole.size() / 2)) < 60);
  CHECK(rows_after(flipped(whole, whole.size() - 10)) == 99);
  CHECK(rows_after("") == 0);
}

}  // namespace aurora::storage
