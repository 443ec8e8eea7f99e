// The values that @defer left out: read later, from the state the query saw, whatever was written since.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace {

using aurora::Database;
using aurora::ErrorCode;
using aurora::Object;

Database towns() {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection towns { name: String! @primary  bio: String  pop: Int @indexed } }");
  db.execute(R"(mutation { insertMany(collection: "towns", data: [{name: "Alba", bio: "old", pop: 1}, {name: "Bray", bio: "new", pop: 2}]) })");
  return db;
}

constexpr const char* kLate = R"({"towns":[{"bio":"old"},{"bio":"new"}]})";

}  // namespace

TEST_CASE("deferred values are those the query would have given", "[facade]") {
  auto db = towns();
  const auto result = db.execute("{ towns { name bio @defer } }");
  CHECK(result.data_text() == R"({"towns":[{"name":"Alba"},{"name":"Bray"}]})");
  CHECK(result.extensions_text() == R"({"deferred":{"towns":["bio"]}})");
  db.execute(R"(mutation { update(collection: "towns", all: true, data: {bio: "changed"}) deleteFrom(collection: "towns", where: {name: "Bray"}) insertInto(collection: "towns", data: {name: "Cork", bio: "later"}) })");
  db.execute("schema { alter collection towns { rename bio to story } }");
  CHECK(result.deferred().data_text() == kLate);
  CHECK(result.deferred().data_text() == kLate);   // as often as one likes
  db.execute("schema { drop collection towns }");
  CHECK(result.deferred().data_text() == kLate);
}

TEST_CASE("the filter, its variables and the time are those of the query", "[facade]") {
  auto db = towns();
  std::optional<aurora::QueryResult> result;
  {
    const Object variables{{"least", 2}};
    result = db.execute("query($least: Int!) { towns(where: {pop: {gte: $least}}) { name bio @defer } }", variables);
  }
  CHECK(result->deferred().data_text() == R"({"towns":[{"bio":"new"}]})");
}

TEST_CASE("a snapshot is held as long as a result that deferred something", "[facade]") {
  auto db = towns();
  const auto before = db.stats().snapshots;
  {
    const auto result = db.execute("{ towns { bio @defer } }");
    const auto copy = result;   // NOLINT: both hold it
    db.execute(R"(mutation { update(collection: "towns", all: true, data: {pop: 9}) })");
    CHECK(db.stats().snapshots == before + 1);
  }
  db.execute(R"(mutation { update(collection: "towns", all: true, data: {pop: 10}) })");
  CHECK(db.stats().snapshots == before);
}

TEST_CASE("inside a transaction deferred values are read at once", "[facade]") {
  auto db = towns();
  auto transaction = db.begin_transaction();
  transaction.execute(R"(mutation { update(collection: "towns", where: {name: "Alba"}, data: {bio: "mine"}) })");
  const auto result = transaction.execute("{ towns { name bio @defer } }");
  transaction.rollback();
  CHECK(result.data_text() == R"({"towns":[{"name":"Alba"},{"name":"Bray"}]})");
  CHECK(result.deferred().data_text() == R"({"towns":[{"bio":"mine"},{"bio":"new"}]})");
}

TEST_CASE("deferred values of a closed database are an error", "[facade]") {
  aurora::QueryResult result;
  {
    auto db = towns();
    result = db.execute("{ towns { bio @defer } }");
  }
  const auto late = result.try_deferred();
  REQUIRE_FALSE(late);
  CHECK(late.error().code() == ErrorCode::kClosed);
}

TEST_CASE("threads may ask one result for its deferred values", "[facade][threads]") {
  auto db = towns();
  const auto result = db.execute("{ towns { bio @defer } }");
  std::vector<std::thread> threads;
  std::vector<std::string> found(4);
  for (auto& text : found)
    threads.emplace_back([&] { text = std::string(result.deferred().data_text()); });
  for (auto& thread : threads) thread.join();
  for (const auto& text : found) CHECK(text == kLate);
}
