// Cursors over the commits: whoever reads, however slowly, gets each change once, whole and in order, from the tail
// or from the change log.
#include "unit/commit/engine_fixture.hpp"

#include <aurora/commit/change_cursor.hpp>
#include <aurora/commit/keys.hpp>

#include <catch2/generators/catch_generators.hpp>

#include <random>
#include <vector>

namespace aurora::commit {

using testing::EngineDatabase;

namespace {

EngineOptions with_tail(std::uint64_t bytes) {
  EngineOptions options;
  options.in_memory = true;
  options.tail_bytes = bytes;
  return options;
}

std::string state_of(const CollectionDef& collection, const RecordRef& record) {
  if (!record) return "-";
  std::string out;
  append_json(out, read_field(collection, *collection.find("v"), record.view()));
  return out;
}

/// One commit as "sequence: old>new …".
std::string text_of(const Commit& commit) {
  auto out = std::to_string(commit.sequence) + ":";
  for (const auto& change : commit.changes) {
    const auto collection = commit.catalog->find(change.collection);
    out += " " + std::to_string(change.ordinal) + " " + state_of(*collection, change.before) + ">" +
           state_of(*collection, change.after);
  }
  return out;
}

/// As many commits as are there, at most `most`.
void read(ChangeCursor& cursor, std::size_t most, std::vector<std::string>& out) {
  for (; most > 0; --most) {
    std::optional<Gap> gap;
    const auto commit = cursor.next(gap).value();
    REQUIRE_FALSE(gap);
    if (!commit) return;
    out.push_back(text_of(*commit));
  }
}

std::string random_write(std::mt19937& random) {
  const auto v = std::to_string(random() % 1000);
  const auto some = std::to_string(random() % 40);
  switch (random() % 5) {
    case 0: return "mutation { insertMany(collection: \"c\", data: [{v: " + v + "}, {v: " + some + "}]) }";
    case 1: return "mutation { update(collection: \"c\", where: {v: {lte: " + some + "}}, data: {v: " + v + "}) }";
    case 2: return "mutation { deleteFrom(collection: \"c\", where: {v: " + v + "}) }";
    case 3:
      return "mutation { transaction { a: insertInto(collection: \"c\", data: {v: " + v +
             "}) b: update(collection: \"c\", where: {v: " + v + "}, data: {v: " + some + "}) } }";
    default: return "mutation { insertInto(collection: \"c\", data: {v: " + v + "}) }";
  }
}

constexpr auto kDefine = "schema { define collection c { v: Int } }";

}  // namespace

TEST_CASE("a cursor slower than the tail reads the same commits as a fast one", "[events]") {
  const auto seed = GENERATE(1u, 2u, 3u, 4u);
  std::mt19937 random(seed);
  EngineDatabase wide(storage::make_memory_store(), with_tail(64u << 20));
  EngineDatabase narrow(storage::make_memory_store(), with_tail(2'000));
  std::vector<std::string> expected;
  std::vector<std::string> slow;
  std::vector<std::string> crawling;
  REQUIRE(wide.run(kDefine));
  REQUIRE(narrow.run(kDefine));
  ChangeCursor fast(wide.engine(), 1);
  ChangeCursor slow_cursor(narrow.engine(), 1);
  ChangeCursor crawling_cursor(narrow.engine(), 1);
  for (int i = 0; i < 400; ++i) {
    const auto write = random_write(random);
    REQUIRE(wide.run(write));
    REQUIRE(narrow.run(write));
    read(fast, 100, expected);
    if (random() % 30 == 0) read(slow_cursor, 1000, slow);
    if (random() % 10 == 0) read(crawling_cursor, 1, crawling);
  }
  read(slow_cursor, 1000, slow);
  read(crawling_cursor, 1000, crawling);
  REQUIRE(expected.size() > 100);
  CHECK(slow == expected);
  CHECK(crawling == expected);

  // From any place on, the log tells the same.
  for (std::size_t from = 0; from < expected.size(); from += 37) {
    std::vector<std::string> replayed;
    ChangeCursor cursor(narrow.engine(), 1 + from);
    read(cursor, 1000, replayed);
    CHECK(replayed == std::vector(expected.begin() + static_cast<std::ptrdiff_t>(from), expected.end()));
  }
}

TEST_CASE("a cursor that the change log no longer reaches says how much it missed", "[events]") {
  EngineDatabase database(storage::make_memory_store(), with_tail(500));
  REQUIRE(database.run(kDefine));
  ChangeCursor cursor(database.engine(), 1);
  for (int i = 0; i < 20; ++i) REQUIRE(database.run("mutation { insertInto(collection: \"c\", data: {v: 1}) }"));
  // As trimming does: the oldest rows go.
  auto& store = database.engine().store();
  const auto batch = store.make_batch();
  for (Sequence sequence = 1; sequence <= 10; ++sequence)
    batch->remove(storage::Family::kLog, LogKey(sequence, 0).view());
  REQUIRE(store.write(*batch, storage::Sync::kLogged));
  std::optional<Gap> gap;
  REQUIRE_FALSE(cursor.next(gap).value());
  REQUIRE(gap);
  CHECK(gap->commits == 9);
  CHECK(gap->resume == 10);
  std::vector<std::string> rest;
  read(cursor, 100, rest);
  REQUIRE(rest.size() == 11);
  CHECK(rest.front() == "11: 9 ->1");
}

}  // namespace aurora::commit
