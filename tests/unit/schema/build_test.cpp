// Building definitions from text: what comes out, and every way it is refused.
#include "support.hpp"

#include <aurora/schema/path.hpp>

#include <utility>
#include <vector>

using namespace aurora;
using namespace aurora::test;

TEST_CASE("the example of the language reference is built as written") {
  DefinitionIds ids{7, 40};
  const auto users = define(
      R"(users if not exists {
        id: Uuid! @primary
        email: Email! @unique
        age: Int @validate(min: 13, max: 120)
        role: String = "member" @indexed
        created_at: DateTime = "now"
        bio: String @search
        team_id: Uuid @relation(to: "teams", key: "id", onDelete: SET_NULL)
        fullName: String @computed(expr: "${first} ${last}")
        tags: [String] @indexed
        address: { city: String @indexed, zip: String }
        @@index(fields: ["role", "age"])
        @@unique(fields: ["team_id", "email"])
        @@ttl(field: "created_at", after: "30d")
      })",
      ids);
  CHECK(users.id == 7);
  CHECK(ids.next_collection == 8);
  CHECK(users.version == 1);
  CHECK(users.next_field_id == 11);
  REQUIRE(users.fields.size() == 10);
  for (std::size_t i = 0; i < users.fields.size(); ++i) CHECK(users.fields[i].id == i + 1);
  CHECK(users.primary()->name == "id");
  CHECK(users.find("age")->validation->min->as<int>() == 13);
  CHECK(users.find("role")->default_value->as<std::string>() == "member");
  CHECK(users.find("created_at")->default_is_now);
  CHECK_FALSE(users.find("created_at")->default_value);
  CHECK(users.find("bio")->search.has_value());
  CHECK(users.find("team_id")->relation->on_delete == OnDelete::kSetNull);
  CHECK(users.find("team_id")->relation->check);
  CHECK(*users.find("fullName")->computed == "${first} ${last}");
  CHECK(users.find("address")->type.text() == "{ city: String, zip: String }");
  std::vector<std::pair<std::string, IndexKind>> indexes;
  for (const auto& index : users.indexes) {
    CHECK(index.id == 40 + indexes.size());
    indexes.emplace_back(index.name, index.kind);
  }
  const std::vector<std::pair<std::string, IndexKind>> wanted{
      {"id", IndexKind::kPrimary},           {"email", IndexKind::kUnique},
      {"role", IndexKind::kOrdered},         {"bio", IndexKind::kSearch},
      {"tags", IndexKind::kOrdered},         {"address.city", IndexKind::kOrdered},
      {"role_age", IndexKind::kOrdered},     {"team_id_email", IndexKind::kUnique},
      {"@@ttl", IndexKind::kOrdered}};
  CHECK(indexes == wanted);
  CHECK(ids.next_index == 49);
  CHECK(users.ttl->after_micros == 30ll * 86'400'000'000);
  CHECK(unsupported_features(users).empty());
}

TEST_CASE("types, lists and required marks") {
  const auto c = define("c { a: [[Int!]]! b: { x: [{ y: Bool! }] }! d: Bool }");
  CHECK(c.find("a")->type.text() == "[[Int!]]");
  CHECK(c.find("a")->type.required);
  CHECK(c.find("b")->type.text() == "{ x: [{ y: Boolean! }] }");
  CHECK(c.find("d")->type.type == FieldType::kBoolean);
}

TEST_CASE("@primary implies required; defaults take the field's type") {
  const auto c = define(
      R"(c { row: Int @primary w: Float = 2 n: Int = 3.0 d: Date = "2026-01-31" t: [String] = ["new"] z: Int = null })");
  CHECK(c.find("row")->type.required);
  CHECK(c.find("w")->default_value->type() == Type::kFloat);
  CHECK(c.find("n")->default_value->type() == Type::kInt);
  CHECK(c.find("d")->default_value->type() == Type::kDate);
  CHECK_FALSE(c.find("z")->default_value);
}

