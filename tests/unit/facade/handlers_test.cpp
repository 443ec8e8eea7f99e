// Handlers fired from C++: document calls, queries and transactions, which text cases do not make.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

using aurora::Database;
using aurora::ErrorCode;
using aurora::Object;

Database logged() {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection t { k: Int! @primary  n: Int } define collection log { what: String @unique } }");
  db.execute(R"(define handler "i" { on: "insert:t" action: { insertInto(collection: "log", data: { what: "i${k}" }) } })");
  db.execute(R"(define handler "u" { on: "update:t" action: { insertInto(collection: "log", data: { what: "u${k}:${n}" }) } })");
  db.execute(R"(define handler "d" { on: "delete:t" action: { insertInto(collection: "log", data: { what: "d${k}" }) } })");
  return db;
}

std::string log_of(Database& db) { return std::string(db.execute("{ log { what } }").data_text()); }

}  // namespace

TEST_CASE("document calls fire handlers", "[facade]") {
  auto db = logged();
  db.insert("t", Object{{"k", 1}});
  db.insert_many("t", {Object{{"k", 2}}, Object{{"k", 3}}});
  db.update("t", 1, Object{{"n", 5}});
  db.remove("t", 1);
  db.query("t").update(Object{{"n", 6}});
  db.query("t").remove();
  CHECK(log_of(db) == R"({"log":[{"what":"i1"},{"what":"i2"},{"what":"i3"},{"what":"u1:5"},{"what":"d1"},)"
                      R"({"what":"u2:6"},{"what":"u3:6"},{"what":"d2"},{"what":"d3"}]})");
}

TEST_CASE("a document call fails with the handler it fires", "[facade]") {
  auto db = logged();
  db.insert("t", Object{{"k", 1}});
  db.remove("t", 1);
  const auto again = db.try_insert("t", Object{{"k", 1}});
  REQUIRE_FALSE(again);
  CHECK(again.error().code() == ErrorCode::kUniqueConstraintViolation);
  CHECK(again.error().message().starts_with("handler 'i': "));
  CHECK_FALSE(db.get("t", 1));
}

TEST_CASE("handlers of a transaction are heard when it commits", "[facade]") {
  auto db = logged();
  auto lost = db.begin_transaction();
  lost.insert("t", Object{{"k", 1}});
  CHECK(lost.execute("{ log { what } }").data_text() == R"({"log":[{"what":"i1"}]})");
  lost.rollback();
  CHECK(log_of(db) == R"({"log":[]})");
  auto kept = db.begin_transaction();
  kept.execute(R"(drop handler "u")");
  kept.insert("t", Object{{"k", 2}});
  kept.update("t", 2, Object{{"n", 1}});
  kept.commit();
  CHECK(log_of(db) == R"({"log":[{"what":"i2"}]})");
  db.update("t", 2, Object{{"n", 2}});
  CHECK(log_of(db) == R"({"log":[{"what":"i2"}]})");
}

TEST_CASE("a document that a handler removes again is still answered", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection t { k: Int! @primary  n: Int } }");
  db.execute(R"(define handler "x" { on: "*:t" where: { n: 9 } action: { deleteFrom(collection: "t", where: { k: "${k}" }) } })");
  db.insert("t", Object{{"k", 1}});
  // A delete fires it once more, with the last state: nothing is left to delete then.
  CHECK(db.update("t", 1, Object{{"n", 9}}));
  CHECK_FALSE(db.get("t", 1));
  db.insert("t", Object{{"k", 2}, {"n", 9}});
  CHECK_FALSE(db.get("t", 2));
}
