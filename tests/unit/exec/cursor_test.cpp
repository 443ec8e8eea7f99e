// Cursors come back as they were given out or not at all: every change of one is InvalidQuery.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>

namespace {

using aurora::Database;
using aurora::ErrorCode;
using aurora::Object;
using aurora::Value;

std::string page_after(Database& db, const std::string& cursor) {
  const auto result = db.try_execute(
      "query($after: String!) { c(first: 1, after: $after, orderBy: {n: DESC}) { nodes { n } } }",
      Object{{"after", Value(cursor)}});
  if (result) return std::string(result->data_text());
  return std::string(aurora::to_string(result.error().code()));
}

TEST_CASE("cursor: any change of its text is found", "[cursor]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int  s: String } }");
  db.execute(R"(mutation { insertMany(collection: "c", data: [{n: 1}, {n: 2}, {n: 3}]) })");
  const auto page =
      db.execute("{ c(first: 1, orderBy: {n: DESC}) { pageInfo { endCursor } } }").data();
  const auto* info = page.if_object()->find("c")->if_object()->find("pageInfo");
  const auto cursor = *info->if_object()->find("endCursor")->if_string();
  REQUIRE(page_after(db, cursor) == R"({"c":{"nodes":[{"n":2}]}})");

  for (const char* more : {"x", "A", "AA", "AAAA", "=", " "})
    CHECK(page_after(db, cursor + more) == "InvalidQuery");
  for (std::size_t i = 0; i < cursor.size(); ++i) {
    CHECK(page_after(db, cursor.substr(0, i)) == "InvalidQuery");
    auto other = cursor;
    other[i] = other[i] == 'A' ? 'B' : 'A';
    CHECK(page_after(db, other) == "InvalidQuery");
  }
}

}  // namespace
