// Altering: what becomes of fields, indexes and documents; every refusal; random alters against a
// naive twin.
#include "support.hpp"

#include <map>
#include <random>
#include <vector>

using namespace aurora;
using namespace aurora::test;

namespace {

const IndexDef* index_named(const CollectionDef& collection, std::string_view name) {
  for (const auto& index : collection.indexes)
    if (index.name == name) return &index;
  return nullptr;
}

// The record as it is after the alter: revised, or the same.
RecordRef follow(const AlterPlan& plan, const RecordRef& record) {
  const auto revised = plan.revise(record.view());
  INFO(failure(revised));
  REQUIRE(revised.has_value());
  return revised->has_value() ? record_of(**revised, plan.after.version) : record;
}

}  // namespace

TEST_CASE("add, drop, rename and modify in one alter keep what they should") {
  DefinitionIds ids;
  const auto crates = define("crates { label: String weight: Int @indexed note: String }", ids);
  const auto old = record_of(crates, R"({"label": "a", "weight": 4, "note": "x"})");
  const auto plan = alter(
      crates,
      R"(add status: String = "new"  drop note  rename weight to kilos  modify label: String!)",
      ids);
  CHECK(plan.after.version == 2);
  CHECK(plan.after.id == crates.id);
  CHECK(plan.after.find("kilos")->id == crates.find("weight")->id);
  CHECK(plan.after.find("status")->id == 4);
  CHECK(plan.after.find("note") == nullptr);
  CHECK(index_named(plan.after, "kilos")->id == index_named(crates, "weight")->id);
  CHECK(plan.built_indexes.empty());
  CHECK(plan.dropped_indexes.empty());
  CHECK_FALSE(plan.refuses_documents());
  CHECK(plan.revises_documents());
  CHECK_FALSE(plan.revise(old.view())->has_value());
  CHECK(read(plan.after, old) == R"({"label":"a","kilos":4,"status":"new"})");
  const auto unlabelled = record_of(crates, R"({"weight": 4})");
  CHECK(failure(plan.revise(unlabelled.view())) == "ValidationError field 'label': is required");
  const auto again = alter(plan.after, "add note: String", ids);
  CHECK(again.after.find("note")->id == 5);
  CHECK(read(again.after, old) == R"({"label":"a","kilos":4,"status":"new","note":null})");
}

TEST_CASE("the words of alter are free as field names, steps see those before them") {
  DefinitionIds ids;
  auto odd = define("odd { drop: Int }", ids);
  const auto record = record_of(odd, R"({"drop": 1})");
  odd = alter(odd, "add add: Int = 2 rename drop to to", ids).after;
  CHECK(read(odd, record) == R"({"to":1,"add":2})");
  odd = alter(odd, "rename add to rename drop to", ids).after;
  CHECK(read(odd, record) == R"({"rename":2})");
  odd = alter(odd, "add x: Int = 1 rename x to y modify y: Float = 2 drop rename", ids).after;
  CHECK(read(odd, record) == R"({"y":2.0})");
}

TEST_CASE("a back-filled value is fixed when the field is added") {
  DefinitionIds ids;
  auto c = define("c { k: Int }", ids);
  const auto record = record_of(c, R"({"k": 1})");
  c = alter(c, R"(add made: DateTime = "now" add tags: [String] = ["a", "b"] add n: Int = 3)", ids)
          .after;
  const std::string filled =
      R"({"k":1,"made":"2026-01-31T12:00:00.123456Z","tags":["a","b"],"n":3})";
  CHECK(read(c, record) == filled);
  const auto plan =
      alter(c, R"(modify n: Int = 8 modify made: DateTime modify tags: [String])", ids);
  CHECK_FALSE(plan.revises_documents());
  CHECK(read(plan.after, record) == filled);
  const auto newer = record_of(plan.after, R"({"k": 2, "n": null})");
  CHECK(read(plan.after, newer) == R"({"k":2,"made":null,"tags":null,"n":null})");
  const auto converted = alter(plan.after, "modify n: Float", ids);
  CHECK_FALSE(converted.revise(record.view())->has_value());
  CHECK(read(converted.after, record) ==
        R"({"k":1,"made":"2026-01-31T12:00:00.123456Z","tags":["a","b"],"n":3.0})");
  const auto refused = alter(plan.after, "modify n: Int @validate(max: 2)", ids);
  CHECK(contains(failure(refused.revise(record.view())), "above the max 2"));
}

