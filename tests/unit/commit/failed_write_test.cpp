// A store write that fails: nothing of the commit may be seen, writing ends, reading goes on, and
// reopening settles what is there.
#include "unit/commit/engine_fixture.hpp"

#include "support/faulty_store.hpp"

#include <array>
#include <string>
#include <vector>

namespace aurora::commit {

using aurora::testing::FaultPlan;
using aurora::testing::FaultPoint;
using aurora::testing::FaultyStore;
using testing::EngineDatabase;

namespace {

constexpr std::array kOperations = {
    "schema { define collection c { id: Int @primary  v: Int @indexed } }",
    "mutation { insertMany(collection: \"c\", data: [{id: 1, v: 1}, {id: 2, v: 2}, {id: 3, v: 3}]) "
    "}",
    "mutation { update(collection: \"c\", where: {id: {lte: 2}}, data: {v: {increment: 10}}) }",
    "mutation { deleteFrom(collection: \"c\", where: {id: 3}) }",
    "mutation { transaction { a: insertInto(collection: \"c\", data: {id: 4, v: 4}) "
    "b: update(collection: \"c\", where: {id: 1}, data: {v: 0}) "
    "c: deleteFrom(collection: \"c\", where: {id: 2}) } }",
    "schema { alter collection c { add w: String = \"x\" @indexed } }",
    "mutation { upsert(collection: \"c\", where: {id: 9}, data: {v: 9}) }",
};

/// What every reader sees: by scan, by each index and by key.
std::string seen(EngineDatabase& database) {
  std::string all;
  for (const auto* text :
       {"{ c }", "{ c(where: {v: {gte: 0}}, orderBy: {v: ASC}) }",
        "{ c(where: {w: \"x\"}) { id } }",
        "{ c(where: {id: 1}) } { two: c(where: {id: 2}) } { three: c(where: {id: 3}) }"}) {
    const auto result = database.run(text);
    all += result ? *result : std::string(to_string(result.error().code()));
    all += '\n';
  }
  return all;
}

EngineOptions options_for(FaultPoint point, std::uint64_t cache_bytes) {
  EngineOptions options;
  options.hot_cache_bytes = cache_bytes;
  options.durability = point == FaultPoint::kWriteSync ? Durability::kStrict : Durability::kWal;
  return options;
}

void fail_at(std::size_t failing, FaultPoint point, std::uint64_t cache_bytes) {
  INFO("operation " << failing << ", cache " << cache_bytes << ", "
                    << (point == FaultPoint::kWrite ? "write" : "sync"));
  const auto plan = std::make_shared<FaultPlan>();
  auto owned = std::make_unique<FaultyStore>(storage::make_memory_store(), plan);
  auto* const store = owned.get();
  store->keep_when_closed();
  std::unique_ptr<storage::Store> inner;
  std::string before, after;
  {
    EngineDatabase database(std::move(owned), options_for(point, cache_bytes));
    for (std::size_t i = 0; i < failing; ++i) REQUIRE(database.run(kOperations[i]));
    before = seen(database);
    plan->plan_next(point, ErrorCode::kStorageFull);

    const auto failed = database.run(kOperations[failing]);
    REQUIRE_FALSE(failed);
    CHECK(failed.error().code() == ErrorCode::kStorageFull);
    CHECK(failed.error().message().find("unknown") != std::string::npos);
    CHECK(seen(database) == before);

    // The fault is over, the store would work: still no write before reopening, and the first
    // error.
    plan->clear();
    const auto refused = database.run(kOperations[failing]);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::kStorageFull);
    CHECK(refused.error().message().find("reopened") != std::string::npos);
    CHECK(seen(database) == before);
    CHECK_FALSE(database.engine().close());
    inner = store->release();
  }
  {
    // What the operation would have made, from a database where nothing failed.
    EngineDatabase database(storage::make_memory_store(), options_for(point, cache_bytes));
    for (std::size_t i = 0; i <= failing; ++i) REQUIRE(database.run(kOperations[i]));
    after = seen(database);
  }
  EngineDatabase database(std::move(inner), options_for(point, cache_bytes));
  CHECK(seen(database) == (point == FaultPoint::kWrite ? before : after));
  const auto report = database.engine().verify();
  REQUIRE(report);
  CHECK(report->problems.empty());
  if (point != FaultPoint::kWrite) return;
  CHECK(database.run(kOperations[failing]));
  CHECK(seen(database) == after);
}

}  // namespace

TEST_CASE("commit: a failed write leaves nothing to see and ends writing", "[commit]") {
  for (const auto point : {FaultPoint::kWrite, FaultPoint::kWriteSync}) {
    for (const std::uint64_t cache_bytes : {std::uint64_t{0}, std::uint64_t{64} << 20}) {
      for (std::size_t i = 0; i < kOperations.size(); ++i) fail_at(i, point, cache_bytes);
    }
  }
}

TEST_CASE("commit: a failed read is an error of its query alone", "[commit]") {
  const auto plan = std::make_shared<FaultPlan>();
  EngineOptions options;
  options.hot_cache_bytes = 0;
  EngineDatabase database(std::make_unique<FaultyStore>(storage::make_memory_store(), plan),
                          options);
  for (std::size_t i = 0; i < 3; ++i) REQUIRE(database.run(kOperations[i]));
  // Enough documents that a whole collection is read through a cursor.
  std::string many;
  for (int id = 1000; id < 1200; ++id) many += "{id: " + std::to_string(id) + "} ";
  REQUIRE(database.run("mutation { insertMany(collection: \"c\", data: [" + many + "]) }"));
  for (const auto point : {FaultPoint::kGet, FaultPoint::kCursor}) {
    std::size_t failed = 0;
    for (const auto* text : {"{ c(where: {id: 1}) }", "{ c }",
                             "mutation { update(collection: \"c\", where: {id: 1}, "
                             "data: {v: {increment: 1}}) }"}) {
      plan->plan_next(point, ErrorCode::kIoError, aurora::testing::kForGood);
      const auto result = database.run(text);
      plan->clear();
      if (result) continue;  // it reads by the other way
      ++failed;
      CHECK(result.error().code() == ErrorCode::kIoError);
    }
    CHECK(failed > 0);
  }
  CHECK(database.run("{ c(where: {id: 3}) { v } }").value() == "{\"c\":[{\"v\":3}]}");
  CHECK(database.run(kOperations[3]));
}

TEST_CASE("commit: what failed in closing is logged, and the answer of every close", "[commit]") {
  const auto plan = std::make_shared<FaultPlan>();
  std::vector<std::string> lines;
  EngineOptions options;
  options.log = [&](int, std::string_view line) { lines.emplace_back(line); };
  {
    EngineDatabase database(std::make_unique<FaultyStore>(storage::make_memory_store(), plan), options);
    REQUIRE(database.run(kOperations[0]));
    plan->plan_next(FaultPoint::kWrite, ErrorCode::kStorageFull);
    const auto first = database.engine().close();
    REQUIRE_FALSE(first);
    CHECK(first.error().code() == ErrorCode::kStorageFull);
    const auto second = database.engine().close();
    REQUIRE_FALSE(second);
    CHECK(second.error().message() == first.error().message());
  }
  REQUIRE(lines.size() == 1);
  CHECK(lines.front().starts_with("closing: "));
}

}  // namespace aurora::commit
