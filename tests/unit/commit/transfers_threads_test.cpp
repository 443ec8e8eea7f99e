// Readers beside writers: every query sees one state, in which the invariants of all commits hold.
// The memory store runs under ThreadSanitizer too.
#include <aurora/aurora.hpp>

#include "unit/complaint.hpp"
#include "unit/storage/store_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using testing::Complaint;

constexpr std::int64_t kAccounts = 20;
constexpr std::int64_t kEach = 100;
constexpr auto kDuration = std::chrono::milliseconds(1500);

void define(Database& database) {
  database.execute(R"(schema {
    define collection account { id: Int @primary  balance: Int! @indexed  note: String }
    define collection entry { pair: Int! @indexed  side: Int! } })");
  std::vector<Object> accounts;
  for (std::int64_t id = 0; id < kAccounts; ++id)
    accounts.push_back({{"id", id}, {"balance", kEach}});
  (void)database.insert_many("account", accounts);
}

/// Moves money by a block, by a handle, and makes and removes entries in pairs.
void write(Database& database, std::uint64_t seed, Complaint& complain,
           std::atomic<std::uint64_t>& commits) {
  std::mt19937_64 random(seed);
  const std::string block =
      "mutation($from: Int!, $to: Int!, $n: Int!) { transaction { "
      "a: update(collection: \"account\", where: {id: $from}, data: {balance: {decrement: $n}}) "
      "b: update(collection: \"account\", where: {id: $to}, data: {balance: {increment: $n}}) } }";
  while (!complain.stop) {
    const auto from = static_cast<std::int64_t>(random() % kAccounts);
    const auto to = static_cast<std::int64_t>(random() % kAccounts);
    const auto amount = static_cast<std::int64_t>(random() % 7);
    switch (random() % 4) {
      case 0:
        database.execute(block, {{"from", from}, {"to", to}, {"n", amount}});
        break;
      case 1: {
        // Read, compute, write: lost updates would change the sum.
        auto transaction = database.begin_transaction();
        const auto a = transaction.get("account", from), b = transaction.get("account", to);
        if (from == to) break;
        transaction.update("account", from,
                           {{"balance", (*a)["balance"].as<std::int64_t>() - amount}});
        transaction.update("account", to,
                           {{"balance", (*b)["balance"].as<std::int64_t>() + amount}});
        const auto done = transaction.try_commit();
        if (!done && done.error().code() != ErrorCode::kConflict)
          return complain(done.error().what());
        break;
      }
      case 2: {
        const auto pair = static_cast<std::int64_t>(random() % 50);
        database.insert_many("entry",
                             {{{"pair", pair}, {"side", 0}}, {{"pair", pair}, {"side", 1}}});
        break;
      }
      default:
        database.query("entry")
            .where(field("pair") == static_cast<std::int64_t>(random() % 50))
            .remove();
    }
    ++commits;
  }
}

void read(Database& database, std::uint64_t seed, Complaint& complain,
          std::atomic<std::uint64_t>& queries) {
  std::mt19937_64 random(seed);
  while (!complain.stop) {
    std::int64_t sum = 0;
    const auto accounts =
        random() % 2 == 0 ? database.query("account").fetch()
                          : database.query("account").order_by("balance", desc).limit(1000).fetch();
    for (const auto& account : accounts) sum += account["balance"].as<std::int64_t>();
    if (accounts.size() != static_cast<std::size_t>(kAccounts))
      return complain("accounts are missing");
    if (sum != kAccounts * kEach) return complain("the sum is " + std::to_string(sum));
    // Several roots of one query: the same state, by index and by scan.
    const auto pair = static_cast<std::int64_t>(random() % 50);
    const auto data =
        database
            .execute(
                "query($p: Int!) { all: account(where: {balance: {gte: -1000000}}) { id } "
                "low: account(where: {balance: {lt: 100}}) { id } "
                "high: account(where: {not: {balance: {lt: 100}}}) { id } "
                "zero: entry(where: {pair: $p, side: 0}) { side } "
                "one: entry(where: {pair: $p, side: 1}) { side } }",
                {{"p", pair}})
            .data();
    const auto size = [&](std::string_view key) {
      return data.if_object()->find(key)->if_list()->size();
    };
    if (size("all") != static_cast<std::size_t>(kAccounts) ||
        size("low") + size("high") != size("all"))
      return complain("the roots of one query saw different accounts");
    if (size("zero") != size("one")) return complain("half a pair was seen");
    if (database.query("entry").count() % 2 != 0) return complain("an odd number of entries");
    if (!database.get("account", static_cast<std::int64_t>(random() % kAccounts)))
      return complain("no account");
    ++queries;
  }
}

void run(Database& database) {
  define(database);
  Complaint complain;
  std::atomic<std::uint64_t> commits = 0, queries = 0;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 2; ++i)
      threads.emplace_back(complain.guarded([&, i] { write(database, i, complain, commits); }));
    for (std::uint64_t i = 0; i < 4; ++i)
      threads.emplace_back(complain.guarded([&, i] { read(database, 100 + i, complain, queries); }));
    complain.wait(kDuration, [&] { return commits > 10 && queries > 10; });
    threads.clear();
  }
  CHECK(complain.text() == "");
  CHECK(commits > 10);
  CHECK(queries > 10);
  const auto problems = database.verify().problems;
  CHECK(problems.empty());
}

}  // namespace

TEST_CASE("commit: readers beside transfers see whole states, in memory", "[commit][threads]") {
  Config config;
  config.checkpoint_interval = std::chrono::milliseconds(20);
  auto database = Database::open_in_memory(config);
  run(database);
}

TEST_CASE("commit: readers beside transfers see whole states, on disk", "[commit][threads]") {
  const storage::testing::ScratchDirectory directory;
  Config config;
  config.hot_cache_bytes = 4096;
  config.checkpoint_interval = std::chrono::milliseconds(20);
  config.checkpoint_changes = 50;
  auto database = Database::open(directory / "db", config);
  run(database);
}

}  // namespace aurora
