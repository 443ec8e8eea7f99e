// Interactive transactions: what they have read is validated, also what they read on the way; how they end.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <stdexcept>
#include <string>

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Object;
using aurora::Transaction;
using aurora::Value;

ErrorCode ending_of(Transaction& transaction) {
  const auto done = transaction.try_commit();
  return done ? ErrorCode::kInternal : done.error().code();
}

std::string data_of(Database& db, const char* text) { return std::string(db.execute(text).data_text()); }

}  // namespace

TEST_CASE("a handler defined meanwhile is a conflict of a transaction that would have fired it", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } define collection audit { n: Int } }");
  auto transaction = db.begin_transaction();
  transaction.insert("c", Object{{"n", 1}});
  db.execute(R"(define handler "h" { on: "insert:c", action: { insertInto(collection: "audit", data: {n: 7}) } })");
  CHECK(ending_of(transaction) == ErrorCode::kConflict);
  db.transaction([](Transaction& again) { again.insert("c", Object{{"n", 1}}); });
  CHECK(data_of(db, "{ c { n } audit { n } }") == R"({"c":[{"n":1}],"audit":[{"n":7}]})");
}

TEST_CASE("what onConflict looked at is validated", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute(
      "schema { define collection c { k: Int! @primary  a: Int  b: Int  tags: [String] @unique  "
      "@@unique(fields: [\"a\", \"b\"]) } }");
  const auto ignore = [](Transaction& transaction, const std::string& data) {
    transaction.execute("mutation { insertInto(collection: \"c\", data: {" + data + "}, onConflict: IGNORE) }");
  };
  db.insert("c", Object{{"k", 1}, {"a", 1}, {"b", 1}, {"tags", Value(aurora::List{Value("x")})}});
  for (const auto* data : {"k: 1", "k: 2, a: 1, b: 1", "k: 3, tags: [\"y\", \"x\"]"}) {
    INFO(data);
    auto transaction = db.begin_transaction();
    ignore(transaction, data);
    db.remove("c", 1);
    CHECK(ending_of(transaction) == ErrorCode::kConflict);
    db.insert("c", Object{{"k", 1}, {"a", 1}, {"b", 1}, {"tags", Value(aurora::List{Value("x")})}});
  }
  // Nobody held the key, and now somebody does: run again, it is ignored.
  auto transaction = db.begin_transaction();
  ignore(transaction, "k: 9");
  db.insert("c", Object{{"k", 9}});
  CHECK(ending_of(transaction) == ErrorCode::kConflict);
  // Documents with other keys are nobody's business.
  auto other = db.begin_transaction();
  ignore(other, "k: 1, a: 5");
  db.insert("c", Object{{"k", 10}, {"a", 5}, {"b", 5}});
  CHECK(other.try_commit());
}

TEST_CASE("what a transaction read of _changes is validated", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } define collection d { n: Int } }");
  auto transaction = db.begin_transaction();
  transaction.execute("{ _changes { sequence } }");
  transaction.insert("d", Object{{"n", 0}});
  db.insert("c", Object{{"n", 1}});
  CHECK(ending_of(transaction) == ErrorCode::kConflict);
}

TEST_CASE("a statement has one now, a transaction one for all", "[facade]") {
  std::int64_t ticks = 1'769'860'800'000'000;
  Config config;
  config.clock = [&] { return ticks += 1'000; };
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { n: Int  at: DateTime } define collection log { n: Int } }");
  CHECK(data_of(db,
                "mutation($t: DateTime = \"now\") { transaction { "
                "a: insertInto(collection: \"c\", data: {n: 1, at: \"now\"}) { at } "
                "b: update(collection: \"c\", where: {at: \"now\"}, data: {n: 2}) { affected } "
                "c: update(collection: \"c\", where: {at: $t}, data: {n: 3}) { affected } } } ")
            .find(R"("affected":1)") != std::string::npos);
  CHECK(data_of(db, "{ c { n } }") == R"({"c":[{"n":3}]})");
  db.execute(
      "define handler \"h\" { on: \"insert:c\", where: {at: {lte: \"now\"}}, "
      "action: { insertInto(collection: \"log\", data: {n: 1}) } }");
  db.execute("mutation { insertInto(collection: \"c\", data: {n: 4, at: \"now\"}) }");
  db.insert("c", Object{{"n", 5}, {"at", "now"}});
  CHECK(data_of(db, "{ log { n } }") == R"({"log":[{"n":1},{"n":1}]})");

  auto transaction = db.begin_transaction();
  transaction.insert("c", Object{{"n", 6}, {"at", "now"}});
  CHECK(transaction.execute("{ c(where: {at: \"now\"}) { n } }").data_text() == R"({"c":[{"n":6}]})");
  CHECK(transaction.query("c").where(aurora::field("at") == "now").count() == 1);
}

