// Failing disks: the first error ends writing, reads go on, reopening settles it.
#include "storage/health.hpp"
#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <csignal>
#include <filesystem>

#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

namespace aurora::storage {

using testing::Child;
using testing::get;
using testing::open_small;
using testing::put;
using testing::ScratchDirectory;

namespace {

/// Writes until it fails; how many rows went in, and the error.
std::pair<int, Error> write_until_refused(Store& store) {
  const auto batch = store.make_batch();
  for (int i = 0; i < 100'000; ++i) {
    batch->clear();
    std::string value;
    for (unsigned x = static_cast<unsigned>(i) + 1; value.size() < 8192;
         x = x * 1664525u + 1013904223u)
      value += static_cast<char>(x >> 24);
    batch->put(Family::kDocs, std::to_string(1'000'000 + i), value);
    const Status status = store.write(*batch, Sync::kLogged);
    if (!status) return {i, status.error()};
  }
  return {0, Error(ErrorCode::kInternal, "nothing failed")};
}

#define EXPECT_OR_TELL(condition)                                              \
  do {                                                                         \
    if (!(condition)) {                                                        \
      testing::say_to_parent(std::string("failed: " #condition " ") + detail); \
      return;                                                                  \
    }                                                                          \
  } while (false)

/// The common story of a disk that refuses, told by a child. `mend` makes the disk work again.
template <class Mend>
void tell_story(const std::string& path, ErrorCode expected, Mend&& mend) {
  auto store = open_small(path);
  const auto [rows, error] = write_until_refused(*store);
  const std::string detail = error.message() + " after " + std::to_string(rows);
  EXPECT_OR_TELL(rows > 0);
  EXPECT_OR_TELL(error.code() == expected);
  EXPECT_OR_TELL(!store->healthy());
  EXPECT_OR_TELL(store->healthy().error().code() == expected);
  EXPECT_OR_TELL(get(*store, Family::kDocs, "1000000").size() == 8192);

  mend();
  const auto batch = store->make_batch();
  batch->put(Family::kDocs, "late", "v");
  EXPECT_OR_TELL(store->write(*batch, Sync::kLogged).error().code() == expected);
  EXPECT_OR_TELL(store->sync_log().error().code() == expected);
  EXPECT_OR_TELL(store->flush().error().code() == expected);
  EXPECT_OR_TELL(get(*store, Family::kDocs, "late") == "(absent)");
  EXPECT_OR_TELL(!store->close());
  store.reset();

  store = open_small(path);
  EXPECT_OR_TELL(store->healthy().has_value());
  for (int i = 0; i < rows; ++i)  // all that was acknowledged
    EXPECT_OR_TELL(get(*store, Family::kDocs, std::to_string(1'000'000 + i)).size() == 8192);
  put(*store, Family::kDocs, "late", "v");
  EXPECT_OR_TELL(store->close().has_value());
  testing::say_to_parent("as promised");
}

}  // namespace

TEST_CASE("storage child: writes past the file size limit", "[.child]") {
  std::signal(SIGXFSZ, SIG_IGN);
  const rlimit limited{.rlim_cur = 700'000, .rlim_max = RLIM_INFINITY};
  const rlimit unlimited{.rlim_cur = RLIM_INFINITY, .rlim_max = RLIM_INFINITY};
  ::setrlimit(RLIMIT_FSIZE, &limited);
  tell_story(testing::child_directory(), ErrorCode::kIoError,
             [&] { ::setrlimit(RLIMIT_FSIZE, &unlimited); });
}

TEST_CASE("storage child: fills its disk", "[.child]") {
  const std::string path = testing::child_directory();
  // In a mount namespace of its own, which vanishes with the child.
  const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                       ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                       ::mount("tmpfs", path.c_str(), "tmpfs", 0, "size=6m") == 0;
  if (!mounted) return testing::say_to_parent("no mount");
  tell_story(path + "/db", ErrorCode::kStorageFull,
             [&] { ::mount("tmpfs", path.c_str(), "tmpfs", MS_REMOUNT, "size=64m"); });
}

TEST_CASE("failure: a write the system refuses ends writing until reopen", "[storage]") {
  const ScratchDirectory scratch;
  Child child("storage child: writes past the file size limit", scratch / "db");
  CHECK(child.hear() == "as promised");
}

TEST_CASE("failure: a full disk is StorageFull, and reads go on", "[storage]") {
  const ScratchDirectory scratch;
  Child child("storage child: fills its disk", scratch.path());
  const std::string story = child.hear();
  if (story == "no mount") SKIP("a small disk cannot be mounted here (needs root)");
  CHECK(story == "as promised");
}

TEST_CASE("failure: a table that vanished fails its reads, not the others", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = open_small(scratch / "db");
  put(*store, Family::kMeta, "a", "1");
  testing::fill_docs(*store, 500, 1000);
  store->flush().value();
  store->compact().value();
  const std::string expected = get(*store, Family::kDocs, "row000250");
  for (const std::string& table : testing::files_like(scratch / "db", "0", ".sst")) {
    const auto size = std::filesystem::file_size(table);
    if (size > 100'000) std::filesystem::resize_file(table, 50'000);
  }
  std::string value;
  const auto early = store->get(Family::kDocs, "row000001", value);
  const auto late = store->get(Family::kDocs, "row000499", value);
  CHECK((early.has_value() || early.error().code() == ErrorCode::kCorruption));
  REQUIRE_FALSE(late.has_value());
  INFO(late.error().message());
  CHECK(late.error().code() == ErrorCode::kCorruption);
  CHECK(late.error().message().find("docs key 0x726f77") != std::string::npos);
  CHECK(get(*store, Family::kMeta, "a") == "1");
  CHECK(store->verify_checksums().error().code() == ErrorCode::kCorruption);
  const auto cursor = store->cursor(Family::kDocs, {});
  for (cursor->seek(""); cursor->valid(); cursor->next()) continue;
  CHECK(cursor->status().error().code() == ErrorCode::kCorruption);
}

TEST_CASE("health: the first error stays, later ones do not replace it", "[storage]") {
  Health health;
  CHECK(health.ok());
  CHECK(health.refusal().has_value());
  health.fail(Error(ErrorCode::kStorageFull, "first"));
  health.fail(Error(ErrorCode::kIoError, "second"));
  CHECK_FALSE(health.ok());
  CHECK(health.status().error().message() == "first");
  CHECK(health.refusal().error().code() == ErrorCode::kStorageFull);
  CHECK(health.refusal().error().message() == "writes stopped until reopen, after: first");
}

TEST_CASE("messages: none after mute, and a throwing receiver harms nobody", "[storage]") {
  std::string said;
  MessageSink sink([&](std::string_view text) {
    said += text;
    throw 1;
  });
  sink.say("a");
  sink.mute();
  sink.say("b");
  CHECK(said == "a");
  MessageSink silent(nullptr);
  silent.say("nobody listens");
}

}  // namespace aurora::storage