TEST_CASE("a required field without a default needs an empty collection") {
  DefinitionIds ids;
  const auto c = define("c { label: String }", ids);
  const auto plan = alter(c, "add size: Int! add kept: Int! = 7", ids);
  REQUIRE(plan.refuses_documents());
  CHECK(plan.refuses_documents()->code() == ErrorCode::kValidationError);
  CHECK(contains(plan.refuses_documents()->message(), "'size' is required"));
  CHECK(plan.required_added == std::vector<std::string>{"size"});
  CHECK_FALSE(alter(c, R"(add made: Date! = "now")", ids).refuses_documents());
  CHECK_FALSE(alter(c, "add size: Int! drop size", ids).refuses_documents());
  CHECK_FALSE(alter(c, "add size: Int! modify size: Int", ids).refuses_documents());
}

TEST_CASE("modify converts what converts without loss") {
  struct Case {
    std::string_view from;
    std::string_view to;
    std::string_view value;
    std::string_view
        wanted;  // new value as JSON; "=" when the record stays; else part of the error
  };
  const Case cases[] = {
      {"Int", "Float", "3", "3.0"},
      {"Int", "Float", "9007199254740993", "without loss"},
      {"Int", "Float", "9223372036854775807", "without loss"},
      {"Int", "Float", "null", "="},
      {"Float", "Int", "3.0", "3"},
      {"Float", "Int", "3.5", "expected Int"},
      {"Int", "String", "3", "expected String"},
      {"String", "Int", "\"3\"", "expected Int"},
      {"String", "ID", "\"x\"", "="},
      {"String", "Email", "\"a@b.example\"", "="},
      {"String", "Email", "\"x\"", "not an email address"},
      {"Email", "String", "\"a@b.example\"", "="},
      {"String", "Uuid", "\"6FA1C2D3-9B8E-4A77-8C55-0123456789AB\"",
       "\"6fa1c2d3-9b8e-4a77-8c55-0123456789ab\""},
      {"String", "Uuid", "\"x\"", "expected Uuid"},
      {"String", "DateTime", "\"now\"", "\"2026-01-31T12:00:00.123456Z\""},
      {"DateTime", "String", "\"2026-05-10T10:00:00+02:00\"", "\"2026-05-10T08:00:00Z\""},
      {"Date", "String", "\"2026-05-10\"", "\"2026-05-10\""},
      {"[Int]", "[Float]", "[1, null, 2]", "[1.0,null,2.0]"},
      {"[Int]", "[Float]", "[9007199254740993]", "without loss"},
      {"[Int]", "[Int!]", "[1]", "="},
      {"[Int]", "[Int!]", "[1, null]", "is required"},
      {"{ a: Int }", "{ a: Float b: Int = 2 }", "{\"a\": 1}", "{\"a\":1.0,\"b\":2}"},
      {"{ a: Int b: Int }", "{ a: Int }", "{\"a\": 1}", "="},
      {"{ a: Int b: Int }", "{ a: Int }", "{\"a\": 1, \"b\": 2}", "unknown field 'b'"},
      {"{ a: Int }", "Object", "{\"a\": 1}", "="},
      {"Any", "Int", "4.0", "4"},
      {"Any", "Int", "\"x\"", "expected Int"},
      {"Int", "Any", "4", "="},
  };
  for (const auto& test : cases) {
    DefinitionIds ids;
    const auto c = define("c { v: " + std::string(test.from) + " w: Int }", ids);
    const auto record = record_of(c, "{\"w\": 9, \"v\": " + std::string(test.value) + "}");
    const auto plan = alter(c, "modify v: " + std::string(test.to), ids);
    const auto revised = plan.revise(record.view());
    INFO(test.from << " -> " << test.to << " " << test.value << " " << failure(revised));
    if (!revised) {
      CHECK(revised.error().code() == ErrorCode::kValidationError);
      CHECK(contains(revised.error().message(), test.wanted));
    } else if (!revised->has_value()) {
      CHECK(test.wanted == "=");
    } else {
      CHECK(read(plan.after, record_of(**revised, 2)) ==
            "{\"v\":" + std::string(test.wanted) + ",\"w\":9}");
    }
  }
}