TEST_CASE("work that ends its transaction itself is done", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } }");
  db.transaction([](Transaction& transaction) {
    transaction.insert("c", Object{{"n", 1}});
    static_cast<void>(transaction.try_commit().value());
  });
  db.transaction([](Transaction& transaction) {
    transaction.insert("c", Object{{"n", 2}});
    transaction.rollback();
  });
  CHECK(data_of(db, "{ c { n } }") == R"({"c":[{"n":1}]})");
}

TEST_CASE("a transaction is refused what no commit could hold", "[facade]") {
  Config config;
  config.max_document_bytes = 1'024;
  config.max_transaction_bytes = 4'096;
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { s: String } }");
  auto transaction = db.begin_transaction();
  std::size_t held = 0;
  ErrorCode refused = ErrorCode::kInternal;
  try {
    for (; held < 100; ++held) transaction.insert("c", Object{{"s", std::string(500, 'x')}});
  } catch (const Error& error) {
    refused = error.code();
  }
  CHECK(refused == ErrorCode::kLimitExceeded);
  // What was accepted stays, and can be committed.
  CHECK(transaction.query("c").count() == held);
  CHECK(transaction.try_commit());
  CHECK(db.query("c").count() == held);
}

TEST_CASE("a transaction remembers no more of what it read than its limit", "[facade]") {
  Config config;
  config.max_document_bytes = 64 << 10;
  config.max_transaction_bytes = 256 << 10;
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { n: Int } }");
  db.insert("c", Object{{"n", 1}});
  auto transaction = db.begin_transaction();
  transaction.insert("c", Object{{"n", 2}});
  std::size_t reads = 0;
  ErrorCode refused = ErrorCode::kInternal;
  std::string message;
  try {
    for (; reads < 100'000; ++reads) transaction.execute("{ c(where: {n: " + std::to_string(reads) + "}) { n } }");
  } catch (const Error& error) {
    refused = error.code();
    message = error.what();
  }
  CHECK(refused == ErrorCode::kLimitExceeded);
  CHECK(message.find("max_transaction_bytes") != std::string::npos);
  CHECK(reads > 100);
  CHECK(reads < 10'000);
  // What was read until then still counts: another's document that it would have met makes it a conflict.
  db.insert("c", Object{{"n", 50}});
  const auto committed = transaction.try_commit();
  REQUIRE_FALSE(committed);
  CHECK(committed.error().code() == ErrorCode::kConflict);
}

TEST_CASE("the database that is assigned over is closed", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } }");
  const auto statement = db.prepare("{ c { n } }");
  db = Database::open_in_memory();
  CHECK(db.is_open());
  try {
    static_cast<void>(statement.execute());
    FAIL("it answered");
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kClosed);
  }
}

TEST_CASE("settings that mean for ever do", "[facade]") {
  Config config;
  config.hot_cache_bytes = UINT64_MAX;
  config.change_log_max_age = std::chrono::seconds::max();
  config.change_log_max_bytes = UINT64_MAX;
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { n: Int @primary } }");
  for (int n = 0; n < 10; ++n) db.insert("c", Object{{"n", n}});
  aurora::ExecuteOptions options;
  options.deadline = std::chrono::milliseconds::max();
  CHECK(db.execute("{ c(where: {n: 1}) { n } }", {}, options).data_text() == R"({"c":[{"n":1}]})");
  for (int n = 0; n < 10; ++n) CHECK(db.get("c", n));
  CHECK(db.stats().cache_entries == 10);
  db.flush();
  CHECK(db.query("_changes").count() == 10);
}
