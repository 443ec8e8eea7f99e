// Reading, changing and removing by primary key, outside transactions and over uncommitted changes,
// where the index does not know the newest keys.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

using aurora::Database;
using aurora::Error;
using aurora::Object;
using aurora::Transaction;
using aurora::Value;

Database people() {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection people { name: String! @primary  age: Int } }");
  db.insert("people", Object{{"name", "Ada"}, {"age", 36}});
  db.insert("people", Object{{"name", "Bo"}, {"age", 17}});
  return db;
}

std::int64_t age_of(const std::optional<aurora::Document>& document) {
  return document ? (*document)["age"].as<std::int64_t>() : -1;
}

}  // namespace

TEST_CASE("a key finds its document and nothing else", "[facade]") {
  auto db = people();
  CHECK(age_of(db.get("people", "Ada")) == 36);
  CHECK(age_of(db.get("people", "ada")) == -1);
  CHECK(age_of(db.get("people", "")) == -1);
  // Operands of another kind match nothing; an object is no operand.
  CHECK_FALSE(db.get("people", 5));
  CHECK_FALSE(db.get("people", Value()));
  CHECK_FALSE(db.get("people", Value(aurora::List{Value("Nobody")})));
  CHECK_THROWS_AS(db.get("people", Value(Object{{"eq", "Ada"}})), Error);
}

TEST_CASE("a uuid key is found as text of either case; other text is an error", "[facade]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection things { id: Uuid! @primary  n: Int } }");
  const std::string text = "0F8FAD5B-D9CB-469F-A165-70867728950E";
  db.insert("things", Object{{"id", text}, {"n", 1}});
  CHECK(db.get("things", text));
  CHECK(db.get("things", *aurora::Uuid::parse(text)));
  CHECK_FALSE(db.get("things", "0f8fad5b-d9cb-469f-a165-70867728950f"));
  CHECK_THROWS_AS(db.get("things", "not a uuid"), Error);
}

TEST_CASE("keys longer than an index keeps whole are still told apart", "[facade]") {
  auto db = people();
  const std::string shared(2'000, 'x');
  db.insert("people", Object{{"name", shared + "1"}, {"age", 1}});
  db.insert("people", Object{{"name", shared + "2"}, {"age", 2}});
  CHECK(age_of(db.get("people", shared + "1")) == 1);
  CHECK(age_of(db.get("people", shared + "2")) == 2);
  CHECK_FALSE(db.get("people", shared + "3"));
}

TEST_CASE("inside a transaction a key leads to the uncommitted state", "[facade]") {
  auto db = people();
  auto tx = db.begin_transaction();
  tx.insert("people", Object{{"name", "Cy"}, {"age", 50}});
  CHECK(age_of(tx.get("people", "Cy")) == 50);
  tx.update("people", "Cy", Object{{"age", 51}});
  CHECK(age_of(tx.get("people", "Cy")) == 51);

  // A key that moves: the old one is free, the new one is found, also for another document.
  tx.update("people", "Ada", Object{{"name", "Dee"}});
  CHECK_FALSE(tx.get("people", "Ada"));
  CHECK(age_of(tx.get("people", "Dee")) == 36);
  tx.insert("people", Object{{"name", "Ada"}, {"age", 1}});
  CHECK(age_of(tx.get("people", "Ada")) == 1);

  CHECK(tx.remove("people", "Bo"));
  CHECK_FALSE(tx.get("people", "Bo"));
  CHECK_FALSE(tx.remove("people", "Bo"));

  // Nobody outside sees any of it before the commit.
  CHECK(age_of(db.get("people", "Ada")) == 36);
  CHECK(age_of(db.get("people", "Bo")) == 17);
  tx.commit();
  CHECK(age_of(db.get("people", "Ada")) == 1);
  CHECK(age_of(db.get("people", "Dee")) == 36);
  CHECK(age_of(db.get("people", "Cy")) == 51);
  CHECK_FALSE(db.get("people", "Bo"));
}

TEST_CASE("what a key did not find is validated too", "[facade]") {
  auto db = people();
  auto tx = db.begin_transaction();
  CHECK_FALSE(tx.get("people", "Eve"));
  tx.update("people", "Bo", Object{{"age", 18}});
  db.insert("people", Object{{"name", "Eve"}});
  const auto committed = tx.try_commit();
  REQUIRE_FALSE(committed);
  CHECK(committed.error().code() == aurora::ErrorCode::kConflict);
}
