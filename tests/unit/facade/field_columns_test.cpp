// Columns of fields without an index: whatever is asked, and whatever is written meanwhile, the answers are those of a
// database that reads documents.
#include <catch2/catch_test_macros.hpp>

#include <aurora/aurora.hpp>

#include <array>
#include <atomic>
#include <random>
#include <string>
#include <thread>

using namespace aurora;

namespace {

constexpr std::string_view kSchema =
    "schema { define collection d { id: Int! @primary  n: Int  f: Float  b: Boolean  t: String  s: String  day: Date "
    " at: DateTime  tagged: Int @indexed  inner: { k: Int, name: String }  many: [Int] } }";

class Twins {
 public:
  Twins() {
    Config reading;
    reading.use_indexes = false;
    reading_.emplace(Database::open_in_memory(reading));
    columns_.emplace(Database::open_in_memory());
    execute(kSchema);
  }

  void execute(std::string_view text) {
    (void)columns_->execute(text);
    (void)reading_->execute(text);
  }
  void insert(const Object& document) {
    (void)columns_->insert("d", document);
    (void)reading_->insert("d", document);
  }
  void update(std::int64_t id, const Object& data) {
    (void)columns_->update("d", id, data);
    (void)reading_->update("d", id, data);
  }
  void remove(std::int64_t id) {
    (void)columns_->remove("d", id);
    (void)reading_->remove("d", id);
  }

  // Asked several times: first without, then with columns.
  void require_same(const std::string& text) {
    INFO(text);
    const std::string wanted(reading_->execute(text).data_text());
    for (int i = 0; i < 3; ++i) REQUIRE(columns_->execute(text).data_text() == wanted);
  }

  Database& columns() { return *columns_; }

 private:
  std::optional<Database> columns_;
  std::optional<Database> reading_;
};

template <class Random>
Object document(std::int64_t id, Random& random) {
  constexpr std::array<std::string_view, 5> kTexts{"new", "paid", "sent", "", "zurück"};
  const auto pick = [&](std::int64_t bound) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound)); };
  Object made{{"id", id}};
  if (pick(8) > 0) made.set("n", pick(50) - 25);
  if (pick(8) > 0) made.set("f", pick(6) == 0 ? Value(pick(2) == 0 ? 0.0 : -0.0) : Value(static_cast<double>(pick(40) - 20) / 4));
  if (pick(8) > 0) made.set("b", pick(2) == 0);
  if (pick(8) > 0) made.set("t", std::string(kTexts[static_cast<std::size_t>(pick(5))]));
  made.set("s", "only " + std::to_string(id));
  if (pick(8) > 0) made.set("day", Date{static_cast<std::int32_t>(pick(40) + 20'000)});
  if (pick(8) > 0) made.set("at", DateTime(pick(40) * 3'600'000'000 + 1'700'000'000'000'000));
  made.set("tagged", pick(10));
  if (pick(4) > 0) made.set("inner", Object{{"k", pick(10)}, {"name", std::string(kTexts[static_cast<std::size_t>(pick(5))])}});
  if (pick(4) > 0) made.set("many", List{Value(pick(5)), Value(pick(5))});
  return made;
}

constexpr std::array<std::string_view, 24> kConditions{
    "n: {gt: 3}", "n: {lte: -4}", "n: {between: [-3, 9]}", "n: 7", "n: {ne: 7}", "n: {in: [1, 2, null, 30]}",
    "n: {nin: [1, 2, null]}", "n: {isNull: true}", "n: {isNull: false}", "f: {lt: 0}", "f: {gte: 0}", "f: 0.0",
    "f: {gt: 1.25}", "f: {in: [-0.0, 2.5]}", "b: true", "b: {ne: true}", "t: \"paid\"", "t: {startsWith: \"s\"}",
    "t: {matches: \"^z\"}", "day: {gte: \"2024-10-20\"}", "at: {lt: \"2023-11-15T10:00:00Z\"}", "inner: {k: {lt: 4}}",
    "inner: {name: {ne: \"sent\"}}", "tagged: {in: [1, 5]}"};

template <class Random>
std::string where(Random& random) {
  const auto one = [&] { return "{" + std::string(kConditions[random() % kConditions.size()]) + "}"; };
  switch (random() % 6) {
    case 0: return one();
    case 1: return "{and: [" + one() + ", " + one() + "]}";
    case 2: return "{or: [" + one() + ", " + one() + "]}";
    case 3: return "{not: " + one() + "}";
    case 4: return "{and: [" + one() + ", {s: {contains: \"1\"}}]}";
    default: return "{or: [{and: [" + one() + ", " + one() + "]}, {many: {contains: 3}}]}";
  }
}

template <class Random>
std::string question(Random& random) {
  constexpr std::array<std::string_view, 9> kOrders{"n: ASC", "n: DESC", "f: ASC", "t: DESC", "f: DESC, n: ASC",
                                                    "day: ASC", "b: DESC, t: ASC", "\"inner.k\": ASC", "at: DESC"};
  constexpr std::array<std::string_view, 6> kGroups{"t", "n", "b", "f", "day", "inner.name"};
  const auto condition = "where: " + where(random);
  switch (random() % 7) {
    case 6:
      return "{ d(" + condition + ") { groupBy(fields: [\"" + std::string(kGroups[random() % kGroups.size()]) + "\", \"" +
             std::string(kGroups[random() % kGroups.size()]) + "\"" + (random() % 2 == 0 ? "" : ", \"b\"") +
             "]) { keys count aggregate { sum(field: \"f\") min(field: \"n\") } } } }";
    case 0: return "{ d(" + condition + ") { id n f t } }";
    case 1: return "{ d(" + condition + ") { totalCount } }";
    case 2:
      return "{ d(" + condition + ", orderBy: {" + std::string(kOrders[random() % kOrders.size()]) + "}, limit: " +
             std::to_string(random() % 90) + ", offset: " + std::to_string(random() % 4) + ") { id n f t } }";
    case 3: return "{ d(" + condition + ") { aggregate { count sum(field: \"n\") avg(field: \"f\") min(field: \"day\") } } }";
    case 4:
      return "{ d(" + condition + ") { groupBy(field: \"" + std::string(kGroups[random() % kGroups.size()]) +
             "\") { key count aggregate { sum(field: \"n\") max(field: \"f\") } } } }";
    default: return "{ d(" + condition + ") { groupBy(field: \"at\", interval: \"6h\") { key count } } }";
  }
}

}  // namespace

TEST_CASE("columns of fields answer as documents do, through writes and alters", "[facade]") {
  for (const unsigned seed : {1u, 2u}) {
    std::mt19937_64 random(seed);
    Twins twins;
    std::int64_t next = 0;
    for (int round = 0; round < 12; ++round) {
      for (int i = 0; i < 260; ++i) twins.insert(document(next++, random));
      for (int i = 0; i < 20; ++i) {
        const auto id = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(next));
        if (random() % 3 == 0) {
          twins.remove(id);
        } else {
          auto changed = document(id, random);
          changed.remove("id");
          twins.update(id, changed);
        }
      }
      if (round == 5) twins.execute("schema { alter collection d { add extra: Int = 4 } }");
      if (round == 8) twins.execute("schema { alter collection d { drop n } }");
      if (round == 8) twins.execute("schema { alter collection d { add n: Int = 2 } }");
      for (int i = 0; i < 14; ++i) twins.require_same(question(random));
      if (round >= 5) twins.require_same("{ d(where: {extra: {lt: 5}}) { totalCount groupBy(field: \"extra\") { key count } } }");
    }
    CHECK(twins.columns().verify().problems.empty());
  }
}

