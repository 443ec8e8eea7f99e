// Deadlines: a text that takes too long is a Timeout, and what it had begun is undone.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace {

using namespace std::chrono_literals;
using aurora::Database;
using aurora::ErrorCode;
using aurora::ExecuteOptions;
using aurora::Object;

Database many() {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection notes { n: Int @indexed  text: String } }");
  for (int i = 0; i < 60'000;) {
    std::vector<Object> batch;
    for (int j = 0; j < 2'000; ++j, ++i) batch.push_back({{"n", i}, {"text", std::string(200, 'a') + std::to_string(i)}});
    db.insert_many("notes", batch);
  }
  return db;
}

ExecuteOptions within(std::chrono::milliseconds time) {
  ExecuteOptions options;
  options.deadline = time;
  return options;
}

}  // namespace

TEST_CASE("a query past its deadline is a Timeout", "[facade]") {
  auto db = many();
  for (const std::string text :
       {"{ notes(where: {text: {matches: \"(a|b)*c$\"}}) { n } }", "{ notes(where: {text: {matches: \"(a|b)*c$\"}}) { aggregate { max(field: \"n\") } } }",
        "{ notes(where: {text: {matches: \"(a|b)*c$\"}}, orderBy: {n: ASC}, limit: 1) { n } }",
        "{ notes(where: {text: {matches: \"(a|b)*c$\"}}, orderBy: {text: ASC}) { n } }"}) {
    INFO(text);
    const auto start = std::chrono::steady_clock::now();
    const auto result = db.try_execute(text, {}, within(1ms));
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == ErrorCode::kTimeout);
    CHECK(result.error().path() == std::vector<std::string>{"notes"});
    CHECK(std::chrono::steady_clock::now() - start < 5s);
  }
}

TEST_CASE("a mutation past its deadline is undone, what came before it is done", "[facade]") {
  auto db = many();
  aurora::QueryResult partial;
  const auto result = db.try_execute(
      "mutation { a: insertInto(collection: \"notes\", data: {n: -1}) b: update(collection: \"notes\", where: {text: {matches: "
      "\"(a|b)*c$\"}}, data: {n: 0}) }",
      {}, within(5ms), partial);
  REQUIRE_FALSE(result);
  CHECK(result.error().code() == ErrorCode::kTimeout);
  CHECK(partial.data_text() == R"({"a":{"affected":1}})");
  CHECK(db.query("notes").where(aurora::field("n") == 0).count() == 1);
}

TEST_CASE("a deadline far away changes nothing", "[facade]") {
  auto db = many();
  CHECK(db.execute("{ notes(where: {n: 7}) { n } }", {}, within(10min)).data_text() == R"({"notes":[{"n":7}]})");
  CHECK(db.execute("{ notes(where: {n: 7}) { n } }", {}, within(0ms)).data_text() == R"({"notes":[{"n":7}]})");
}
