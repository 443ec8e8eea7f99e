// The catalog and the stored form of definitions: round trips, damage, hostile bytes with a right
// checksum.
#include "support.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/codec.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/schema/introspect.hpp>
#include <aurora/schema/validate.hpp>

#include <random>

using namespace aurora;
using namespace aurora::test;

namespace {

CollectionDef rich() {
  DefinitionIds ids{7, 40};
  auto c = define(R"(users @open {
        id: Uuid! @primary
        email: Email! @unique
        age: Int @validate(min: 13, max: 120)
        role: String = "member" @indexed @validate(minLength: 2, maxLength: 9, pattern: "^[a-z]+$", in: ["member", "x"])
        mail2: String @validate(format: "email")
        born: Date = "2001-02-03" @validate(min: "1900-01-01")
        created_at: DateTime = "now"
        bio: [String!] @search(language: "english", stopWords: true)
        team_id: Uuid @relation(to: "teams", key: "id", check: false, onDelete: CASCADE)
        fullName: String @computed(expr: "${first} ${last}")
        grid: [[Float!]!]! = [[1, 2]]
        address: { city: String! @indexed @validate(pattern: "x") geo: [{ lat: Float = 1.5 seen: Date = "now" }!] } = { city: "x" }
        @@index(fields: ["role", "address.city", "free.part"], name: "many")
        @@ttl(field: "created_at", after: "2w")
      })",
                  ids);
  return alter(c, R"(add extra: [String] = ["a"] drop born)", ids).after;
}

// Everything that `same_definition` leaves out.
void check_ids(const CollectionDef& a, const CollectionDef& b) {
  CHECK(a.id == b.id);
  CHECK(a.version == b.version);
  CHECK(a.next_field_id == b.next_field_id);
  CHECK(a.system == b.system);
  REQUIRE(a.fields.size() == b.fields.size());
  for (std::size_t i = 0; i < a.fields.size(); ++i) {
    CHECK(a.fields[i].id == b.fields[i].id);
    CHECK(a.fields[i].name == b.fields[i].name);
    CHECK(a.fields[i].added_in == b.fields[i].added_in);
    REQUIRE((a.fields[i].backfill == nullptr) == (b.fields[i].backfill == nullptr));
    if (a.fields[i].backfill) CHECK(a.fields[i].backfill->view() == b.fields[i].backfill->view());
  }
  REQUIRE(a.indexes.size() == b.indexes.size());
  for (std::size_t i = 0; i < a.indexes.size(); ++i) {
    CHECK(a.indexes[i].id == b.indexes[i].id);
    for (std::size_t j = 0; j < a.indexes[i].paths.size(); ++j)
      CHECK(a.indexes[i].paths[j].field == b.indexes[i].paths[j].field);
  }
}

std::string resealed(std::string bytes) {
  store_le(bytes.data() + 1, checksum32(std::string_view(bytes).substr(5)));
  return bytes;
}

std::string sealed(const Object& object) {
  std::string bytes(6, '\0');
  bytes[5] = static_cast<char>(codec::append_payload(bytes, Value(object)));
  bytes[0] = 1;
  return resealed(std::move(bytes));
}

}  // namespace

TEST_CASE("a definition comes back from its bytes as it was") {
  const auto before = rich();
  const auto after = decode_definition(encode_definition(before));
  INFO(failure(after));
  REQUIRE(after.has_value());
  CHECK(same_definition(before, *after));
  check_ids(before, *after);
  CHECK(to_json(Value(describe_collection(before, 3))) ==
        to_json(Value(describe_collection(*after, 3))));
  REQUIRE(after->validators);
  CHECK(after->validators->found("^[a-z]+$", "abc"));
  CHECK(encode_definition(*after) == encode_definition(before));
}

TEST_CASE("types nest as deep as a text can write them") {
  std::string type = "Int";
  for (int i = 0; i < 55; ++i) type = i % 5 == 0 ? "[" + type + "!]" : "{ x: " + type + " }";
  const auto deep = define("c { a: " + type + " }");
  const auto back = decode_definition(encode_definition(deep));
  INFO(failure(back));
  REQUIRE(back.has_value());
  CHECK(back->find("a")->type.text() == deep.find("a")->type.text());
  CHECK(same_definition(deep, *back));
}

TEST_CASE("damaged definitions are Corruption") {
  const auto bytes = encode_definition(rich());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    auto flipped = bytes;
    flipped[i] = static_cast<char>(flipped[i] ^ 0x10);
    const auto read = decode_definition(flipped);
    REQUIRE_FALSE(read.has_value());
    REQUIRE(read.error().code() == ErrorCode::kCorruption);
    REQUIRE_FALSE(decode_definition(std::string_view(bytes).substr(0, i)).has_value());
  }
  auto newer = bytes;
  newer[0] = 2;
  CHECK(contains(failure(decode_definition(newer)), "unknown format 2"));
}

