// Reopening after what a crash may leave: pages ahead of the log, pages that are missing, and collections that are
// dropped before anybody has loaded them.
#include "unit/commit/disk_fixture.hpp"

#include <aurora/commit/keys.hpp>

#include <functional>

namespace aurora::commit {

using storage::Family;
using testing::Disk;
using testing::check_sound;
using testing::EngineDatabase;

namespace {

void insert(EngineDatabase& database, int n) {
  REQUIRE(database.run("mutation { insertInto(collection: \"a\", data: {n: " + std::to_string(n) + "}) }"));
}

constexpr auto kSchema =
    "schema { define collection a { n: Int @indexed } define collection b { n: Int @indexed } }";

}  // namespace

TEST_CASE("recovery: pages ahead of the log are never trusted again", "[commit]") {
  Disk disk;
  disk.session([](EngineDatabase& database) {
    REQUIRE(database.run(kSchema));
    insert(database, 1);
  });
  const auto docs = disk.rows(Family::kDocs);
  const auto log = disk.rows(Family::kLog);
  disk.session([](EngineDatabase& database) {
    for (int n = 10; n < 15; ++n) insert(database, n);
  });
  disk.replace(Family::kDocs, docs);
  disk.replace(Family::kLog, log);
  // The session that finds out does not load `a`, and writes a checkpoint when it ends.
  disk.session([](EngineDatabase& database) {
    CHECK(database.run("{ b { n } }").value() == R"({"b":[]})");
    REQUIRE(database.run("mutation { insertInto(collection: \"b\", data: {n: 7}) }"));
  });
  disk.session([](EngineDatabase& database) {
    CHECK(database.run("{ a { n } }").value() == R"({"a":[{"n":1}]})");
    CHECK(database.run("{ a(where: {n: {gt: 5}}) { n } }").value() == R"({"a":[]})");
    CHECK(database.run("{ b(where: {n: {gt: 5}}) { n } }").value() == R"({"b":[{"n":7}]})");
    check_sound(database);
    insert(database, 77);
  });
  disk.session([](EngineDatabase& database) {
    CHECK(database.run("{ a(where: {n: {gte: 0}}) { n } }").value() == R"({"a":[{"n":1},{"n":77}]})");
    check_sound(database);
  });
}

TEST_CASE("recovery: a missing or damaged row of live documents is rebuilt", "[commit]") {
  for (const bool damaged : {false, true}) {
    Disk disk;
    std::uint32_t id = 0;
    disk.session([&](EngineDatabase& database) {
      REQUIRE(database.run(kSchema));
      for (int n = 0; n < 3; ++n) insert(database, n);
      id = (*database.engine().view().catalog().require("a"))->id;
    });
    const PageKey key(PageKey::kLiveSets, id);
    disk.remove(Family::kPages, key.view());
    if (damaged) {
      auto rows = disk.rows(Family::kPages);
      rows.emplace_back(key.view(), "nonsense");
      disk.replace(Family::kPages, rows);
    }
    disk.session([](EngineDatabase& database) {
      CHECK(database.run("{ a { n } }").value() == R"({"a":[{"n":0},{"n":1},{"n":2}]})");
      check_sound(database);
    });
    // Written whole again, though no commit changed the collection.
    bool there = false;
    for (const auto& [row, value] : disk.rows(Family::kPages))
      there = there || (row == key.view() && value != "nonsense");
    CHECK(there);
  }
}

TEST_CASE("recovery: a reader from before a drop loads what was there", "[commit]") {
  Disk disk;
  disk.session(
      [](EngineDatabase& database) {
        REQUIRE(database.run(kSchema));
        REQUIRE(database.engine().flush());
        for (int n = 0; n < 3; ++n) insert(database, n);
      },
      true);
  disk.session([](EngineDatabase& database) {
    auto view = database.engine().view();
    const auto definition = *view.catalog().require("a");
    REQUIRE(database.run("schema { drop collection a }"));
    REQUIRE(database.engine().flush());   // its pages go
    const auto version = view.collection(definition->id);
    REQUIRE(version);
    CHECK((*version)->live.size() == 3);
    CHECK((*version)->indexes.front().count(KeyRange()) == 3);
    CHECK(view.record(definition->id, 0).value());
    CHECK(database.run("{ a { n } }").error().code() == ErrorCode::kCollectionNotFound);
  });
  disk.session([](EngineDatabase& database) { check_sound(database); });
}

// What RocksDB 7.8 does where the first block of a table is damaged: rows are left out without an error.
TEST_CASE("recovery: fewer documents than there are do not pass for all of them", "[commit]") {
  Disk disk;
  disk.session([](EngineDatabase& database) {
    REQUIRE(database.run(kSchema));
    for (int n = 1; n <= 20; ++n) insert(database, n);
  });
  auto docs = disk.rows(Family::kDocs);
  docs.erase(docs.begin() + 3, docs.begin() + 9);
  disk.replace(Family::kDocs, docs);
  disk.session([](EngineDatabase& database) {
    for (const auto* text : {"{ a { n } }", "{ a(where: {n: {ne: 1}}) { n } }", "{ a(where: {n: 5}) { n } }"}) {
      const auto answer = database.run(text);
      REQUIRE_FALSE(answer);
      CHECK(answer.error().code() == ErrorCode::kCorruption);
      CHECK(answer.error().message().find("is not stored") != std::string::npos);
    }
    CHECK(database.run("{ a(where: {n: 2}) { n } }").value() == R"({"a":[{"n":2}]})");
  });
}

namespace {

// The error of opening over a disk whose cursors over `family` end before `key`, or of `work` then.
ErrorCode failure_of(Disk& disk, Family family, const std::string& key, const std::function<ErrorCode(EngineDatabase&)>& work) {
  auto found = ErrorCode::kInternal;
  disk.with_store([&](std::unique_ptr<aurora::testing::FaultyStore> store) {
    store->end_cursors_at(family, key);
    try {
      EngineDatabase database(std::move(store));
      found = work(database);
    } catch (const Error& error) {
      found = error.code();
    }
  });
  return found;
}

ErrorCode nothing_wrong(EngineDatabase&) { return ErrorCode::kInternal; }

}  // namespace

TEST_CASE("recovery: live sets are rebuilt only of documents that are proven to be all", "[commit]") {
  Disk disk;
  std::uint32_t id = 0;
  disk.session([&](EngineDatabase& database) {
    REQUIRE(database.run(kSchema));
    for (int n = 0; n < 20; ++n) insert(database, n);
    id = (*database.engine().view().catalog().require("a"))->id;
  });
  const std::string end(DocumentKey(id, 5).view());
  const auto answer = [](EngineDatabase& database) {
    const auto data = database.run("{ a { totalCount } }");
    return data ? ErrorCode::kInternal : data.error().code();
  };
  // With its live set a collection needs no proof: each of its documents is asked for.
  CHECK(failure_of(disk, Family::kDocs, end, answer) == ErrorCode::kInternal);
  disk.remove(Family::kPages, PageKey(PageKey::kLiveSets, id).view());
  CHECK(failure_of(disk, Family::kDocs, end, answer) == ErrorCode::kCorruption);
  disk.session([](EngineDatabase& database) { CHECK(database.run("{ a { totalCount } }").value() == R"({"a":{"totalCount":20}})"); });
}

TEST_CASE("recovery: definitions, commits and pages that a cursor leaves out are missed", "[commit]") {
  Disk disk;
  disk.session([&](EngineDatabase& database) {
    REQUIRE(database.run(kSchema));
    REQUIRE(database.engine().flush());
    for (int n = 0; n < 20; ++n) insert(database, n);
  }, true);
  CHECK(failure_of(disk, Family::kMeta, std::string(kCollectionPrefix), nothing_wrong) == ErrorCode::kCorruption);
  // Ends inside the rows that opening replays.
  const auto rows = disk.rows(Family::kLog);
  CHECK(failure_of(disk, Family::kLog, rows[rows.size() - 3].first, nothing_wrong) == ErrorCode::kCorruption);
  // The log lost its end: all pages must go.
  disk.replace(Family::kLog, {});
  CHECK(failure_of(disk, Family::kPages, disk.rows(Family::kPages).back().first, nothing_wrong) == ErrorCode::kCorruption);
}

}  // namespace aurora::commit
