// A prepared read by primary key, planned once, answers as the same question asked another way, whatever happens to
// the collection between its executions.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <random>

namespace aurora {

namespace {

/// The same question: by key, and in a form that is planned at each execution.
struct Pair {
  Pair(Database& database, const std::string& type, const std::string& fields)
      : point(database.prepare("query($k: " + type + ") { d(where: {k: $k}) " + fields + " }")),
        general(database.prepare("query($k: " + type + ") { d(where: {and: [{k: $k}]}) " + fields + " }")) {}

  std::string check(const Object& variables) {
    const auto a = point.try_execute(variables), b = general.try_execute(variables);
    REQUIRE(a.has_value() == b.has_value());
    if (!a) {
      CHECK(a.error().code() == b.error().code());
      return std::string(to_string(a.error().code()));
    }
    CHECK(a->data_text() == b->data_text());
    const auto documents = point.try_fetch(variables), same = general.try_fetch(variables);
    REQUIRE(documents);
    REQUIRE(same);
    REQUIRE(documents->size() == same->size());
    CHECK(documents->empty() == (a->data_text() == R"({"d":[]})"));
    for (std::size_t i = 0; i < documents->size(); ++i) CHECK((*documents)[i].to_json() == (*same)[i].to_json());
    return std::string(a->data_text());
  }