TEST_CASE("rules reach nested fields, free parts and open fields") {
  const auto c =
      define(R"(c @open { addr: { city: String zip: String } meta: JSON list: [{ k: Int @unique }]
      @@index(fields: ["addr.zip"]) @@index(fields: ["meta.kind.x", "addr.city"], name: "by_kind")
      @@index(fields: "undeclared.part") })");
  REQUIRE(c.indexes.size() == 4);
  CHECK(c.indexes[0].name == "list.k");
  CHECK_FALSE(c.indexes[0].from_rule);
  CHECK(c.indexes[1].name == "addr.zip");
  CHECK(c.indexes[2].name == "by_kind");
  CHECK(c.indexes[2].paths[0].rest == std::vector<std::string>{"kind", "x"});
  CHECK(c.indexes[3].paths[0].field == kOpenFields);
}

TEST_CASE("an index of another kind on the same field gets a name of its own") {
  const auto c = define(R"(c { role: String @indexed @@unique(fields: ["role"]) })");
  REQUIRE(c.indexes.size() == 2);
  CHECK(c.indexes[1].name == "role_unique");
  CHECK(c.index_on({c.find("role")->id, "role", {}})->kind == IndexKind::kUnique);
}

TEST_CASE("definitions that are refused, and where") {
  struct Case {
    std::string_view body;
    std::string_view place;    ///< the text at which the error must stand
    std::string_view message;  ///< part of it
  };
  const Case cases[] = {
      {"bad { a: Strin }", "Strin ", "did you mean 'String'"},
      {"bad { a: [Itn] }", "Itn", "did you mean 'Int'"},
      {"bad { a: { b: Uudi } }", "Uudi", "did you mean 'Uuid'"},
      {"bad { a: String @uniqe }", "uniqe", "did you mean '@unique'"},
      {"bad { a: String @indexed(x: 1) }", "x: 1", "unknown argument 'x' on @indexed"},
      {"bad { a: String @indexed @indexed }", "indexed }", "given twice"},
      {"bad { a: Int! @primary b: Int! @primary }", "b: Int", "two @primary fields, 'a' and 'b'"},
      {"bad { a: Int a: String }", "a: String", "defined twice"},
      {"bad { a: { b: Int b: Int } }", "b: Int }", "defined twice"},
      {"bad { a: [Int] @primary }", "primary", "cannot be @primary"},
      {"bad { a: Int @@index(fields: [\"a\", \"b\"]) }", "\"b\"", "unknown field 'b'"},
      {"bad { name: Int @@unique(fields: [\"nmae\"]) }", "\"nmae\"", "did you mean 'name'"},
      {"bad { a: { city: Int } @@index(fields: [\"a.ctiy\"]) }", "\"a.ctiy\"",
       "did you mean 'city'"},
      {"bad { a: Int @@index(fields: [\"a.b\"]) }", "\"a.b\"", "nothing stands below Int"},
      {"bad { a: Int @@index(fields: []) }", "index(", "needs 'fields'"},
      {"bad { a: Int @@index }", "index }", "needs 'fields'"},
      {"bad { a: Int @@index(feilds: [\"a\"]) }", "feilds", "did you mean 'fields'"},
      {"bad { a: Int @@index(fields: [\"a\", \"a\"]) }", "\"a\"])", "stands twice"},
      {"bad { a: Int @@index(fields: [3]) }", "3]", "named by a text"},
      {"bad { a: Int @@index(fields: [\"_sid\"]) }", "\"_sid\"", "_sid"},
      {"bad { a: Int @indexed @@index(fields: [\"a\"]) }", "index(fields", "does the same"},
      {"bad { a: Int @indexed b: Int @@index(fields: [\"b\"], name: \"a\") }", "\"a\")",
       "exists already"},
      {"bad { a: Int @@indx(fields: [\"a\"]) }", "indx", "did you mean '@@index'"},
      {"bad { a: Int = \"x\" }", "\"x\"", "default of field 'a': expected Int"},
      {"bad { a: Int! = null }", "null", "cannot be null"},
      {"bad { a: Int = 5 @validate(max: 4) }", "5 ", "above the max 4"},
      {"bad { a: String = red }", "red", "double quotes"},
      {"bad { a: [DateTime] = [\"now\"] }", "[\"now\"]", "expected DateTime"},
      {"bad { a: Int @validate(min: 3, max: 2) }", "validate", "above 'max'"},
      {"bad { a: Int @validate }", "validate", "at least one"},
      {"bad { a: Int @validate(mni: 3) }", "mni", "did you mean 'min'"},
      {"bad { a: Int @validate(min: \"3\") }", "min", "must be a number"},
      {"bad { a: Int @validate(minLength: 3) }", "minLength", "cannot be checked"},
      {"bad { a: String @validate(min: 3) }", "min", "cannot be checked"},
      {"bad { a: String @validate(minLength: -1) }", "minLength", "whole number"},
      {"bad { a: String @validate(minLength: 3, maxLength: 2) }", "validate", "above 'maxLength'"},
      {"bad { a: String @validate(pattern: \"(\") }", "pattern", "not a regular expression"},
      {"bad { a: String @validate(format: \"emial\") }", "format", "did you mean 'email'"},
      {"bad { a: Int @validate(format: \"email\") }", "format", "cannot be checked"},
      {"bad { a: Int @validate(in: [1, \"x\"]) }", "in:", "must be a list of values of type Int"},
      {"bad { a: Int @validate(in: []) }", "in:", "must be a list"},
      {"bad { a: Date @validate(min: \"2026-02-30\") }", "min", "must be a Date"},
      {"bad { a: Uuid @relation(key: \"id\") }", "relation", "needs 'to'"},
      {"bad { a: Uuid @relation(to: \"x\") }", "relation", "needs 'key'"},
      {"bad { a: Uuid @relation(to: \"x\", key: \"id\", onDelete: CASCAD) }", "CASCAD",
       "did you mean 'CASCADE'"},
      {"bad { a: Uuid @relation(to: \"x\", key: \"id\", check: 1) }", "1)", "true or false"},
      {"bad { a: Uuid! @relation(to: \"x\", key: \"id\", onDelete: SET_NULL) }", "relation",
       "SET_NULL"},
      {"bad { a: Int @search }", "search", "needs a field of text"},
      {"bad { a: String @search(lang: \"english\") }", "lang", "unknown argument"},
      {"bad { a: String @computed }", "computed", "needs 'expr'"},
      {"bad { a: String! @computed(expr: \"b\") }", "computed", "null"},
      {"bad { a: { b: Int @primary } }", "primary", "not for nested"},
      {"bad { a: Int @@ttl(field: \"a\", after: \"30d\") }", "\"a\"", "needs a DateTime or Date"},
      {"bad { a: Date @@ttl(field: \"b\", after: \"30d\") }", "\"b\"", "unknown field 'b'"},
      {"bad { a: Date @@ttl(field: \"a\", after: \"30 days\") }", "\"30 days\"", "units s m h d w mo y"},
      {"bad { a: Date @@ttl(field: \"a\", after: \"-1mo\") }", "\"-1mo\"", "units s m h d w mo y"},
      {"bad { a: Date @@ttl(field: \"a\", after: \"-1d\") }", "\"-1d\"", "units s m h d w mo y"},
      {"bad { a: Date @@ttl(field: \"a\") }", "ttl", "needs 'field' and 'after'"},
      {"bad { a: Date @@ttl(field: \"a\", after: \"1d\") @@ttl(field: \"a\", after: \"2d\") }",
       "ttl(field: \"a\", after: \"2d\")", "twice"},
      {"bad { _sid: Uuid }", "_sid", "belongs to the system"},
      {"_bad { a: Int }", "_bad", "belong to the system"},
      {"bad @opn { a: Int }", "opn", "did you mean '@open'"},
  };
  for (const auto& test : cases) {
    DefinitionIds ids{3, 9};
    const auto parsed = parse_statement("define collection " + std::string(test.body));
    const auto built = build_collection(parsed.statement().definition, parsed.text, ids);
    INFO(test.body);
    INFO(failure(built));
    REQUIRE_FALSE(built.has_value());
    CHECK(built.error().code() == ErrorCode::kInvalidDefinition);
    CHECK(contains(built.error().message(), test.message));
    const auto wanted =
        aql::locate(parsed.text, static_cast<aql::Offset>(parsed.text.find(test.place)));
    CHECK(built.error().line() == wanted.line);
    CHECK(built.error().column() == wanted.column);
    CHECK(ids.next_collection == 3);
    CHECK(ids.next_index == 9);
  }
}

