// Whole documents and updates on their way in: defaults, ids, open fields, what is nobody's to set.
#include "support.hpp"

using namespace aurora;
using namespace aurora::test;

TEST_CASE("an insert is completed") {
  const auto birds =
      define(R"(birds { ring: String! sex: String = "unknown" age: Int = 1 tame: Boolean = false
      weight: Float = 0.4 tags: [String] = ["new"] level: Int! = 3 seen: DateTime = "now" day: Date = "now" at: { x: Date = "now" } = {} })");
  CHECK(
      shown(birds, insert(birds, R"({"ring": "B1"})")) ==
      R"({"ring":"B1","sex":"unknown","age":1,"tame":false,"weight":0.4,"tags":["new"],"level":3,)"
      R"("seen":"2026-01-31T12:00:00.123456Z","day":"2026-01-31","at":{"x":"2026-01-31"}})");
  CHECK(
      shown(
          birds,
          insert(
              birds,
              R"({"level": 9, "sex": null, "seen": null, "day": null, "at": null, "tags": [], "ring": ""})")) ==
      R"({"ring":"","age":1,"tame":false,"weight":0.4,"tags":[],"level":9})");
  CHECK(shown(birds, insert(birds, "{}")) == "ValidationError field 'ring' is required");
  CHECK(shown(birds, insert(birds, R"({"ring": "x", "level": null})")) ==
        "ValidationError field 'level': is required");
  CHECK(shown(birds, insert(birds, R"({"ring": "x", "levle": 1})")) ==
        "ValidationError unknown field 'levle' in collection 'birds'; did you mean 'level'?");
  CHECK(contains(shown(birds, insert(birds, R"({"ring": "x", "_sid": "y"})")),
                 "'_sid' is the system's"));
}

TEST_CASE("a declared id is filled in when omitted and only then") {
  const std::string fresh = Uuid{{1, 2, 3}}.text();
  for (const auto* type : {"Uuid", "ID", "String"}) {
    const auto c = define(std::string("c { id: ") + type + "! @primary name: String }");
    CHECK(shown(c, insert(c, R"({"name": "x"})")) == "{\"id\":\"" + fresh + "\",\"name\":\"x\"}");
    CHECK(contains(shown(c, insert(c, R"({"id": null})")), "ValidationError"));
  }
  const auto given = define("c { id: String! @primary }");
  CHECK(shown(given, insert(given, R"({"id": "№ 7"})")) == R"({"id":"№ 7"})");
  const auto number = define("c { id: Int! @primary }");
  CHECK(contains(shown(number, insert(number, "{}")), "'id' is required"));
  const auto other = define("c { code: Uuid! @primary }");
  CHECK(contains(shown(other, insert(other, "{}")), "'code' is required"));
}

TEST_CASE("an open collection keeps undeclared fields, a computed field is nobody's to set") {
  const auto c = define(R"(c @open { level: String! full: String @computed(expr: "${level}!") })");
  const auto stored =
      insert(c, R"({"level": "low", "wind": 4, "who": {"name": "Per"}, "gone": null, "_id": "m"})");
  REQUIRE(stored.has_value());
  CHECK(stored->fields.size() == 1);
  CHECK(to_json(Value(stored->open)) == R"({"wind":4,"who":{"name":"Per"},"_id":"m"})");
  CHECK(contains(shown(c, insert(c, R"({"level": "low", "_sid": 1})")), "_sid"));
  CHECK(contains(shown(c, insert(c, R"({"level": "low", "full": "x"})")), "'full' is computed"));
  CHECK(contains(shown(c, insert(c, R"({"wind": 4})")), "'level' is required"));
}

TEST_CASE("an update checks what it touches and nothing else") {
  const auto c = define(
      R"(c @open { name: String! n: Int @validate(max: 9) d: DateTime = "now" o: { a: Int b: Int = 2 } })");
  const auto changed = [&](std::string_view json) { return check_update(c, object(json), kNow); };
  const auto stored = changed(R"({"n": null, "wind": null, "gale": 3, "o": {"a": 1.0}})");
  REQUIRE(stored.has_value());
  REQUIRE(stored->fields.size() == 2);
  CHECK(stored->fields[0].second.is_null());
  CHECK(to_json(stored->fields[1].second) == R"({"a":1,"b":2})");
  CHECK(to_json(Value(stored->open)) == R"({"wind":null,"gale":3})");
  CHECK(contains(failure(changed(R"({"name": null})")), "'name': is required"));
  CHECK(contains(failure(changed(R"({"n": 10})")), "above the max 9"));
  CHECK(contains(failure(changed(R"({"_sid": "x"})")), "_sid"));
  const auto closed = define("c { rank: Int }");
  CHECK(contains(failure(check_update(closed, object(R"({"rnak": 4})"), kNow)),
                 "did you mean 'rank'"));
}
