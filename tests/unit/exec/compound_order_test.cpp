// Orders from compound indexes: the rows and pages are those that a database without indexes sorts.
#include <catch2/catch_test_macros.hpp>

#include <aurora/aurora.hpp>

#include <array>
#include <optional>
#include <random>
#include <string>

using namespace aurora;

namespace {

constexpr std::string_view kSchema =
    "schema { define collection d { id: Int! @primary  a: String  b: Int  c: Float  t: String "
    " @@index(fields: [\"a\", \"c\"]) @@index(fields: [\"a\", \"b\", \"c\"]) @@index(fields: [\"b\", \"t\"]) "
    " @@unique(fields: [\"b\", \"id\"]) } }";

template <class Random>
Object document(std::int64_t id, Random& random) {
  const auto pick = [&](std::int64_t bound) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound)); };
  Object made{{"id", id}};
  if (pick(9) > 0) made.set("a", "group " + std::to_string(pick(3)));
  if (pick(9) > 0) made.set("b", pick(4));
  if (pick(9) > 0) made.set("c", static_cast<double>(pick(60) - 30) / 4);
  if (pick(9) > 0) made.set("t", pick(40) == 0 ? std::string(600, 'x') + std::to_string(pick(9)) : "t" + std::to_string(pick(200)));
  return made;
}

// Follows the cursor to the end.
std::string pages(Database& db, const std::string& arguments, int size) {
  std::string all;
  std::string after = "null";
  for (int page = 0; page < 2'000; ++page) {
    const auto data = db.execute("{ d(" + arguments + ", first: " + std::to_string(size) + ", after: " + after +
                                 ") { edges { node { id } } pageInfo { hasNextPage endCursor } } }").data();
    const auto& answer = *data.if_object()->find("d")->if_object();
    all += to_json(*answer.find("edges")) + "\n";
    const auto& info = *answer.find("pageInfo")->if_object();
    if (info.find("hasNextPage")->as<bool>() == false) break;
    after = to_json(*info.find("endCursor"));
  }
  return all;
}

}  // namespace

TEST_CASE("orders from compound indexes are those of a sort", "[exec]") {
  constexpr std::array<std::string_view, 10> kConditions{
      "{a: \"group 1\"}", "{a: \"group 0\", b: 2}", "{b: 1}", "{b: null}", "{a: null}", "{a: \"group 2\", t: {startsWith: \"t1\"}}",
      "{b: 3, a: {ne: \"group 1\"}}", "{a: \"group 1\", c: {gt: -3}}", "{b: {in: [1, 2]}}", "{and: [{a: \"group 0\"}, {or: [{b: 1}, {b: 3}]}]}"};
  constexpr std::array<std::string_view, 8> kOrders{
      "{c: ASC}", "{c: DESC}", "{t: ASC}", "{t: DESC}", "[{b: ASC}, {c: ASC}]", "[{b: DESC}, {c: DESC}]",
      "[{b: ASC}, {t: ASC}]", "{id: DESC}"};
  for (const unsigned seed : {1u, 2u}) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    Config sorting;
    sorting.use_indexes = false;
    auto wanted = Database::open_in_memory(sorting);
    auto db = Database::open_in_memory();
    for (auto* each : {&wanted, &db}) (void)each->execute(kSchema);
    for (std::int64_t id = 0; id < 3'500; ++id) {
      const auto made = document(id, random);
      for (auto* each : {&wanted, &db}) (void)each->insert("d", made);
    }
    for (std::int64_t id = 0; id < 3'500; id += 17)
      for (auto* each : {&wanted, &db}) (void)each->remove("d", id);
    for (const auto condition : kConditions)
      for (const auto order : kOrders) {
        const auto arguments = "where: " + std::string(condition) + ", orderBy: " + std::string(order);
        const auto text = "{ d(" + arguments + ", limit: " + std::to_string(random() % 40) + ", offset: " +
                          std::to_string(random() % 3 * (random() % 50)) + ") { id a b c } }";
        INFO(text);
        REQUIRE(db.execute(text).data_text() == wanted.execute(text).data_text());
        if (random() % 4 == 0) REQUIRE(pages(db, arguments, 37) == pages(wanted, arguments, 37));
      }
  }
}

TEST_CASE("the first rows behind an equality are found without the others", "[exec]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d { id: Int! @primary  a: Int  b: Int  gone: DateTime "
                   " @@index(fields: [\"a\", \"b\"]) } }");
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < 5'000; ++id) documents.push_back({{"id", id}, {"a", id % 2}, {"b", id * 7'919 % 5'000}});
  (void)db.insert_many("d", documents);
  const auto plan = db.query("d").where(field("a") == 1).order_by("b", desc).limit(10).explain();
  INFO(plan);
  CHECK(plan.find("\"IndexOrder\"") != std::string::npos);
  CHECK(plan.find("\"rows_examined\":10,") != std::string::npos);
  // Changes of a transaction are not in the index: they are found all the same.
  auto tx = db.begin_transaction();
  (void)tx.insert("d", Object{{"id", std::int64_t{9'999}}, {"a", std::int64_t{1}}, {"b", std::int64_t{100'000}}});
  CHECK(tx.query("d").where(field("a") == 1).order_by("b", desc).limit(10).fetch()[0].id() == Value(std::int64_t{9'999}));
  tx.rollback();
}
