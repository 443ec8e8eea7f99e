// Watchers at the door: beside writers in other threads, with debounce, across closing. Run under ThreadSanitizer too.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <thread>
#include <vector>

namespace aurora {

namespace {

using std::chrono::milliseconds;
using namespace std::chrono_literals;

constexpr auto kDefine =
    "schema { define collection orders { number: Int! @primary  status: String @indexed  total: Float  at: DateTime } }";

std::string text_of(const std::vector<WatchedRow>& list) {
  std::string out;
  for (const auto& row : list) out += (out.empty() ? "" : ",") + row.text();
  return "{\"orders\":[" + out + "]}";
}

void write(Database& database, int writer, int rounds) {
  for (int i = 0; i < rounds; ++i) {
    const Value number(writer * 1000 + i % 25);
    if (i % 5 == 4) {
      database.remove("orders", number);
      continue;
    }
    database.execute("mutation($n: Int!, $t: Float!, $s: String!) { upsert(collection: \"orders\", where: {number: $n}, "
                     "data: {total: $t, status: $s}) }",
                     {{"n", number}, {"t", (i * 37) % 50}, {"s", i % 3 == 0 ? "pending" : "done"}});
  }
}

}  // namespace

TEST_CASE("a watched fluent query", "[reactive]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  db.insert("orders", {{"number", 1}, {"status", "pending"}, {"total", 3.5}, {"at", "2026-01-02T03:04:05Z"}});
  auto watcher = db.query("orders").where(field("status") == "pending").debounce(50ms).watch();
  REQUIRE(watcher.initial_results().size() == 1);
  CHECK(watcher.initial_results()[0].text() ==
        R"({"number":1,"status":"pending","total":3.5,"at":"2026-01-02T03:04:05Z"})");
  struct Order {
    int number = 0;
    double total = 0;
  };
  CHECK(watcher.initial_results()[0].as<Order>().number == 1);
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 2; i < 10; ++i) db.insert("orders", {{"number", i}, {"status", "pending"}});
  db.remove("orders", 5);
  const auto update = watcher.next(10s);
  CHECK(std::chrono::steady_clock::now() - begin >= 50ms);
  REQUIRE(update);
  CHECK(update->changes.size() == 7);
  auto list = watcher.initial_results();
  update->apply_to(list);
  CHECK(text_of(list) == db.execute("{ orders(where: {status: \"pending\"}) }").data_text());
  CHECK(watcher.sequence() == db.stats().sequence);
  CHECK_FALSE(watcher.try_next());
  db.insert("orders", {{"number", 99}, {"status", "pending"}});
  db.remove("orders", 99);
  CHECK_FALSE(watcher.next(80ms));
  CHECK(watcher.stats().updates == 1);
  CHECK(db.begin_transaction().query("orders").try_watch().error().code() == ErrorCode::kInvalidOperation);
}

TEST_CASE("a window that runs dry is read again, and counted", "[reactive]") {
  auto db = Database::open_in_memory();
  db.execute(kDefine);
  for (int i = 0; i < 300; ++i) db.insert("orders", {{"number", i}, {"total", i}});
  auto watcher = db.query("orders").order_by("total").limit(2).watch();
  auto list = watcher.initial_results();
  for (int i = 0; i < 299; ++i) {
    db.remove("orders", i);
    const auto update = watcher.try_next();
    REQUIRE(update);
    update->apply_to(list);
    REQUIRE(text_of(list) == db.execute("{ orders(orderBy: {total: ASC}, limit: 2) }").data_text());
  }
  CHECK(watcher.stats().requeries > 0);
  CHECK(watcher.stats().requeries < 10);
  // A watcher that comes late has few steps to take, whatever happened.
  for (int i = 0; i < 300; ++i) db.insert("orders", {{"number", 1000 + i}, {"total", -i}});
  while (const auto update = watcher.try_next()) update->apply_to(list);
  CHECK(text_of(list) == db.execute("{ orders(orderBy: {total: ASC}, limit: 2) }").data_text());
}