  Statement point;
  Statement general;
};

}  // namespace

TEST_CASE("facade: a point read follows inserts, updates, deletes and alters", "[facade]") {
  auto database = Database::open_in_memory();
  database.execute("schema { define collection d { k: Int! @primary  v: Int  o: { x: Int } } }");
  Pair pair(database, "Int", "{ k v x: o }");
  Pair whole(database, "Int", "");
  std::mt19937_64 random(7);
  for (int i = 0; i < 400; ++i) {
    const auto key = static_cast<std::int64_t>(random() % 20);
    switch (random() % 5) {
      case 0: database.execute("mutation { upsert(collection: \"d\", where: {k: " + std::to_string(key) + "}, data: {o: {x: " +
                               std::to_string(i) + "}}) }"); break;
      case 1: database.remove("d", key); break;
      case 2: database.execute("mutation { update(collection: \"d\", where: {k: " + std::to_string(key) +
                               "}, data: {k: " + std::to_string(key + 100) + "}) }"); break;
      case 3:
        if (random() % 10 == 0)
          (void)database.try_execute(i % 2 == 0 ? "schema { alter collection d { add extra: Int = 3 } }"
                                                : "schema { alter collection d { drop extra } }");
        break;
      default: break;
    }
    database.execute(i % 50 == 49 ? "schema { drop collection d  define collection d { k: Int! @primary  v: Int  o: { x: Int } } }"
                                  : "{ d(limit: 1) { k } }");
    (void)pair.check({{"k", key}});
    (void)whole.check({{"k", key}});
  }
}

TEST_CASE("facade: a point read takes what a filter takes", "[facade]") {
  auto database = Database::open_in_memory();
  const auto [type, keys] = GENERATE(table<std::string, List>({
      {"Int", List{1, 2, -5}},
      {"Float", List{1.5, 2.0}},
      {"String", List{"a", "", std::string(5'000, 'x'), std::string(5'000, 'x') + "y"}},
      {"Uuid", List{"019c13ec-9e00-7000-8000-00000000000a"}},
      {"Date", List{"2026-01-31"}},
      {"Boolean", List{true}},
  }));
  database.execute("schema { define collection d { k: " + type + "! @primary  n: Int } }");
  for (std::size_t i = 0; i < keys.size(); ++i)
    (void)database.insert("d", Object{{"k", keys[i]}, {"n", static_cast<std::int64_t>(i)}});
  Pair any(database, "Any", "{ n }");
  const List asked{1, 2, -5, 7, 1.5, 2.0, 1e300, "a", "", "b", std::string(5'000, 'x'), std::string(5'000, 'x') + "y",
                   std::string(5'000, 'x') + "z", "019c13ec-9e00-7000-8000-00000000000a", "2026-01-31", "now", true,
                   false, Value(), List{1}, Object{{"in", List{1, 2}}}, Object{{"eq", 1}}};
  for (int round = 0; round < 2; ++round) {
    for (const auto& value : asked) (void)any.check({{"k", value}});
    (void)any.check({});
  }
}

TEST_CASE("facade: a point read in a transaction sees its writes and is validated", "[facade]") {
  auto database = Database::open_in_memory();
  database.execute("schema { define collection d { k: Int! @primary  v: Int } }");
  (void)database.insert("d", Object{{"k", 1}, {"v", 1}});
  const std::string text = "query($k: Int) { d(where: {k: $k}) { v } }";
  for (int i = 0; i < 3; ++i) CHECK(database.execute(text, {{"k", 1}}).data_text() == R"({"d":[{"v":1}]})");
  auto transaction = database.begin_transaction();
  (void)transaction.update("d", 1, {{"v", 2}});
  CHECK(transaction.execute(text, {{"k", 1}}).data_text() == R"({"d":[{"v":2}]})");
  CHECK(database.execute(text, {{"k", 1}}).data_text() == R"({"d":[{"v":1}]})");
  transaction.rollback();
  auto reading = database.begin_transaction();
  CHECK(reading.execute(text, {{"k", 1}}).data_text() == R"({"d":[{"v":1}]})");
  (void)database.update("d", 1, {{"v", 5}});
  (void)reading.insert("d", Object{{"k", 9}, {"v", 9}});
  const auto done = reading.try_commit();
  REQUIRE_FALSE(done);
  CHECK(done.error().code() == ErrorCode::kConflict);
}

TEST_CASE("facade: an expired document is not read by its key", "[facade]") {
  Config config;
  std::int64_t now = 1'769'860'800'000'000;
  config.clock = [&now] { return now; };
  auto database = Database::open_in_memory(config);
  database.execute("schema { define collection d { k: Int! @primary  at: DateTime @@ttl(field: \"at\", after: \"1h\") } }");
  (void)database.insert("d", Object{{"k", 1}, {"at", "now"}});
  Pair pair(database, "Int", "{ k }");
  CHECK(pair.check({{"k", 1}}) == R"({"d":[{"k":1}]})");
  CHECK(pair.check({{"k", 1}}) == R"({"d":[{"k":1}]})");
  now += 7'200'000'000;
  CHECK(pair.check({{"k", 1}}) == R"({"d":[]})");
}

TEST_CASE("facade: a variable of another type is refused by a point read that is planned", "[facade]") {
  auto database = Database::open_in_memory();
  database.execute("schema { define collection d { k: String! @primary } }");
  (void)database.insert("d", Object{{"k", "a"}});
  const auto right = database.prepare("query($k: String) { d(where: {k: $k}) { k } }");
  const auto wrong = database.prepare("query($k: Int) { d(where: {k: $k}) { k } }");
  for (int round = 0; round < 4; ++round) {
    CHECK(right.execute({{"k", "a"}}).data_text() == R"({"d":[{"k":"a"}]})");
    CHECK(right.fetch({{"k", "a"}}).size() == 1);
    const auto refused = wrong.try_execute({{"k", "a"}});
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::kTypeError);
    CHECK_FALSE(right.try_execute({{"other", "a"}}));
    CHECK_FALSE(right.try_execute({{"k", "a"}, {"other", "a"}}));
  }
}

TEST_CASE("facade: a prepared query gives its documents instead of JSON", "[facade]") {
  auto database = Database::open_in_memory();
  database.execute("schema { define collection d { k: Int! @primary  v: Int  twice: Any @computed(expr: \"v * 2\") } "
                   "define collection e { k: Int! @primary } }");
  for (std::int64_t k = 0; k < 10; ++k) (void)database.insert("d", Object{{"k", k}, {"v", 10 - k}});
  const auto some = database.prepare("query($n: Int) { found: d(where: {v: {gt: $n}}, orderBy: {v: ASC}, limit: 3) { k } }");
  const auto found = some.fetch({{"n", 4}});
  REQUIRE(found.size() == 3);
  CHECK(found[0]["v"].as<std::int64_t>() == 5);
  CHECK(found[0]["twice"].as<std::int64_t>() == 10);
  CHECK(found[2].id() == Value(3));
  CHECK(database.prepare("{ d }").fetch().size() == 10);
  CHECK(database.prepare("{ d @include(if: false) { k } }").fetch().empty());
  for (const auto* text : {"{ d { k } e { k } }", "{ d { totalCount } }", "{ d { nodes { k } } }", "{ d { k sum: (k + v) } }",
                           "mutation { delete(collection: \"d\", where: {k: 1}) }", "{ __schema { collections { name } } }",
                           "{ d { k x: lookup(collection: \"e\", localField: \"k\", foreignField: \"k\") { k } } }",
                           "{ d @explain { k } }", "{ d { k } } { e { k } }"}) {
    const auto refused = database.prepare(text).try_fetch();
    INFO(text);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().code() == ErrorCode::kInvalidOperation);
  }
  CHECK(database.query("d").count() == 10);
  const auto unknown = database.prepare("{ nothing { k } }").try_fetch();
  REQUIRE_FALSE(unknown);
  CHECK(unknown.error().code() == ErrorCode::kCollectionNotFound);
  const auto statement = database.prepare("{ d { k } }");
  database.close();
  REQUIRE_FALSE(statement.try_fetch());
  CHECK(statement.try_fetch().error().code() == ErrorCode::kClosed);
}

}  // namespace aurora
