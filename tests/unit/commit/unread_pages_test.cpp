// Index pages that nobody has read yet, in an open database: damaged ones, and those that a drop or an alter takes away
// while an older snapshot may still ask for them.
#include "unit/commit/disk_fixture.hpp"

#include <aurora/commit/keys.hpp>

#include <set>

namespace aurora::commit {

using storage::Family;
using testing::Disk;
using testing::check_sound;
using testing::EngineDatabase;

namespace {

constexpr int kCount = 3'000;
constexpr auto kWhere = "{ a(where: {n: {gte: 1500, lt: 1503}}) { n } }";
constexpr auto kFound = R"({"a":[{"n":1500},{"n":1501},{"n":1502}]})";

void fill(EngineDatabase& database) {
  REQUIRE(database.run("schema { define collection a { n: Int @indexed  m: Int @indexed } define collection b { n: Int } }"));
  for (int n = 0; n < kCount; n += 100) {
    std::string text = "mutation { insertMany(collection: \"a\", data: [";
    for (int i = n; i < n + 100; ++i) text += "{n: " + std::to_string(i) + ", m: " + std::to_string(kCount - i) + "}";
    REQUIRE(database.run(text + "]) }"));
  }
}

Catalog::Entry definition_of(EngineDatabase& database) { return *database.engine().view().catalog().require("a"); }

}  // namespace

TEST_CASE("unread pages: damaged and missing ones are made anew, by readers and by the writer", "[commit]") {
  for (const bool writer_first : {false, true}) {
    Disk disk;
    disk.session(fill);
    auto rows = disk.rows(Family::kPages);
    std::set<std::string> indexes;
    std::size_t damaged = 0;
    std::erase_if(rows, [&](auto& row) {
      if (row.first.size() != 8) return false;
      const auto index = load_be<std::uint32_t>(row.first.data());
      const auto page = load_be<std::uint32_t>(row.first.data() + 4);
      if (index == PageKey::kLiveSets || page == PageKey::kDirectory) return false;
      ++damaged;
      row.second.back() = static_cast<char>(row.second.back() ^ 1);
      return page % 2 == 0;
    });
    REQUIRE(damaged > 20);
    disk.replace(Family::kPages, rows);
    disk.session([&](EngineDatabase& database) {
      if (writer_first) {
        REQUIRE(database.run("mutation { update(collection: \"a\", where: {n: 7}, data: {m: 77777}) { n } }"));
        CHECK(database.run("{ a(where: {m: {gt: 70000}}) { n } }").value() == R"({"a":[{"n":7}]})");
      }
      CHECK(database.run(kWhere).value() == kFound);
      check_sound(database);
    });
    disk.session([](EngineDatabase& database) {
      CHECK(database.run(kWhere).value() == kFound);
      check_sound(database);
    });
  }
}

TEST_CASE("unread pages: documents that contradict them are an error, not a wrong answer", "[commit]") {
  Disk disk;
  disk.session(fill);
  auto rows = disk.rows(Family::kPages);
  for (auto& [key, value] : rows)
    if (key.size() == 8 && load_be<std::uint32_t>(key.data()) != PageKey::kLiveSets &&
        load_be<std::uint32_t>(key.data() + 4) != PageKey::kDirectory)
      value.back() = static_cast<char>(value.back() ^ 1);
  disk.replace(Family::kPages, rows);
  auto docs = disk.rows(Family::kDocs);
  std::size_t place = 0;
  for (auto& [key, value] : docs)
    if (++place == docs.size() / 2) value.back() = static_cast<char>(value.back() ^ 1);
  disk.replace(Family::kDocs, docs);
  disk.session([](EngineDatabase& database) {
    const auto answer = database.run(kWhere);
    REQUIRE_FALSE(answer);
    CHECK(answer.error().code() == ErrorCode::kCorruption);
    const auto report = database.engine().verify();
    REQUIRE(report);
    CHECK_FALSE(report->problems.empty());
  });
}

TEST_CASE("unread pages: a reader from before a drop, or an alter, has them all", "[commit]") {
  for (const std::string change : {"drop collection a", "alter collection a { modify n: Int }",
                                   "alter collection a { drop n }", "alter collection a { modify n: Float @indexed }"}) {
    INFO(change);
    Disk disk;
    disk.session(fill);
    disk.session([&](EngineDatabase& database) {
      auto view = database.engine().view();
      const auto id = definition_of(database)->id;
      const auto version = view.collection(id);
      REQUIRE(version);
      const auto changed = database.run("schema { " + change + " }");
      REQUIRE(changed);
      REQUIRE(database.engine().flush());
      REQUIRE(database.run("mutation { insertInto(collection: \"b\", data: {n: 1}) }"));
      REQUIRE(database.engine().flush());
      for (const auto& index : (*version)->indexes) {
        CHECK(OrderedIndex::check(index));
        CHECK(index.count(KeyRange()) == kCount);
        CHECK(index.find(KeyRange()).size() == kCount);
      }
    });
    disk.session([](EngineDatabase& database) { check_sound(database); });
  }
}

TEST_CASE("unread pages: commits and checkpoints go on over them", "[commit]") {
  Disk disk;
  disk.session(fill);
  for (int round = 0; round < 4; ++round) {
    const bool crash = round == 2;
    disk.session(
        [&](EngineDatabase& database) {
          const auto n = std::to_string(10'000 + round);
          REQUIRE(database.run("mutation { insertInto(collection: \"a\", data: {n: " + n + ", m: 5}) }"));
          REQUIRE(database.run("mutation { deleteFrom(collection: \"a\", where: {n: " + std::to_string(round) + "}) }"));
          if (round == 1) REQUIRE(database.engine().flush());
          CHECK(database.run("{ a(where: {n: " + n + "}) { n } }").value() == R"({"a":[{"n":)" + n + "}]}");
        },
        crash);
  }
  disk.session([](EngineDatabase& database) {
    CHECK(database.run(kWhere).value() == kFound);
    CHECK(database.run("{ a(where: {n: {lt: 5}}) { n } }").value() == R"({"a":[{"n":4}]})");
    check_sound(database);
  });
}

}  // namespace aurora::commit