TEST_CASE("a pattern that is too long is LimitExceeded") {
  const auto built =
      try_define("bad { a: String @validate(pattern: \"" + std::string(10'001, 'x') + "\") }");
  REQUIRE_FALSE(built.has_value());
  CHECK(built.error().code() == ErrorCode::kLimitExceeded);
  CHECK(contains(built.error().message(), "regex_bytes"));
}

TEST_CASE("the system may define names that begin with '_'") {
  DefinitionIds ids;
  const auto parsed = parse_statement("define collection _jobs { id: Uuid! @primary }");
  const auto built =
      build_collection(parsed.statement().definition, parsed.text, ids, Origin::kSystem);
  REQUIRE(built.has_value());
  CHECK(built->system);
}

TEST_CASE("the same definition is recognised however it is written") {
  const auto a = define(
      R"(c { id: Int @primary n: String = "x" @validate(maxLength: 3) @indexed o: { p: Int } @@index(fields: ["n","id"]) })");
  CHECK(same_definition(
      a,
      define(
          R"(c { n: String = "x" @indexed @validate(maxLength: 3)  o: { p: Int }, id: Int! @primary @@index(fields: ["n", "id"]) })")));
  const std::string_view others[] = {
      R"(d { id: Int @primary n: String = "x" @validate(maxLength: 3) @indexed o: { p: Int } @@index(fields: ["n","id"]) })",
      R"(c @open { id: Int @primary n: String = "x" @validate(maxLength: 3) @indexed o: { p: Int } @@index(fields: ["n","id"]) })",
      R"(c { id: Int @primary n: String = "y" @validate(maxLength: 3) @indexed o: { p: Int } @@index(fields: ["n","id"]) })",
      R"(c { id: Int @primary n: String = "x" @validate(maxLength: 4) @indexed o: { p: Int } @@index(fields: ["n","id"]) })",
      R"(c { id: Int @primary n: String = "x" @validate(maxLength: 3) o: { p: Int } @@index(fields: ["n","id"]) })",
      R"(c { id: Int @primary n: String = "x" @validate(maxLength: 3) @indexed o: { p: Int! } @@index(fields: ["n","id"]) })",
      R"(c { id: Int @primary n: String = "x" @validate(maxLength: 3) @indexed o: { p: Int } @@index(fields: ["id","n"]) })",
      R"(c { id: Int @primary n: String = "x" @validate(maxLength: 3) @indexed o: { p: Int } })",
      R"(c { id: Int @primary n: String! = "x" @validate(maxLength: 3) @indexed o: { p: Int } @@index(fields: ["n","id"]) })",
  };
  for (const auto other : others) {
    INFO(other);
    CHECK_FALSE(same_definition(a, define(other)));
  }
}

TEST_CASE("paths are resolved through lists and nested types") {
  const auto c = define("c { addr: { geo: [{ lat: Float }] } j: JSON n: Int }");
  const auto lat = resolve_path(c, "addr.geo.lat");
  REQUIRE(lat.has_value());
  CHECK(lat->text() == "addr.geo.lat");
  CHECK(resolve_path(c, "j.any.thing").has_value());
  CHECK(failure(resolve_path(c, "adr.geo")) ==
        "InvalidQuery unknown field 'adr' in collection 'c'; did you mean 'addr'?");
  CHECK(failure(resolve_path(c, "addr.goe.lat")) ==
        "InvalidQuery unknown field 'addr.goe.lat' in collection 'c'; did you mean 'geo'?");
  for (const auto* bad : {"", ".", "a.", ".a", "addr..geo"})
    CHECK(contains(failure(resolve_path(c, bad)), "malformed field path"));
}
