// One writer a directory: who is told what, and that no lock outlives its process.
#include "storage/directory_lock.hpp"

#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

#include <unistd.h>

namespace aurora::storage {

using testing::Child;
using testing::open_small;
using testing::ScratchDirectory;

namespace {

constexpr const char* kHolder = "storage child: holds a store";

bool mentions(const Error& error, const std::string& text) {
  return error.message().find(text) != std::string::npos;
}

}  // namespace

TEST_CASE("storage child: holds a store", "[.child]") {
  const auto store = open_small(testing::child_directory());
  testing::put(*store, Family::kDocs, "from", "child");
  testing::say_to_parent("ready");
  testing::sleep_for_ever();
}

TEST_CASE("lock: a second opener in this process is told so", "[storage]") {
  const ScratchDirectory scratch;
  const auto first = open_small(scratch / "db");
  const auto second = open_rocksdb_store(testing::small_options(scratch / "db"));
  REQUIRE_FALSE(second.has_value());
  INFO(second.error().message());
  CHECK(second.error().code() == ErrorCode::kBusy);
  CHECK(mentions(second.error(), "process " + std::to_string(::getpid()) + " ("));
  CHECK(mentions(second.error(), "this process"));
  CHECK(mentions(second.error(), "read-only"));

  SECTION("and may open when the first has closed") {
    first->close().value();
    CHECK(open_rocksdb_store(testing::small_options(scratch / "db")).has_value());
  }
}

TEST_CASE("lock: another process is named, and its death frees the directory", "[storage]") {
  const ScratchDirectory scratch;
  Child child(kHolder, scratch / "db");
  REQUIRE(child.hear() == "ready");
  CHECK(DirectoryLock::is_held(scratch / "db"));
  const auto beside = open_rocksdb_store(testing::small_options(scratch / "db"));
  REQUIRE_FALSE(beside.has_value());
  INFO(beside.error().message());
  CHECK(beside.error().code() == ErrorCode::kBusy);
  CHECK(mentions(beside.error(), "process " + std::to_string(child.pid()) + " ("));
  CHECK_FALSE(mentions(beside.error(), "this process"));

  SECTION("a reader may look meanwhile, and changes nothing") {
    StoreOptions options = testing::small_options(scratch / "db");
    options.read_only = true;
    const auto before = testing::snapshot_files(scratch / "db");
    const auto reader = open_rocksdb_store(options).value();
    CHECK(testing::get(*reader, Family::kDocs, "from") == "child");
    reader->close().value();
    CHECK(testing::snapshot_files(scratch / "db") == before);
  }
  child.kill();
  CHECK_FALSE(DirectoryLock::is_held(scratch / "db"));
  const auto after = open_small(scratch / "db");
  CHECK(testing::get(*after, Family::kDocs, "from") == "child");
}

TEST_CASE("lock: stale, foreign or damaged text misleads nobody", "[storage]") {
  const ScratchDirectory scratch;
  const std::string path = scratch / kLockFileName;
  for (const char* text : {"", "pid 1\nboot other\nstart 1\n", "pid -5\n",
                           "pid 99999999999999999999\n", "garbage\xff\n", "pid 1\n"}) {
    testing::spit(path, text);
    auto lock = DirectoryLock::acquire(scratch.path());
    REQUIRE(lock.has_value());
    testing::spit(path, text);  // somebody overwrites it while it is held
    const auto second = DirectoryLock::acquire(scratch.path());
    REQUIRE_FALSE(second.has_value());
    CHECK(second.error().code() == ErrorCode::kBusy);
  }
}

TEST_CASE("lock: it is a file of the owner, followed through no link", "[storage]") {
  const ScratchDirectory scratch;
  testing::spit(scratch / "elsewhere", "precious");
  std::filesystem::create_symlink(scratch / "elsewhere", scratch / kLockFileName);
  CHECK(DirectoryLock::acquire(scratch.path()).error().code() == ErrorCode::kIoError);
  CHECK(testing::slurp(scratch / "elsewhere") == "precious");
  std::filesystem::remove(scratch / kLockFileName);
  {
    const auto lock = DirectoryLock::acquire(scratch.path());
    REQUIRE(lock.has_value());
    CHECK(std::filesystem::status(scratch / kLockFileName).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
  CHECK_FALSE(DirectoryLock::is_held(scratch.path()));
}

}  // namespace aurora::storage