TEST_CASE("equal values that are written differently are shown as a new query shows them", "[reactive]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection t { k: Int! @primary  any: Any } }");
  for (const std::string query : {"groupBy(field: \"any\") { key count }", "aggregate { min(field: \"any\") max(field: \"any\") }"}) {
    db.execute("mutation { deleteFrom(collection: \"t\", all: true) }");
    db.execute(R"(mutation { insertMany(collection: "t", data: [{k: 1, any: 7}, {k: 2, any: 1.0}]) })");
    auto watcher = db.watch("{ t { " + query + " } }");
    auto list = watcher.initial_results();
    for (const std::string value : {"1", "1.0", "[1]", "[1.0]", "[{k: 1}]", "[{k: 1.0}]", "1"})
      for (const std::string key : {"1", "2"}) {
        db.execute("mutation { update(collection: \"t\", where: {k: " + key + "}, set: {any: " + value + "}) }");
        while (const auto update = watcher.try_next()) update->apply_to(list);
        INFO(query << " after " << key << " became " << value);
        REQUIRE(list.size() == 1);
        CHECK("{\"t\":" + list.front().text() + "}" == db.execute("{ t { " + query + " } }").data_text());
      }
  }
}

TEST_CASE("an error of an expression ends with its cause", "[reactive]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection n { k: Int! @primary  a: Int } }");
  auto watcher = db.watch("{ n { k twice: multiply(a, 4611686018427387904) } }");
  db.insert("n", {{"k", 1}, {"a", 1}});
  CHECK(watcher.try_next()->changes.size() == 1);
  db.insert("n", {{"k", 2}, {"a", 8}});
  const auto failed = watcher.poll({});
  REQUIRE_FALSE(failed);
  CHECK(failed.error().code() == ErrorCode::kTypeError);
  CHECK_FALSE(watcher.poll({}));
  CHECK(watcher.current().size() == 1);
  db.update("n", 2, {{"a", 0}});
  const auto update = watcher.try_next();
  REQUIRE(update);
  CHECK(update->changes.at(0).row.text() == R"({"k":2,"twice":0})");
}

TEST_CASE("watchers beside writers: no gap and no duplicate at the seam", "[reactive][threads]") {
  auto database = Database::open_in_memory();
  database.execute(kDefine);
  constexpr std::array kQueries{
      "{ orders(where: {status: \"pending\"}, orderBy: {total: DESC}, limit: 5) { number total } }",
      "{ orders(where: {status: \"pending\"}) { number total } }",
      "{ orders(orderBy: [{status: ASC}, {total: ASC}], offset: 2, limit: 7) { number status } }",
      "{ orders(distinct: \"status\") { status } }"};
  std::atomic<bool> done = false;
  std::vector<std::string> complaints(kQueries.size());
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < kQueries.size(); ++i)
    threads.emplace_back([&, i] {
      while (!done) {
        auto watcher = database.watch(kQueries[i]);
        auto list = watcher.initial_results();
        auto sequence = watcher.sequence();
        for (int round = 0; round < 40; ++round) {
          const bool last = done;
          const auto update = watcher.next(milliseconds(5));
          if (!update && last) break;
          if (!update) continue;
          if (update->sequence <= sequence) complaints[i] = "an older commit came later";
          sequence = update->sequence;
          update->apply_to(list);
          if (text_of(list) != text_of(watcher.current())) complaints[i] = "the updates do not lead to the list";
        }
        if (!done) continue;
        while (const auto update = watcher.try_next()) update->apply_to(list);
        if (text_of(list) != database.execute(kQueries[i]).data_text()) complaints[i] = "another list than the query's";
      }
    });
  std::vector<std::thread> writers;
  for (int writer = 0; writer < 2; ++writer) writers.emplace_back([&, writer] { write(database, writer, 200); });
  for (auto& writer : writers) writer.join();
  done = true;
  for (auto& thread : threads) thread.join();
  for (const auto& complaint : complaints) CHECK(complaint.empty());
}

TEST_CASE("closing the database ends watching", "[reactive][threads]") {
  std::optional<Watcher> watcher;
  std::string complaint;
  {
    auto database = Database::open_in_memory();
    database.execute(kDefine);
    watcher.emplace(database.query("orders").watch());
    std::thread waiting([&] {
      const auto update = watcher->poll(std::chrono::hours(1));
      if (update || update.error().code() != ErrorCode::kClosed) complaint = "not Closed";
    });
    std::this_thread::sleep_for(milliseconds(20));
    database.close();
    waiting.join();
    CHECK(database.query("orders").try_watch().error().code() == ErrorCode::kClosed);
  }
  CHECK(complaint.empty());
  CHECK(watcher->poll({}).error().code() == ErrorCode::kClosed);
  CHECK(watcher->current().empty());
}

}  // namespace aurora