TEST_CASE("indexes are kept, built and dropped") {
  DefinitionIds ids;
  const auto c = define(
      R"(c { id: Int @primary a: Int @indexed b: String @indexed addr: { city: String @indexed zip: String }
      @@index(fields: ["a", "b"]) @@unique(fields: ["b", "a"], name: "special") @@index(fields: ["addr.zip"]) })",
      ids);
  const auto id_of = [](const CollectionDef& definition, std::string_view name) {
    const auto* index = index_named(definition, name);
    return index != nullptr ? index->id : 0;
  };
  SECTION("a rename renames automatic names and keeps the index") {
    const auto plan = alter(c, "rename b to z rename addr to place", ids);
    CHECK(id_of(plan.after, "z") == id_of(c, "b"));
    CHECK(id_of(plan.after, "a_z") == id_of(c, "a_b"));
    CHECK(id_of(plan.after, "special") == id_of(c, "special"));
    CHECK(id_of(plan.after, "place.city") == id_of(c, "addr.city"));
    CHECK(id_of(plan.after, "place.zip") == id_of(c, "addr.zip"));
    CHECK(plan.built_indexes.empty());
    CHECK(plan.dropped_indexes.empty());
  }
  SECTION("modify states directives anew, rules stay") {
    const auto plan = alter(c, "modify b: String @unique modify a: Int", ids);
    CHECK(plan.dropped_indexes == std::vector{id_of(c, "a"), id_of(c, "b")});
    CHECK(plan.built_indexes == std::vector{id_of(plan.after, "b")});
    CHECK(index_named(plan.after, "b")->kind == IndexKind::kUnique);
    CHECK(id_of(plan.after, "a_b") == id_of(c, "a_b"));
  }
  SECTION("a type with other keys needs new indexes, one with the same keys does not") {
    const auto floats = alter(c, "modify a: Float @indexed", ids);
    CHECK(id_of(floats.after, "a") == id_of(c, "a"));
    const auto dates = alter(c, "modify b: Date @indexed", ids);
    CHECK(dates.built_indexes.size() == 3);
    CHECK(dates.dropped_indexes.size() == 3);
    CHECK(id_of(dates.after, "addr.zip") == id_of(c, "addr.zip"));
  }
  SECTION("drop forgets the field's own indexes") {
    const auto plan = alter(c, "drop addr", ids);
    CHECK(plan.dropped_indexes == std::vector{id_of(c, "addr.city"), id_of(c, "addr.zip")});
  }
  SECTION("rules can be added, over fields of the same alter too") {
    const auto plan =
        alter(c, R"(add n: Int = 1 add @@index(fields: ["n", "addr.city"]) rename n to m)", ids);
    REQUIRE(plan.built_indexes.size() == 1);
    CHECK(plan.built_indexes.front() == id_of(plan.after, "m_addr.city"));
    CHECK(ids.next_index == plan.built_indexes.front() + 1);
  }
}

