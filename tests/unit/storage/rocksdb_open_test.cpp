// Opening: what is made, what is refused and how it is said, deadlines, and that rows survive.
#include "storage/clean_seal.hpp"
#include "storage/database_directory.hpp"
#include "unit/storage/store_fixture.hpp"

#include <aurora/storage/survey.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <rocksdb/db.h>

#include <chrono>
#include <filesystem>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aurora::storage {

using testing::get;
using testing::open_small;
using testing::put;
using testing::ScratchDirectory;
using testing::small_options;

namespace {

namespace fs = std::filesystem;

Error error_of(const StoreOptions& options) {
  const auto store = open_rocksdb_store(options);
  REQUIRE_FALSE(store.has_value());
  return store.error();
}

bool mentions(const Error& error, const std::string& text) {
  UNSCOPED_INFO(error.message());
  return error.message().find(text) != std::string::npos;
}

mode_t mode_of(const std::string& path) {
  struct stat info {};
  REQUIRE(::stat(path.c_str(), &info) == 0);
  return info.st_mode & 0777;
}

}  // namespace

TEST_CASE("open: every file of a database is its owner's alone, in a copy too", "[storage]") {
  const ScratchDirectory scratch;
  const std::string path = scratch / "db";
  const mode_t mask = ::umask(0);
  {
    const auto store = open_small(path);
    testing::fill_docs(*store, 100, 100);
    store->flush().value();
    store->checkpoint(scratch / "copy").value();
    store->close().value();
  }
  open_small(path)->close().value();
  ::umask(mask);
  for (const auto& directory : {path, scratch / "copy"}) {
    std::size_t files = 0;
    for (const auto& entry : fs::directory_iterator(directory)) {
      INFO(entry.path());
      CHECK(mode_of(entry.path()) == 0600);
      ++files;
    }
    CHECK(files > 5);
  }
}

TEST_CASE("open: a new directory is the owner's alone and opens again", "[storage]") {
  const ScratchDirectory scratch;
  const std::string path = scratch / "db";
  open_small(path)->close().value();
  CHECK(mode_of(path) == 0700);
  {
    const auto store = open_small(path);
    put(*store, Family::kDocs, "logged", "1", Sync::kLogged);
    put(*store, Family::kKv, "synced", "2", Sync::kSynced);
    put(*store, Family::kPages, "unlogged", "3", Sync::kNoLog);
    store->close().value();
  }
  const auto store = open_small(path + "/");
  CHECK(get(*store, Family::kDocs, "logged") == "1");
  CHECK(get(*store, Family::kKv, "synced") == "2");
  CHECK(get(*store, Family::kPages, "unlogged") == "3");
}