TEST_CASE("a transaction reads columns of its own instant", "[facade]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d { id: Int! @primary n: Int } }");
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < 3'000; ++id) documents.push_back({{"id", id}, {"n", std::int64_t{1}}});
  (void)db.insert_many("d", documents);
  const auto sum = [](auto& reader) {
    return reader.query("d").where(field("n") == Value(std::int64_t{1})).count();
  };
  for (int i = 0; i < 3; ++i) REQUIRE(sum(db) == 3'000);
  auto earlier = db.begin_transaction();
  REQUIRE(sum(earlier) == 3'000);
  for (std::int64_t id = 0; id < 3'000; id += 3) (void)db.update("d", id, {{"n", std::int64_t{2}}});
  for (int i = 0; i < 3; ++i) {
    REQUIRE(sum(db) == 2'000);
    REQUIRE(sum(earlier) == 3'000);
  }
  (void)earlier.update("d", 1, {{"n", std::int64_t{5}}});
  REQUIRE(sum(earlier) == 2'999);
  REQUIRE(sum(db) == 2'000);
  earlier.rollback();
}

// Every commit moves one unit from one document to another, so that any state at rest has the same sum.
TEST_CASE("columns show one instant while others write", "[facade][threads]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d { id: Int! @primary n: Int t: String } }");
  constexpr std::int64_t kDocuments = 4'000;
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < kDocuments; ++id) documents.push_back({{"id", id}, {"n", std::int64_t{10}}, {"t", "x"}});
  (void)db.insert_many("d", documents);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    std::mt19937_64 random(7);
    for (int i = 0; i < 400; ++i) {
      db.transaction([&](Transaction& tx) {
        const auto from = static_cast<std::int64_t>(random() % kDocuments);
        const auto to = static_cast<std::int64_t>(random() % kDocuments);
        tx.update("d", from, {{"n", Object{{"increment", std::int64_t{-1}}}}});
        tx.update("d", to, {{"n", Object{{"increment", std::int64_t{1}}}}, {"t", std::to_string(i % 9)}});
      });
    }
    done = true;
  });
  const std::string text = "{ d(where: {n: {gt: -100000}}) { aggregate { count sum(field: \"n\") } groupBy(field: \"t\") { key count } } }";
  std::vector<std::thread> readers;
  std::atomic<int> wrong{0};
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&] {
      do {
        const Value data = db.execute(text).data();
        const auto& all = *data.if_object()->find("d")->if_object();
        const auto& aggregate = *all.find("aggregate")->if_object();
        std::int64_t grouped = 0;
        for (const auto& group : *all.find("groupBy")->if_list()) grouped += group.if_object()->find("count")->as<std::int64_t>();
        if (aggregate.find("sum")->as<std::int64_t>() != kDocuments * 10 || grouped != kDocuments ||
            aggregate.find("count")->as<std::int64_t>() != kDocuments)
          ++wrong;
      } while (!done);
    });
  writer.join();
  for (auto& reader : readers) reader.join();
  CHECK(wrong == 0);
}
