// Cursors come back as they were given out or not at all: every change of one is InvalidQuery.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <string>
#include <vector>

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

// Naively: the rows between the cursors, the first or last of them, and whether any stand on either side.
std::string naive_page(int rows, int after, int before, int first, int last, int offset) {
  int begin = after + 1, end = before;
  if (last >= 0) {
    end = std::max(begin, end - offset);
    begin = std::max(begin, end - last);
  } else {
    begin = std::min(end, begin + offset);
    if (first >= 0) end = std::min(end, begin + first);
  }
  std::string nodes;
  for (int i = begin; i < end; ++i) nodes += (nodes.empty() ? "" : ",") + ("{\"n\":" + std::to_string(i) + "}");
  const auto text = [](bool value) { return value ? "true" : "false"; };
  return R"({"c":{"nodes":[)" + nodes + R"(],"pageInfo":{"hasNextPage":)" + text(end < rows) + R"(,"hasPreviousPage":)" +
         text(begin > 0) + "}}}";
}

TEST_CASE("cursor: pageInfo tells of rows on either side, whichever arguments cut the page", "[cursor]") {
  constexpr int kRows = 7;
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int  same: Int } }");
  for (int i = 0; i < kRows; ++i) db.execute("mutation { insertInto(collection: \"c\", data: {n: " + std::to_string(i) + ", same: 1}) }");
  for (const std::string order : {"", ", orderBy: {n: ASC}", ", orderBy: {same: ASC}"}) {
    std::vector<std::string> cursors;
    const auto all = db.execute("{ c(first: 100" + order + ") { edges { cursor } } }").data();
    for (const auto& edge : *all.if_object()->find("c")->if_object()->find("edges")->if_list())
      cursors.push_back(*edge.if_object()->find("cursor")->if_string());
    for (int after = -1; after < kRows; ++after)
      for (int before = after + 1; before <= kRows; ++before)
        for (int size = -1; size <= 8; size += 3)
          for (const bool backward : {false, true})
            for (const int offset : {0, 2}) {
              if (backward && size < 0) continue;
              std::string text = "{ c(offset: " + std::to_string(offset) + order;
              if (after >= 0) text += ", after: \"" + cursors[static_cast<std::size_t>(after)] + "\"";
              if (before < kRows) text += ", before: \"" + cursors[static_cast<std::size_t>(before)] + "\"";
              if (size >= 0) text += (backward ? ", last: " : ", first: ") + std::to_string(size);
              text += ") { nodes { n } pageInfo { hasNextPage hasPreviousPage } } }";
              INFO(text << " after " << after << " before " << before);
              const auto expected = naive_page(kRows, after, before, backward ? -1 : size, backward ? size : -1, offset);
              CHECK(db.execute(text).data_text() == expected);
            }
  }
}

}  // namespace