TEST_CASE("alters that are refused, and where") {
  DefinitionIds first;
  const auto c = define(
      R"(c { id: Int @primary a: Int b: String @indexed made: DateTime o: { p: Int q: Int } s: String @computed(expr: "b")
      @@index(fields: ["a", "o.p"]) @@ttl(field: "made", after: "1d") })",
      first);
  struct Case {
    std::string_view steps;
    std::string_view place;
    std::string_view message;
  };
  const Case cases[] = {
      {"add a: Int", "a: Int", "has a field 'a' already"},
      {"add x: Int add x: Int", "x: Int }", "has a field 'x' already"},
      {"add x: Itn", "Itn", "did you mean 'Int'"},
      {"add x: Int @primary", "x: Int", "two @primary"},
      {"add _sid: Uuid", "_sid", "belongs to the system"},
      {"drop bb", "bb", "unknown field 'bb' in collection 'c'; did you mean 'b'"},
      {"drop b drop b", "b }", "unknown field 'b'"},
      {"drop id", "id }", "is @primary"},
      {"rename x to y", "x to", "unknown field 'x'"},
      {"rename a to b", "b }", "has a field 'b' already"},
      {"rename a to _sid", "_sid", "belongs to the system"},
      {"modify x: Int", "x: Int", "unknown field 'x'"},
      {"modify id: Int", "id: Int", "is @primary"},
      {"modify a: Int @primary", "a: Int", "two @primary"},
      {"modify made: Int", "modify", "needs a DateTime or Date"},
      {"modify o: { q: Int }", "modify", "unknown field 'o.p'"},
      {"modify s: String", "s: String", "between stored and @computed"},
      {"modify a: Int @computed(expr: \"b\")", "a: Int", "between stored and @computed"},
      {"add @@index(fields: [\"a\"]) modify a: Int @indexed", "modify", "two indexes named 'a'"},
      {"add @@index(fields: [\"a\"], name: \"n\") modify a: Int @indexed", "modify",
       "'a' and 'n' would be the same"},
      {"add @@index(fields: [\"zz\"])", "\"zz\"", "unknown field 'zz'"},
      {"add @@index(fields: [\"a\", \"o.p\"])", "index(", "does the same"},
  };
  for (const auto& test : cases) {
    auto ids = first;
    const auto parsed = parse_statement("alter collection c { " + std::string(test.steps) + " }");
    const auto plan = plan_alter(c, parsed.statement(), parsed.text, ids, kNow);
    INFO(test.steps);
    INFO(failure(plan));
    REQUIRE_FALSE(plan.has_value());
    CHECK(plan.error().code() == ErrorCode::kInvalidDefinition);
    CHECK(contains(plan.error().message(), test.message));
    const auto from = parsed.text.find(test.steps);
    const auto wanted =
        aql::locate(parsed.text, static_cast<aql::Offset>(parsed.text.find(test.place, from)));
    CHECK(plan.error().column() == wanted.column);
    CHECK(ids.next_index == first.next_index);
  }
}

TEST_CASE("a dropped field takes the rules it is part of along") {
  DefinitionIds first;
  const auto c = define(
      R"(c { id: Int @primary a: Int b: Int made: DateTime o: { p: Int }
      @@index(fields: ["a", "o.p"]) @@unique(fields: ["b", "a"]) @@index(fields: ["b"]) @@ttl(field: "made", after: "1d") })",
      first);
  const auto names_after = [&](std::string_view steps) {
    auto ids = first;
    const auto after = alter(c, steps, ids).after;
    std::string names = after.ttl ? "ttl" : "";
    for (const auto& index : after.indexes) names += " " + index.name;
    return names;
  };
  CHECK(names_after("drop a") == "ttl id b @@ttl");
  CHECK(names_after("drop o") == "ttl id b_a b @@ttl");
  CHECK(names_after("drop b") == "ttl id a_o.p @@ttl");
  CHECK(names_after("drop made") == " id a_o.p b_a b");
}

