// Salvage from rows of a store's parts, which may be older than what the store last held; and what counts as whole.
#include "unit/commit/disk_fixture.hpp"

#include <aurora/base/try.hpp>
#include <aurora/commit/check_rows.hpp>
#include <aurora/commit/keys.hpp>
#include <aurora/commit/salvage.hpp>

#include <map>

namespace aurora::commit {

using storage::Family;
using testing::Disk;
using testing::EngineDatabase;

namespace {

class Parts final : public storage::Salvage {
 public:
  explicit Parts(Disk& disk) {
    for (std::size_t i = 0; i < storage::kFamilyCount; ++i)
      rows[static_cast<Family>(i)] = disk.rows(static_cast<Family>(i));
  }
  Status read(Family family, const Visit& visit) override {
    for (const auto& [key, value] : rows[family]) AURORA_TRY(visit(key, value));
    return {};
  }
  const std::vector<Gap>& gaps() const noexcept override { return gaps_; }
  const std::vector<std::string>& notes() const noexcept override { return notes_; }
  // As when the one table of the family is damaged.
  void lose(Family family) {
    rows[family].clear();
    gaps_.push_back({family, {}, {}, "damaged"});
  }

  std::map<Family, Disk::Rows> rows;

 private:
  std::vector<Gap> gaps_;
  std::vector<std::string> notes_;
};

void fill(Disk& disk) {
  disk.session([](EngineDatabase& database) {
    REQUIRE(database.run("schema { define collection a { n: Int } define collection b { n: Int } }"));
    for (const auto* name : {"a", "b"})
      for (int n = 0; n < 3; ++n)
        REQUIRE(database.run("mutation { insertInto(collection: \"" + std::string(name) + "\", data: {n: " +
                             std::to_string(n) + "}) }"));
  });
}

}  // namespace

TEST_CASE("salvage: a definition from before its drop stays away with its documents", "[commit]") {
  Disk disk;
  fill(disk);
  for (const bool dropped : {false, true}) {
    Parts parts(disk);
    if (dropped) parts.rows[Family::kMeta].emplace_back(meta_key(kDroppedPrefix, kFirstUserId), std::string(8, '\1'));
    const auto to = storage::make_memory_store();
    const auto report = salvage(parts, *to, DateTime(1));
    REQUIRE(report);
    CHECK(report->collections == (dropped ? 1 : 2));
    CHECK(report->documents == (dropped ? 3 : 6));
    CHECK(report->lost_count == 0);
  }
}

TEST_CASE("salvage: of two definitions either does, and the newer is taken", "[commit]") {
  Disk disk;
  fill(disk);
  disk.session([](EngineDatabase& database) {
    REQUIRE(database.run("schema { alter collection a { add s: String  rename n to m } drop collection b }"));
  });
  for (const auto lost : {Family::kMeta, Family::kKv}) {
    Parts parts(disk);
    parts.lose(lost);
    const auto to = storage::make_memory_store();
    const auto report = salvage(parts, *to, DateTime(1));
    REQUIRE(report);
    CHECK(report->collections == 1);
    CHECK(report->documents == 3);
    CHECK(report->lost_count == 0);
    std::string first, second;
    CHECK(to->get(Family::kMeta, meta_key(kCollectionPrefix, kFirstUserId), first).value());
    CHECK(to->get(Family::kKv, meta_key(kDefinitionCopyPrefix, kFirstUserId), second).value());
    CHECK(first == second);
    const auto definition = decode_definition(first);
    REQUIRE(definition);
    CHECK(definition->find("m") != nullptr);
    CHECK(definition->find("s") != nullptr);
  }
  Parts neither(disk);
  neither.lose(Family::kMeta);
  neither.lose(Family::kKv);
  const auto to = storage::make_memory_store();
  CHECK(salvage(neither, *to, DateTime(1)).error().message().find("not one definition") != std::string::npos);
}

// As where commits are lost that took a value away: three documents then claim it.
TEST_CASE("salvage: of any number of documents with one unique value the newest keeps it", "[commit]") {
  Disk disk;
  disk.session([](EngineDatabase& database) {
    REQUIRE(database.run("schema { define collection u { k: Int  e: String @unique } }"));
    for (int n = 0; n < 4; ++n)
      REQUIRE(database.run("mutation { insertInto(collection: \"u\", data: {k: " + std::to_string(n) + ", e: \"a" +
                           std::to_string(n) + "\"}) }"));
  });
  const auto before = disk.rows(Family::kDocs);
  // Each has the value for one commit; what is told to have come after is not there.
  std::map<std::string, std::string> with_value;
  for (const int n : {1, 0, 3, 2}) {
    const auto number = std::to_string(n);
    disk.session([&](EngineDatabase& database) {
      REQUIRE(database.run("mutation { update(collection: \"u\", where: {k: " + number + "}, data: {e: \"one\"}) }"));
    });
    const auto now = disk.rows(Family::kDocs);
    for (std::size_t i = 0; i < now.size(); ++i)
      if (now[i].second != before[i].second && !with_value.contains(now[i].first)) with_value.insert(now[i]);
    disk.session([&](EngineDatabase& database) {
      REQUIRE(database.run("mutation { update(collection: \"u\", where: {k: " + number + "}, data: {e: \"z" + number + "\"}) }"));
    });
  }
  REQUIRE(with_value.size() == 4);
  Parts parts(disk);
  auto& docs = parts.rows[Family::kDocs];
  for (auto& [key, bytes] : docs) bytes = with_value.at(key);
  parts.rows[Family::kLog].clear();
  parts.rows[Family::kPages].clear();
  const auto to = storage::make_memory_store();
  const auto report = salvage(parts, *to, DateTime(1));
  REQUIRE(report);
  CHECK(report->documents == 1);
  CHECK(report->lost_count >= 3);
  std::string kept;
  CHECK(to->get(Family::kDocs, docs[2].first, kept).value());   // of k: 2, the last to have it
}

TEST_CASE("open: copies of definitions that are missing are made", "[commit]") {
  Disk disk;
  fill(disk);
  const auto copies = disk.rows(Family::kKv);
  REQUIRE(copies.size() == 2);
  disk.remove(Family::kKv, copies.front().first);
  disk.session([](EngineDatabase&) {});
  CHECK(disk.rows(Family::kKv) == copies);
}

TEST_CASE("salvage: commits that the change log lacks are told", "[commit]") {
  Disk disk;
  fill(disk);
  Parts parts(disk);
  auto& log = parts.rows[Family::kLog];
  const auto lost = LogKey::sequence_of(log[2].first).value();
  log.erase(log.begin() + 2);
  const auto to = storage::make_memory_store();
  const auto report = salvage(parts, *to, DateTime(1));
  REQUIRE(report);
  CHECK(report->documents == 6);
  REQUIRE(report->lost_count == 1);
  CHECK(report->lost.front().why.starts_with("commit " + std::to_string(lost) + " is lost: "));
}

TEST_CASE("check of rows: documents must be what the change log says", "[commit]") {
  Disk disk;
  fill(disk);
  const auto verdict = [&](const Disk::Rows& docs, const Disk::Rows& log) -> std::string {
    const auto store = storage::make_memory_store();
    const auto batch = store->make_batch();
    for (const auto& [key, value] : disk.rows(Family::kMeta)) batch->put(Family::kMeta, key, value);
    for (const auto& [key, value] : docs) batch->put(Family::kDocs, key, value);
    for (const auto& [key, value] : log) batch->put(Family::kLog, key, value);
    REQUIRE(store->write(*batch, storage::Sync::kSynced));
    RowCheck check(*store);
    const auto sound = check.run();
    return sound ? std::string() : sound.error().message();
  };
  const auto docs = disk.rows(Family::kDocs);
  const auto log = disk.rows(Family::kLog);
  CHECK(verdict(docs, log) == "");
  auto fewer = docs;
  fewer.pop_back();
  CHECK(verdict(fewer, log).find("is not stored, though commit") != std::string::npos);
  auto gap = log;
  gap.erase(gap.begin() + 2);
  CHECK(verdict(docs, gap).find("the change log lacks commit") != std::string::npos);
}

}  // namespace aurora::commit