TEST_CASE("open: after a clean close no log is left to replay", "[storage]") {
  const ScratchDirectory scratch;
  {
    const auto store = open_small(scratch / "db");
    testing::fill_docs(*store, 1000, 100);
    CHECK(store->stats().log_bytes > 100'000);
    store->close().value();
  }
  for (const std::string& log : testing::files_like(scratch / "db", "0", ".log"))
    CHECK(fs::file_size(log) == 0);
}

TEST_CASE("open: an empty directory, also with lost+found, becomes a database", "[storage]") {
  const ScratchDirectory scratch;
  fs::create_directories(scratch / "db/lost+found");
  std::string said;
  StoreOptions options = small_options(scratch / "db");
  options.on_message = [&](std::string_view text) { said.append(text) += '\n'; };
  fs::permissions(scratch / "db", fs::perms::all);
  CHECK(open_rocksdb_store(options).has_value());
  CHECK(said.find("may be written by others") != std::string::npos);
}

TEST_CASE("open: a relative path is kept when the process moves", "[storage]") {
  const ScratchDirectory scratch;
  const fs::path before = fs::current_path();
  fs::current_path(scratch.path());
  const auto store = open_rocksdb_store(small_options("db"));
  fs::current_path(before);
  REQUIRE(store.has_value());
  put(**store, Family::kDocs, "a", "1");
  (*store)->flush().value();
  CHECK(fs::exists(scratch / "db/CURRENT"));
}

TEST_CASE("open: paths that cannot be a database are refused clearly", "[storage]") {
  const ScratchDirectory scratch;
  SECTION("empty, or with a NUL byte") {
    CHECK(error_of(small_options("")).code() == ErrorCode::kInvalidInput);
    CHECK(error_of(small_options(std::string("a\0b", 3))).code() == ErrorCode::kInvalidInput);
  }
  SECTION("a file") {
    testing::spit(scratch / "file", "text");
    const Error error = error_of(small_options(scratch / "file"));
    CHECK(error.code() == ErrorCode::kInvalidInput);
    CHECK(mentions(error, "is a file"));
    CHECK(error_of(small_options(scratch / "file/db")).code() == ErrorCode::kInvalidInput);
    CHECK(testing::slurp(scratch / "file") == "text");
  }
  SECTION("a directory of something else") {
    fs::create_directory(scratch / "photos");
    testing::spit(scratch / "photos/cat.jpg", "meow");
    const bool with_current = GENERATE(true, false);
    if (with_current) testing::spit(scratch / "photos/CURRENT", "MANIFEST-000001\n");
    const auto before = testing::snapshot_files(scratch / "photos");
    const Error error = error_of(small_options(scratch / "photos"));
    CHECK(error.code() == ErrorCode::kInvalidInput);
    CHECK(mentions(error, "is not an Aurora database"));
    CHECK(testing::snapshot_files(scratch / "photos") == before);
  }
  SECTION("a database whose marker is gone") {
    REQUIRE(open_rocksdb_store(small_options(scratch / "db")));
    fs::remove(scratch / "db/AURORA");
    const auto before = testing::snapshot_files(scratch / "db");
    const Error error = error_of(small_options(scratch / "db"));
    CHECK(error.code() == ErrorCode::kCorruption);
    CHECK(mentions(error, "--salvage-to"));
    CHECK(testing::snapshot_files(scratch / "db") == before);
  }
  SECTION("a missing parent") {
    const Error error = error_of(small_options(scratch / "no/db"));
    CHECK(error.code() == ErrorCode::kIoError);
    CHECK(mentions(error, "parent directory"));
    CHECK_FALSE(fs::exists(scratch / "no"));
  }
  SECTION("nothing there, and none to be made") {
    StoreOptions options = small_options(scratch / "db");
    options.create_if_missing = false;
    CHECK(error_of(options).code() == ErrorCode::kNotFound);
    options.create_if_missing = true;
    options.read_only = true;
    CHECK(error_of(options).code() == ErrorCode::kNotFound);
    CHECK_FALSE(fs::exists(scratch / "db"));
    fs::create_directory(scratch / "db");
    CHECK(error_of(options).code() == ErrorCode::kNotFound);
    CHECK(fs::is_empty(scratch / "db"));
  }
  SECTION("no permission") {
    if (::geteuid() == 0) SKIP("root may open everything");
    fs::create_directory(scratch / "closed");
    fs::permissions(scratch / "closed", fs::perms::none);
    CHECK(error_of(small_options(scratch / "closed")).code() == ErrorCode::kIoError);
    CHECK(error_of(small_options(scratch / "closed/db")).code() == ErrorCode::kIoError);
    fs::permissions(scratch / "closed", fs::perms::owner_all);
  }
}

TEST_CASE("open: a newer format is refused and left as it is", "[storage]") {
  const ScratchDirectory scratch;
  open_small(scratch / "db")->close().value();
  testing::spit(scratch / "db/AURORA", "Aurora database\nformat 2\nunheard of\n");
  const auto before = testing::snapshot_files(scratch / "db");
  for (const bool read_only : {false, true}) {
    StoreOptions options = small_options(scratch / "db");
    options.read_only = read_only;
    const Error error = error_of(options);
    CHECK(error.code() == ErrorCode::kCorruption);
    CHECK(mentions(error, "newer than format 1"));
    CHECK(testing::snapshot_files(scratch / "db").size() == before.size());
    auto after = testing::snapshot_files(scratch / "db");
    after["AURORA.LOCK"] = before.at("AURORA.LOCK");
    CHECK(after == before);
  }
}

TEST_CASE("open: a creation cut short goes on", "[storage]") {
  const ScratchDirectory scratch;
  const std::string path = scratch / "db";
  fs::create_directory(path);
  SECTION("before the marker") {
    testing::spit(path + "/AURORA.LOCK", "pid 1\n");
    testing::spit(path + "/AURORA.tmp", "Aur");
  }
  SECTION("before RocksDB") { write_marker(path, DirectoryState::kCreating).value(); }
  SECTION("inside RocksDB") {
    write_marker(path, DirectoryState::kCreating).value();
    testing::spit(path + "/MANIFEST-000001", "torn");
    testing::spit(path + "/000001.dbtmp", "MANIF");
  }
  SECTION("before the marker's second form") {
    open_small(path)->close().value();
    write_marker(path, DirectoryState::kCreating).value();
  }
  StoreOptions reader = small_options(path);
  reader.read_only = true;
  CHECK(error_of(reader).code() == ErrorCode::kNotFound);
  {
    const auto store = open_small(path);
    put(*store, Family::kDocs, "a", "1");
    store->close().value();
  }
  CHECK(inspect_directory(path).value() == DirectoryState::kReady);
  CHECK(get(*open_small(path), Family::kDocs, "a") == "1");
}

TEST_CASE("open: a read-only store reads, writes nothing and says so", "[storage]") {
  const ScratchDirectory scratch;
  {
    const auto store = open_small(scratch / "db");
    testing::fill_docs(*store, 100, 100);
    put(*store, Family::kMeta, "a", "1");
    store->close().value();
  }
  const auto before = testing::snapshot_files(scratch / "db");
  StoreOptions options = small_options(scratch / "db");
  options.read_only = true;
  {
    const auto store = open_rocksdb_store(options).value();
    const auto other = open_rocksdb_store(options).value();
    CHECK(get(*store, Family::kMeta, "a") == "1");
    CHECK(get(*other, Family::kMeta, "a") == "1");
    store->verify_checksums().value();
    const auto batch = store->make_batch();
    batch->put(Family::kMeta, "b", "2");
    CHECK(store->write(*batch, Sync::kLogged).error().code() == ErrorCode::kInvalidOperation);
    CHECK(store->sync_log().error().code() == ErrorCode::kInvalidOperation);
    CHECK(store->flush().error().code() == ErrorCode::kInvalidOperation);
    CHECK(store->compact().error().code() == ErrorCode::kInvalidOperation);
    CHECK(store->checkpoint(scratch / "copy").error().code() == ErrorCode::kInvalidOperation);
    CHECK(store->healthy().has_value());
    store->close().value();
  }
  CHECK(testing::snapshot_files(scratch / "db") == before);
}

TEST_CASE("open: the deadline ends the wait, and the lock stays until RocksDB is done",
          "[storage]") {
  const ScratchDirectory scratch;
  const std::string path = scratch / "db";
  {
    const auto store = open_small(path);
    put(*store, Family::kDocs, "a", "1");
    store->close().value();
  }
  // A manifest that is a pipe: RocksDB waits for somebody to write into it.
  const std::string manifest = testing::files_like(path, "MANIFEST-", "").at(0);
  const std::string kept = scratch / "kept";
  fs::rename(manifest, kept);
  break_seal(path).value();
  REQUIRE(::mkfifo(manifest.c_str(), 0600) == 0);

  StoreOptions options = small_options(path);
  options.open_deadline = std::chrono::milliseconds(200);
  const auto start = std::chrono::steady_clock::now();
  const Error late = error_of(options);
  CHECK(late.code() == ErrorCode::kTimeout);
  CHECK(mentions(late, "open_deadline"));
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(30));
  CHECK(error_of(options).code() == ErrorCode::kBusy);

  const int writer = ::open(manifest.c_str(), O_WRONLY | O_CLOEXEC);
  REQUIRE(writer >= 0);
  ::close(writer);  // an empty manifest: the abandoned opening fails now, or after this
  fs::rename(kept, manifest);
  options.open_deadline = std::chrono::milliseconds(60'000);
  auto again = open_rocksdb_store(options);
  for (int i = 0; i < 1000 && !again && again.error().code() == ErrorCode::kBusy; ++i) {
    ::usleep(10'000);
    again = open_rocksdb_store(options);
  }
  CHECK(get(*again.value(), Family::kDocs, "a") == "1");
}

TEST_CASE("open: reopening does not pile files up", "[storage]") {
  const ScratchDirectory scratch;
  for (int i = 0; i < 12; ++i) {
    const auto store = open_small(scratch / "db");
    put(*store, Family::kDocs, std::to_string(i), "v");
    store->close().value();
  }
  CHECK(testing::files_like(scratch / "db", "LOG", "").size() <= 6);
  CHECK(testing::files_like(scratch / "db", "MANIFEST", "").size() == 1);
  CHECK(testing::files_like(scratch / "db", "OPTIONS", "").size() <= 2);
}

TEST_CASE("open: an unlogged store is durable by flush, all families together", "[storage]") {
  const ScratchDirectory scratch;
  StoreOptions options = small_options(scratch / "db");
  options.unlogged = true;
  const int way = GENERATE(0, 1, 2, 3);
  {
    const auto store = open_rocksdb_store(options).value();
    for (const Family family : {Family::kDocs, Family::kLog, Family::kMeta})
      put(*store, family, "a", "1", Sync::kNoLog);
    if (way == 0) store->close().value();
    if (way == 1) store->flush().value();
    if (way == 2) store->flush(Family::kMeta).value();
    if (way == 3) store->sync_log().value();
    testing::copy_directory(scratch / "db", scratch / "copy");  // what a kill would leave now
  }
  options.path = scratch / "copy";
  const auto store = open_rocksdb_store(options).value();
  for (const Family family : {Family::kDocs, Family::kLog, Family::kMeta})
    CHECK(get(*store, family, "a") == "1");
}

// What a crash in the middle of discard_family leaves.
TEST_CASE("open: a store whose index pages were thrown away gets their family again, no other", "[storage]") {
  for (const auto family : {Family::kPages, Family::kDocs}) {
    const ScratchDirectory scratch;
    const std::string path = scratch / "db";
    {
      const auto store = open_small(path);
      put(*store, Family::kMeta, "m", "1");
      put(*store, Family::kPages, "p", "2");
      store->close().value();
    }
    {
      std::vector<rocksdb::ColumnFamilyDescriptor> families{{rocksdb::kDefaultColumnFamilyName, {}}};
      std::size_t place = 0;
      for (std::size_t i = 0; i < kFamilyCount; ++i) {
        if (static_cast<Family>(i) == family) place = families.size();
        families.emplace_back(std::string(to_string(static_cast<Family>(i))), rocksdb::ColumnFamilyOptions());
      }
      std::vector<rocksdb::ColumnFamilyHandle*> handles;
      rocksdb::DB* db = nullptr;
      REQUIRE(rocksdb::DB::Open({}, path, families, &handles, &db).ok());
      CHECK(db->DropColumnFamily(handles[place]).ok());
      for (auto* handle : handles) CHECK(db->DestroyColumnFamilyHandle(handle).ok());
      delete db;
      break_seal(path).value();
    }
    CHECK(lacks_family(small_options(path), family).value());
    if (family == Family::kDocs) {
      CHECK(error_of(small_options(path)).code() == ErrorCode::kCorruption);
      continue;
    }
    const auto store = open_small(path);
    CHECK(get(*store, Family::kMeta, "m") == "1");
    CHECK(get(*store, Family::kPages, "p") == "(absent)");
    put(*store, Family::kPages, "p", "3");
    store->close().value();
    CHECK_FALSE(lacks_family(small_options(path), family).value());
  }
}

}  // namespace aurora::storage
