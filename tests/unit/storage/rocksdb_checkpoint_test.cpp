// Checkpoints: whole, private, independent of their source.
#include "storage/database_directory.hpp"
#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>

namespace aurora::storage {

using testing::dump;
using testing::get;
using testing::open_small;
using testing::put;
using testing::ScratchDirectory;

namespace fs = std::filesystem;

TEST_CASE("checkpoint: a path may end with a slash", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = open_small(scratch / "db");
  put(*store, Family::kDocs, "row", "value");
  store->checkpoint(scratch / "copy//").value();
  CHECK(get(*open_small(scratch / "copy"), Family::kDocs, "row") == "value");
  CHECK(store->checkpoint(scratch / "copy/").error().code() == ErrorCode::kInvalidInput);
}

TEST_CASE("checkpoint: opens by itself with what was written before it", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = open_small(scratch / "db");
  testing::fill_docs(*store, 300, 100);
  put(*store, Family::kPages, "page", "unlogged", Sync::kNoLog);
  const std::string before = dump(*store, Family::kDocs);
  store->checkpoint(scratch / "copy").value();
  put(*store, Family::kDocs, "row000000", "changed");
  store->compact().value();

  CHECK(fs::status(scratch / "copy").permissions() == fs::perms::owner_all);
  CHECK(inspect_directory(scratch / "copy").value() == DirectoryState::kReady);
  CHECK(fs::exists(scratch / "copy/AURORA.SEAL"));
  {
    const auto copy = open_small(scratch / "copy");  // beside its source, which stays open
    CHECK(dump(*copy, Family::kDocs) == before);
    CHECK(get(*copy, Family::kPages, "page") == "unlogged");
    copy->verify_checksums().value();
    put(*copy, Family::kDocs, "row000001", "changed in the copy");
    copy->close().value();
  }
  store->close().value();
  CHECK(get(*open_small(scratch / "db"), Family::kDocs, "row000001") != "changed in the copy");
  fs::remove_all(scratch / "db");
  CHECK(get(*open_small(scratch / "copy"), Family::kDocs, "row000001") == "changed in the copy");
}

TEST_CASE("checkpoint: what exists is not touched, and failures leave nothing", "[storage]") {
  const ScratchDirectory scratch;
  const auto store = open_small(scratch / "db");
  put(*store, Family::kDocs, "a", "1");
  testing::spit(scratch / "file", "precious");
  fs::create_directory(scratch / "empty");
  for (const char* name : {"file", "empty", "db"})
    CHECK(store->checkpoint(scratch / name).error().code() == ErrorCode::kInvalidInput);
  CHECK(store->checkpoint(scratch / "no/copy").error().code() == ErrorCode::kIoError);
  CHECK(testing::slurp(scratch / "file") == "precious");
  CHECK(fs::is_empty(scratch / "empty"));
  CHECK(std::distance(fs::directory_iterator(scratch.path()), fs::directory_iterator()) == 3);
  CHECK(store->healthy().has_value());
  CHECK(make_memory_store()->checkpoint(scratch / "m").error().code() ==
        ErrorCode::kInvalidOperation);
}

}  // namespace aurora::storage
