// Conditions on `_sid` read a few documents to find their place and give what looking at all of them gives; lookups
// and relations find documents by it.
#include <aurora/aurora.hpp>
#include <aurora/json.hpp>

#include <catch2/catch_test_macros.hpp>

#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

namespace {

using aurora::Database;
using aurora::Object;

struct Known {
  std::string sid;
  std::int64_t n = 0;
};

template <class Door>
std::vector<std::int64_t> found(Door& door, const std::string& condition) {
  const auto text = std::string(door.execute("{ c(where: {_sid: " + condition + "}) { n } }").data_text());
  std::vector<std::int64_t> numbers;
  const auto data = nlohmann::json::parse(text);
  for (const auto& each : data["c"]) numbers.push_back(each["n"].get<std::int64_t>());
  return numbers;
}

template <class Door>
std::vector<Known> all(Door& door) {
  std::vector<Known> known;
  const auto text = std::string(door.execute("{ c { _sid n } }").data_text());
  const auto data = nlohmann::json::parse(text);
  for (const auto& each : data["c"])
    known.push_back({each["_sid"].get<std::string>(), each["n"].get<std::int64_t>()});
  return known;
}

template <class Keep>
std::vector<std::int64_t> kept(const std::vector<Known>& known, Keep keep) {
  std::vector<std::int64_t> numbers;
  for (const auto& each : known)
    if (keep(each.sid)) numbers.push_back(each.n);
  return numbers;
}

template <class Door>
void compare(Door& door, const std::vector<std::string>& operands) {
  const auto known = all(door);
  for (const auto& a : operands) {
    const auto quoted = "\"" + a + "\"";
    INFO(a);
    CHECK(found(door, quoted) == kept(known, [&](const auto& sid) { return sid == a; }));
    CHECK(found(door, "{ne: " + quoted + "}") == kept(known, [&](const auto& sid) { return sid != a; }));
    CHECK(found(door, "{gt: " + quoted + "}") == kept(known, [&](const auto& sid) { return sid > a; }));
    CHECK(found(door, "{gte: " + quoted + "}") == kept(known, [&](const auto& sid) { return sid >= a; }));
    CHECK(found(door, "{lt: " + quoted + "}") == kept(known, [&](const auto& sid) { return sid < a; }));
    CHECK(found(door, "{lte: " + quoted + "}") == kept(known, [&](const auto& sid) { return sid <= a; }));
    CHECK(found(door, "{not: {lte: " + quoted + "}}") == kept(known, [&](const auto& sid) { return sid > a; }));
    for (const auto& b : operands) {
      const auto both = "[" + quoted + ", \"" + b + "\"]";
      CHECK(found(door, "{between: " + both + "}") ==
            kept(known, [&](const auto& sid) { return sid >= a && sid <= b; }));
      CHECK(found(door, "{in: " + both + "}") == kept(known, [&](const auto& sid) { return sid == a || sid == b; }));
      CHECK(found(door, "{nin: " + both + "}") == kept(known, [&](const auto& sid) { return sid != a && sid != b; }));
    }
  }
}

}  // namespace

TEST_CASE("conditions on _sid find what they should, over uncommitted changes too", "[exec]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } }");
  for (std::int64_t n = 0; n < 150; ++n) db.insert("c", Object{{"n", n}});
  const auto before = all(db);
  std::mt19937 random(7);
  std::vector<std::string> operands{"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"};
  for (int i = 0; i < 8; ++i) operands.push_back(before[random() % before.size()].sid);
  operands.push_back(before.front().sid);
  operands.push_back(before.back().sid);
  db.execute("mutation { deleteFrom(collection: \"c\", where: {or: [{n: {between: [20, 60]}}, {n: {in: [0, 149]}}]}) }");
  compare(db, operands);

  auto tx = db.begin_transaction();
  tx.execute("mutation { a: deleteFrom(collection: \"c\", where: {n: {between: [90, 120]}}) "
             "b: update(collection: \"c\", where: {n: {between: [10, 70]}}, data: {n: {increment: 1000}}) "
             "c: insertMany(collection: \"c\", data: [{n: 5000}, {n: 5001}]) }");
  operands.push_back(all(tx).back().sid);
  compare(tx, operands);
}

TEST_CASE("a condition on _sid reads few documents", "[exec]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } }");
  std::vector<Object> documents;
  for (std::int64_t n = 0; n < 5000; ++n) documents.push_back(Object{{"n", n}});
  (void)db.insert_many("c", documents);
  const auto known = all(db);
  const auto result = db.explain("{ c(where: {_sid: \"" + known[3000].sid + "\"}) { n } }");
  const auto extensions = nlohmann::json::parse(std::string(result.extensions_text()));
  const auto& plan = extensions["explain"]["c"];
  CHECK(plan["plan"][0]["op"] == "PrimaryLookup");
  CHECK(plan["rows_examined"] == 1);
  CHECK(plan["index_used"] == true);
}

TEST_CASE("_sid joins: relations and lookups", "[exec]") {
  auto db = Database::open_in_memory();
  db.execute(R"(schema { define collection pins { name: String }
    define collection notes { n: Int  pin: Uuid @relation(to: "pins", key: "_sid", onDelete: CASCADE)  text: String } })");
  const auto a = db.insert("pins", Object{{"name", "a"}});
  const auto b = db.insert("pins", Object{{"name", "b"}});
  db.insert("notes", Object{{"n", 1}, {"pin", a.sid()}, {"text", b.sid().text()}});
  db.insert("notes", Object{{"n", 2}, {"pin", b.sid()}});
  CHECK(db.execute("{ notes { n pin { name } t: lookup(collection: \"pins\", localField: \"text\", "
                   "foreignField: \"_sid\") { name } } }")
            .data_text() ==
        R"({"notes":[{"n":1,"pin":{"name":"a"},"t":{"name":"b"}},{"n":2,"pin":{"name":"b"},"t":null}]})");
  db.execute("mutation { deleteFrom(collection: \"pins\", where: {name: \"a\"}) }");
  CHECK(db.execute("{ notes { n } }").data_text() == R"({"notes":[{"n":2}]})");
}

TEST_CASE("a document known by its _sid is committed under that or not at all", "[exec]") {
  auto db = Database::open_in_memory();
  db.execute(R"(schema { define collection pins { name: String }
    define collection notes { n: Int  pin: Uuid @relation(to: "pins", key: "_sid") } })");
  const auto add = [](auto& door) {
    const auto pin = door.insert("pins", Object{{"name", "a"}});
    door.insert("notes", Object{{"n", 1}, {"pin", pin.sid()}});
  };
  auto alone = db.begin_transaction();
  add(alone);
  alone.commit();
  auto late = db.begin_transaction();
  add(late);
  db.insert("pins", Object{{"name", "b"}});
  const auto done = late.try_commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code() == aurora::ErrorCode::kConflict);
  db.transaction([&](aurora::Transaction& again) { add(again); });
  CHECK(db.execute("{ notes { pin { name } } }").data_text() ==
        R"({"notes":[{"pin":{"name":"a"}},{"pin":{"name":"a"}}]})");
}