TEST_CASE("hostile bytes with a right checksum are read or refused, never trusted") {
  const auto seed = std::random_device{}();
  INFO("seed " << seed);
  std::mt19937 random(seed);
  const auto bytes = encode_definition(rich());
  int accepted = 0;
  for (int i = 0; i < 20'000; ++i) {
    auto mutant = bytes;
    for (auto changes = 1 + random() % 4; changes > 0; --changes)
      mutant[5 + random() % (mutant.size() - 5)] = static_cast<char>(random());
    const auto read = decode_definition(resealed(std::move(mutant)));
    if (!read) {
      REQUIRE(read.error().code() == ErrorCode::kCorruption);
      continue;
    }
    ++accepted;
    (void)describe_collection(*read, 0);
    (void)insert(
        *read,
        R"({"email": "a@b", "age": 20, "role": "x", "address": {"city": "x", "geo": [{}]}, "grid": []})");
    REQUIRE(decode_definition(encode_definition(*read)).has_value());
  }
  CHECK(accepted > 0);
}

TEST_CASE("a structure that would grow without end is refused") {
  const auto nested = [](std::int64_t group) {
    return Value(
        Object{{"id", 1}, {"name", "a"}, {"type", "{"}, {"levels", "o"}, {"group", group}});
  };
  const auto with_groups = [](List groups) {
    return sealed(Object{{"id", 1},
                         {"name", "c"},
                         {"version", 1},
                         {"next_field_id", 2},
                         {"groups", Value(std::move(groups))},
                         {"indexes", Value(List{})}});
  };
  const auto leaf = Value(Object{{"id", 1}, {"name", "b"}, {"type", "Int"}, {"levels", "o"}});
  CHECK(decode_definition(with_groups({Value(List{nested(1)}), Value(List{leaf})})).has_value());
  CHECK_FALSE(decode_definition(with_groups({Value(List{nested(0)})})).has_value());
  CHECK_FALSE(
      decode_definition(with_groups({Value(List{nested(1)}), Value(List{nested(1)})})).has_value());
  // Every group used twice by the one before: 2^n fields if it were read.
  List doubling;
  for (std::int64_t i = 0; i < 60; ++i) doubling.emplace_back(List{nested(i + 1), nested(i + 1)});
  doubling.emplace_back(List{leaf});
  CHECK_FALSE(decode_definition(with_groups(std::move(doubling))).has_value());
}

TEST_CASE("the catalog finds by name and id and never changes") {
  DefinitionIds ids;
  auto empty = std::make_shared<const Catalog>();
  CHECK(empty->find("a") == nullptr);
  CHECK(failure(empty->require("a")) == "CollectionNotFound unknown collection 'a'");
  const auto one = empty->with(define("boats { a: Int }", ids));
  const auto two = one->with(define("anchors { a: Int }", ids));
  CHECK(one->collections().size() == 1);
  CHECK(two->version() == 2);
  CHECK(two->find("boats")->id == 1);
  CHECK(two->find(CollectionId{2})->name == "anchors");
  CHECK(two->collections().front()->name == "anchors");
  CHECK(contains(failure(two->require("bots")), "did you mean 'boats'"));
  const auto altered = alter(*two->find("boats"), "add b: Int", ids);
  const auto three = two->with(altered.after);
  CHECK(three->collections().size() == 2);
  CHECK(three->find("boats")->version == 2);
  CHECK(two->find("boats")->version == 1);
  CHECK(two->find("anchors") == three->find("anchors"));
  const auto four = three->without("anchors");
  CHECK(four->find("anchors") == nullptr);
  CHECK(four->find(CollectionId{2}) == nullptr);
  CHECK(four->version() == 4);
}

TEST_CASE("introspection shows what was defined") {
  const auto c = define(
      R"(crates { code: String! @primary role: String = "box" @indexed size: Int @validate(min: 1)
      dock: String @relation(to: "docks", key: "code") made: DateTime! = "now" full: String @computed(expr: "${code}/${role}")
      text: String @search list: [Int!]! @@unique(fields: ["size"]) })");
  const auto field = [&](std::string_view name) {
    return to_json(Value(describe_field(c, *c.find(name))));
  };
  CHECK(
      field("code") ==
      R"({"name":"code","type":"String","required":true,"unique":true,"indexed":true,"primary":true,"default":null,"validations":{},"relation":null,"computed":null})");
  CHECK(
      field("role") ==
      R"({"name":"role","type":"String","required":false,"unique":false,"indexed":true,"primary":false,"default":"box","validations":{},"relation":null,"computed":null})");
  CHECK(
      field("size") ==
      R"({"name":"size","type":"Int","required":false,"unique":true,"indexed":true,"primary":false,"default":null,"validations":{"min":1},"relation":null,"computed":null})");
  CHECK(contains(
      field("dock"),
      R"("indexed":false,"primary":false,"default":null,"validations":{},"relation":{"to":"docks","key":"code","onDelete":"RESTRICT"})"));
  CHECK(contains(field("made"), R"("type":"DateTime","required":true)"));
  CHECK(contains(field("made"), R"("default":"now")"));
  CHECK(contains(field("full"), R"("computed":"${code}/${role}")"));
  CHECK(contains(field("list"), R"("type":"[Int!]","required":true)"));
  const auto whole = describe_collection(c, 2);
  CHECK(
      to_json(*whole.find("indexes")) ==
      R"([{"name":"code","fields":["code"],"kind":"primary"},{"name":"role","fields":["role"],"kind":"ordered"},)"
      R"({"name":"text","fields":["text"],"kind":"search"},{"name":"size","fields":["size"],"kind":"unique"}])");
  CHECK(to_json(*whole.find("count")) == "2");
}