TEST_CASE("an open collection's undeclared values move into the field that is declared for them") {
  DefinitionIds ids;
  const auto c = define(R"(c @open { k: Int @@index(fields: ["wind"]) })", ids);
  const auto whole = record_of(c, R"({"k": 1, "wind": 4.0, "gust": "x"})");
  const auto without = record_of(c, R"({"k": 2, "gust": "y"})");
  const auto text = record_of(c, R"({"k": 3, "wind": "gale"})");
  const auto plan = alter(c, "add wind: Int", ids);
  CHECK(plan.revises_documents());
  const auto revised = plan.revise(whole.view());
  REQUIRE((revised.has_value() && revised->has_value()));
  CHECK(shown(plan.after, **revised) == R"({"k":1,"wind":4,"gust":"x"})");
  CHECK((*revised)->open.size() == 1);
  CHECK_FALSE(plan.revise(without.view())->has_value());
  CHECK(contains(failure(plan.revise(text.view())), "'wind': expected Int"));
  CHECK(index_named(plan.after, "wind")->paths.front().field == plan.after.find("wind")->id);
  CHECK(plan.built_indexes.size() == 1);
  CHECK(contains(failure(alter(c, "rename k to wind", ids).revise(whole.view())),
                 "undeclared field of that name"));
  const auto required = alter(c, "add wind: Int!", ids);
  CHECK_FALSE(required.refuses_documents());
  CHECK(contains(failure(required.revise(without.view())), "'wind' is required"));
}

TEST_CASE("the error of a refused alter counts and names") {
  const auto c = define("crates { label: String }");
  const auto error =
      alter_refused(c, "018f", Error(ErrorCode::kValidationError, "field 'label': is required"), 2);
  CHECK(error.message() ==
        "2 documents of collection 'crates' cannot follow the alter; document 018f: field 'label': "
        "is required");
}

TEST_CASE("random alters keep documents as a naive twin does") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto pick = [&](std::size_t below) { return static_cast<std::size_t>(random()) % below; };
  using Document = std::map<std::string, std::string>;  // field -> JSON
  for (int round = 0; round < 60; ++round) {
    DefinitionIds ids;
    auto collection = define("c { f0: Int f1: String }", ids);
    std::map<std::string, std::string> types{{"f0", "Int"}, {"f1", "String"}};
    std::vector<RecordRef> records;
    std::vector<Document> twins;
    int next = 2;
    for (int step = 0; step < 25; ++step) {
      const auto some =
          std::next(types.begin(), static_cast<std::ptrdiff_t>(pick(types.size())))->first;
      const auto fresh = "f" + std::to_string(next++);
      std::string text;
      switch (pick(5)) {
        case 0: {
          Document document;
          std::string json;
          for (const auto& [name, type] : types) {
            document[name] = pick(3) == 0       ? "null"
                             : type == "String" ? "\"s\""
                             : type == "Int"    ? "7"
                                                : "7.0";
            json += (json.empty() ? "{\"" : ",\"") + name + "\":" + document[name];
          }
          records.push_back(record_of(collection, json + "}"));
          twins.push_back(document);
          break;
        }
        case 1: {
          const bool filled = pick(2) == 0;
          text = "add " + fresh + ": Int" + (filled ? " = 5" : "");
          types[fresh] = "Int";
          for (auto& twin : twins) twin[fresh] = filled ? "5" : "null";
          break;
        }
        case 2:
          if (types.size() < 2) break;
          text = "drop " + some;
          types.erase(some);
          for (auto& twin : twins) twin.erase(some);
          break;
        case 3:
          text = "rename " + some + " to " + fresh;
          types[fresh] = types[some];
          types.erase(some);
          for (auto& twin : twins) {
            twin[fresh] = twin[some];
            twin.erase(some);
          }
          break;
        default:
          if (types[some] != "Int") break;
          text = "modify " + some + ": Float";
          types[some] = "Float";
          for (auto& twin : twins)
            if (twin[some] != "null") twin[some] += ".0";
      }
      if (text.empty()) continue;
      const auto plan = alter(collection, text, ids);
      for (auto& record : records) record = follow(plan, record);
      collection = plan.after;
      for (std::size_t i = 0; i < records.size(); ++i)
        for (const auto& field : collection.fields) {
          const auto got = to_json(Value(read_field(collection, field, records[i].view())));
          if (got != twins[i][field.name]) {
            INFO("round " << round << " step " << step << " " << text << " field " << field.name);
            CHECK(got == twins[i][field.name]);
          }
        }
    }
  }
}
