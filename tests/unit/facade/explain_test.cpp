// What explain reports beside the steps: figures, measured or not, and what cannot be explained.
#include <aurora/aurora.hpp>
#include <aurora/json.hpp>

#include <catch2/catch_test_macros.hpp>
#include <nlohmann/json.hpp>

#include <functional>
#include <string>

namespace {

using aurora::Database;
using nlohmann::json;

Database wells() {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection wells { code: Int! @primary  depth: Int @indexed  region: String @indexed  note: String } }");
  std::string data;
  for (int i = 0; i < 200; ++i)
    data += "{code: " + std::to_string(i) + ", depth: " + std::to_string(i % 20) + ", region: \"" +
            (i % 4 == 0 ? "north" : "south") + "\", note: \"n" + std::to_string(i % 10) + "\"}";
  db.execute("mutation { insertMany(collection: \"wells\", data: [" + data + "]) }");
  return db;
}

json explained(const aurora::QueryResult& result) { return result.json()["extensions"]["explain"]["wells"]; }

void each_node(const json& plan, const std::function<void(const json&)>& visit) {
  for (const auto& node : plan) {
    visit(node);
    each_node(node["children"], visit);
  }
}

}  // namespace

TEST_CASE("without analyze no step is measured, with it every one is", "[facade]") {
  auto db = wells();
  for (const std::string text :
       {"{ wells { code } }", "{ wells(where: {code: 3}) { code } }", "{ wells(where: {depth: {gt: 3}, region: \"north\"}) { code } }",
        "{ wells(where: {or: [{depth: 1}, {not: {region: \"south\"}}]}, orderBy: {note: ASC}) { code } }",
        "{ wells(orderBy: {depth: ASC}, limit: 3) { code } }", "{ wells(where: {note: \"n1\"}, orderBy: {depth: ASC}, limit: 3) { code } }",
        "{ wells(orderBy: {note: ASC}, limit: 3, offset: 1) { code w: windowFunc(field: \"depth\", function: \"cumSum\") } }",
        "{ wells(distinct: \"region\") { code } }", "{ wells(where: {or: []}) { code } }", "{ wells(where: {code: {in: []}}) { code } }",
        "{ wells(where: {_sid: {gt: \"00000000-0000-7000-8000-000000000000\"}}) { code } }",
        "{ wells(where: {_sid: \"00000000-0000-7000-8000-000000000000\"}) { code } }",
        "{ wells(first: 2) { nodes { code } pageInfo { hasNextPage } totalCount } }",
        "{ wells(where: {note: \"n1\"}) { totalCount aggregate { count avg(field: \"depth\") } groupBy(field: \"region\") { key count } } }"}) {
    INFO(text);
    const auto plain = explained(db.explain(text));
    CHECK_FALSE(plain["plan"].empty());
    each_node(plain["plan"], [](const json& node) {
      CHECK_FALSE(node["op"].get<std::string>().empty());
      CHECK(node["rows"].is_null());
      CHECK(node["time_us"].is_null());
    });
    const auto measured = explained(db.explain(text, {}, {.analyze = true, .execute = {}}));
    each_node(measured["plan"], [](const json& node) {
      INFO(node.dump());
      CHECK(node["rows"].is_number());
      CHECK(node["time_us"].is_number());
    });
    for (const auto* name : {"estimated_rows", "rows_examined", "rows_returned", "time_us"}) CHECK(plain[name].is_number());
    CHECK(db.explain(text).data_text() == db.execute(text).data_text());
  }
}

TEST_CASE("the figures are those of the query", "[facade]") {
  auto db = wells();
  auto found = explained(db.explain("{ wells(where: {code: 7}) { code } }"));
  CHECK(found["index_used"] == true);
  CHECK(found["indexes"] == json::array({"code"}));
  CHECK(found["rows_examined"] == 1);
  CHECK(found["rows_returned"] == 1);
  CHECK(found["estimated_rows"] == 1);
  found = explained(db.explain("{ wells(where: {note: \"n1\"}) { code } }"));
  CHECK(found["index_used"] == false);
  CHECK(found["indexes"].empty());
  CHECK(found["rows_examined"] == 200);
  CHECK(found["rows_returned"] == 20);
  for (int again = 0; again < 3; ++again) {   // by documents first, then by a column: as many were looked at
    found = explained(db.explain("{ wells(where: {note: \"none\"}) { code } }", {}, {.analyze = true, .execute = {}}));
    CHECK(found["rows_examined"] == 200);
    CHECK(found["rows_returned"] == 0);
  }
  found = explained(db.explain("{ wells(limit: 3) { code } }", {}, {.analyze = true, .execute = {}}));
  CHECK(found["rows_examined"] == 3);
  CHECK(found["rows_returned"] == 3);
  CHECK(found["plan"][0]["condition"] == "limit 3");
  CHECK(found["plan"][0]["rows"] == 3);
  found = explained(db.explain("{ wells(first: 3) { nodes { code } pageInfo { hasNextPage } } }", {}, {.analyze = true, .execute = {}}));
  CHECK(found["rows_examined"] == 4);
  CHECK(found["rows_returned"] == 3);
  CHECK(found["plan"][0]["rows"] == 3);
  found = explained(db.explain("{ wells { aggregate { count } } }"));
  CHECK(found["rows_examined"] == 0);
  CHECK(found["rows_returned"] == 1);
  found = explained(db.explain("{ wells { groupBy(field: \"note\") { key } } }"));
  CHECK(found["rows_examined"] == 200);   // of a column, as the field was asked for before
  CHECK(found["rows_returned"] == 10);
}

TEST_CASE("only queries are explained", "[facade]") {
  auto db = wells();
  for (const auto* text : {"mutation { deleteFrom(collection: \"wells\", all: true) }", "schema { drop collection wells }",
                           "{ wells { code } } mutation { deleteFrom(collection: \"wells\", all: true) }"}) {
    const auto found = db.try_explain(text);
    REQUIRE_FALSE(found);
    CHECK(found.error().code() == aurora::ErrorCode::kInvalidOperation);
  }
  CHECK(db.query("wells").count() == 200);
  const auto wrong = db.try_explain("{ nowhere { code } }");
  REQUIRE_FALSE(wrong);
  CHECK(wrong.error().code() == aurora::ErrorCode::kCollectionNotFound);
}
