// Queries of some fields: whatever is asked, and whatever is written meanwhile, columns give what the documents hold.
#include <catch2/catch_test_macros.hpp>

#include <aurora/aurora.hpp>

#include <array>
#include <atomic>
#include <cmath>
#include <random>
#include <string>
#include <thread>

using namespace aurora;

namespace {

constexpr std::string_view kSchema =
    "schema { define collection d { id: Int! @primary  n: Int  f: Float  b: Boolean  t: String  long: String  day: Date "
    " time: Time at: DateTime  key: Uuid  group: Int @indexed  inner: { k: Int, name: String }  many: [Int]  any: Any "
    " twice: Int @computed(expr: \"id * 2\") } }";

constexpr std::array<std::string_view, 16> kFields{"id", "n", "f", "b", "t", "long", "day", "time", "at", "key",
                                                   "inner.k", "inner.name", "inner", "many", "any", "twice"};

template <class Random>
Object document(std::int64_t id, Random& random) {
  constexpr std::array<std::string_view, 5> kTexts{"new", "paid", "", "sent", "zurück"};
  const auto pick = [&](std::int64_t bound) { return static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(bound)); };
  Object made{{"id", id}, {"group", pick(4)}};
  if (pick(8) > 0) made.set("n", pick(50) - 25);
  if (pick(8) > 0) made.set("f", pick(6) == 0 ? Value(pick(2) == 0 ? 0.0 : -0.0) : Value(static_cast<double>(pick(40) - 20) / 4));
  if (pick(8) > 0) made.set("b", pick(2) == 0);
  if (pick(8) > 0) made.set("t", std::string(kTexts[static_cast<std::size_t>(pick(5))]));
  if (pick(8) > 0) made.set("long", std::string(static_cast<std::size_t>(pick(10) == 0 ? 3'000 : pick(40)), 'x') + std::to_string(id));
  if (pick(8) > 0) made.set("day", Date{static_cast<std::int32_t>(pick(40) + 20'000)});
  if (pick(8) > 0) made.set("time", Time{pick(86'400) * 1'000'000});
  if (pick(8) > 0) made.set("at", DateTime(pick(40) * 3'600'000'000 + 1'700'000'000'000'000));
  if (pick(8) > 0) {
    Uuid key;
    for (auto& byte : key.bytes) byte = static_cast<std::uint8_t>(random());
    made.set("key", key);
  }
  if (pick(4) > 0) made.set("inner", Object{{"k", pick(10)}, {"name", std::string(kTexts[static_cast<std::size_t>(pick(5))])}});
  if (pick(4) > 0) made.set("many", List{Value(pick(5)), Value(pick(5))});
  switch (pick(6)) {
    case 0: made.set("any", pick(9)); break;
    case 1: made.set("any", "text " + std::to_string(pick(9))); break;
    case 2: made.set("any", List{Value(pick(9)), Value("x")}); break;
    case 3: made.set("any", Object{{"deep", Object{{"er", pick(3)}}}}); break;
    case 4: made.set("any", static_cast<double>(pick(9)) / 8); break;
    default: break;
  }
  return made;
}

std::string cell(ValueView value) { return to_json(Value(value)) + (value.type() == Type::kFloat && std::signbit(value.float_value()) ? "-" : ""); }

// The rows as documents have them.
template <class Reader>
std::string by_documents(Reader& reader, const Condition& condition, const std::vector<std::string>& fields,
                         std::uint64_t offset, std::optional<std::uint64_t> limit) {
  auto query = reader.query("d").where(condition).offset(offset);
  if (limit) query.limit(*limit);
  std::string all;
  for (const auto& document : query.fetch())
    for (const auto& name : fields) all += cell(document[name]) + "|";
  return all;
}

template <class Reader>
std::string by_fields(Reader& reader, const Condition& condition, const std::vector<std::string>& fields,
                      std::uint64_t offset, std::optional<std::uint64_t> limit) {
  auto query = reader.query("d").where(condition).offset(offset).select(fields);
  if (limit) query.limit(*limit);
  const auto rows = query.fetch();
  std::string all;
  for (const auto row : rows)
    for (std::size_t i = 0; i < fields.size(); ++i) all += cell(row[i]) + "|";
  return all;
}

std::vector<Object> many(std::int64_t count, std::mt19937_64& random) {
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < count; ++id) documents.push_back(document(id, random));
  return documents;
}

}  // namespace

TEST_CASE("fields of rows are those of their documents, through writes and alters", "[facade]") {
  for (const unsigned seed : {1u, 2u, 3u}) {
    INFO("seed " << seed);
    std::mt19937_64 random(seed);
    auto db = Database::open_in_memory();
    (void)db.execute(kSchema);
    (void)db.insert_many("d", many(4'000, random));
    std::int64_t next = 4'000;
    for (int round = 0; round < 60; ++round) {
      for (int i = 0; i < 4; ++i) {
        const auto id = static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(next));
        if (random() % 4 == 0) {
          (void)db.remove("d", id);
        } else if (random() % 3 == 0) {
          (void)db.insert("d", document(next, random));
          ++next;
        } else {
          auto changed = document(id, random);
          changed.remove("id");
          (void)db.update("d", id, changed);
        }
      }
      if (round == 30) (void)db.execute("schema { alter collection d { drop n } }");
      if (round == 30) (void)db.execute("schema { alter collection d { add n: Int = 7 } }");
      for (int ask = 0; ask < 3; ++ask) {
        std::vector<std::string> fields;
        const auto width = 1 + random() % 4;
        for (std::size_t i = 0; i < width; ++i) {
          const auto name = kFields[random() % 6 == 0 ? random() % kFields.size() : (seed + ask * 3 + i) % kFields.size()];
          fields.emplace_back(name);
        }
        const auto condition = random() % 4 == 0 ? field("id") >= Value(std::int64_t{0})
                                                 : field("group") == Value(static_cast<std::int64_t>(random() % 4));
        const auto offset = random() % 3 == 0 ? random() % 900 : 0;
        const auto limit = random() % 3 == 0 ? std::optional<std::uint64_t>(random() % 800) : std::nullopt;
        INFO("round " << round << " fields " << to_json(Value([&] {
               List names;
               for (const auto& name : fields) names.emplace_back(name);
               return names;
             }())));
        REQUIRE(by_fields(db, condition, fields, offset, limit) == by_documents(db, condition, fields, offset, limit));
      }
    }
    CHECK(db.verify().problems.empty());
  }
}

TEST_CASE("columns of fields grow as they are asked for, and say so", "[facade]") {
  std::mt19937_64 random(5);
  auto db = Database::open_in_memory();
  (void)db.execute(kSchema);
  (void)db.insert_many("d", many(6'000, random));
  const auto query = db.query("d").where(field("group") == Value(std::int64_t{1})).select({"n", "long"});
  const auto documents = query.fetch().size();
  for (int i = 0; i < 20; ++i) REQUIRE(query.fetch().size() == documents);
  const auto plan = query.explain();
  CHECK(plan.find("column of n, long") != std::string::npos);
  // One commit takes one chunk's columns away; the next query makes them anew.
  (void)db.update("d", 10, {{"n", std::int64_t{1'000}}});
  for (int i = 0; i < 4; ++i) (void)query.fetch();
  CHECK(query.explain().find("column of n, long") != std::string::npos);
}

TEST_CASE("rows are read by place and by name, and outlive their database", "[facade]") {
  Rows rows;
  {
    auto db = Database::open_in_memory();
    (void)db.execute("schema { define collection d { id: Int! @primary  t: String  inner: { k: Int } twice: Int @computed(expr: \"id * 2\") } }");
    (void)db.execute("mutation { insertMany(collection: \"d\", data: [{id: 1, t: \"one\", inner: {k: 5}}, {id: 2}]) }");
    const auto query = db.query("d").order_by("id", desc).select({"t", "inner.k", "twice", "t"});
    rows = query.fetch();
    const auto again = db.query("d").select({"id"}).where(field("t") == "one").order_by("id").limit(5).offset(0).collect();
    REQUIRE(again.size() == 1);
    CHECK(again[0].to_json() == "{\"id\":1}");
    CHECK(db.query("d").where(field("id") == Value(std::int64_t{9})).select({"id"}).fetch().empty());

    CHECK(db.query("d").select({"nope"}).try_fetch().error().code() == ErrorCode::kInvalidQuery);
    CHECK(db.query("d").select({"tt"}).try_fetch().error().message().find("'t'") != std::string::npos);
    CHECK(db.query("d").select({}).try_fetch().error().code() == ErrorCode::kInvalidQuery);
    CHECK(db.query("d").select({"_sid"}).try_fetch().error().code() == ErrorCode::kInvalidQuery);
    CHECK(db.query("none").select({"id"}).try_fetch().error().code() == ErrorCode::kCollectionNotFound);
  }
  REQUIRE(rows.size() == 2);
  CHECK(rows[0].to_json() == "{\"t\":null,\"inner.k\":null,\"twice\":4,\"t\":null}");
  CHECK(rows[1]["t"].as<std::string_view>() == "one");
  CHECK(rows[1][1].as<int>() == 5);
  CHECK(rows[1]["absent"].is_null());
  CHECK(rows[1][9].is_null());
  CHECK(rows.names().size() == 4);
  CHECK(std::distance(rows.begin(), rows.end()) == 2);
  CHECK(Rows().empty());
}

TEST_CASE("a statement gives rows of the fields it names", "[facade]") {
  std::mt19937_64 random(9);
  auto db = Database::open_in_memory();
  (void)db.execute(kSchema);
  (void)db.insert_many("d", many(3'000, random));
  const auto statement = db.prepare("query($g: Int) { d(where: {group: $g}) { id name: \"inner.name\" f } }");
  const auto text = db.prepare("query($g: Int) { d(where: {group: $g}) { id f t } }");
  for (int i = 0; i < 12; ++i) {
    const auto rows = text.fetch_rows({{"g", std::int64_t{2}}});
    const auto data = text.execute({{"g", std::int64_t{2}}}).data();
    const auto& list = *data.if_object()->find("d")->if_list();
    REQUIRE(rows.size() == list.size());
    for (std::size_t row = 0; row < rows.size(); ++row) REQUIRE(rows[row].to_json() == to_json(list[row]));
  }
  const auto refused = [&](std::string_view asked) { return db.prepare(asked).try_fetch_rows().error().code(); };
  CHECK(refused("{ d { totalCount } }") == ErrorCode::kInvalidOperation);
  CHECK(refused("{ d { id sum: (n + 1) } }") != ErrorCode::kNotFound);
  CHECK(refused("{ d { _sid } }") == ErrorCode::kInvalidOperation);
  CHECK(refused("{ d { inner { k } } }") == ErrorCode::kInvalidOperation);
  CHECK(refused("{ d @explain { id } }") == ErrorCode::kInvalidOperation);
}

TEST_CASE("undeclared fields of an open collection are told apart", "[facade]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d @open { id: Int! @primary } }");
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < 2'000; ++id) documents.push_back({{"id", id}, {"x", id}, {"y", "text " + std::to_string(id)}});
  (void)db.insert_many("d", documents);
  for (int i = 0; i < 8; ++i) {
    const auto rows = db.query("d").select({"y", "x", "none"}).fetch();
    REQUIRE(rows.size() == 2'000);
    REQUIRE(rows[1'500].to_json() == "{\"y\":\"text 1500\",\"x\":1500,\"none\":null}");
  }
}

TEST_CASE("a query that is kept follows schema, time and data", "[facade]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d { id: Int! @primary  n: Int @indexed  at: DateTime } }");
  (void)db.execute("mutation { insertMany(collection: \"d\", data: [{id: 1, n: 3}, {id: 2, n: 9}]) }");
  auto query = db.query("d").order_by("n", desc).limit(1);
  auto fields = query.select({"id"});
  CHECK(query.fetch()[0].id() == Value(std::int64_t{2}));
  CHECK(fields.fetch()[0][0].as<int>() == 2);
  (void)db.insert("d", Object{{"id", std::int64_t{3}}, {"n", std::int64_t{20}}});
  CHECK(query.fetch()[0].id() == Value(std::int64_t{3}));
  CHECK(fields.fetch()[0][0].as<int>() == 3);
  (void)db.execute("schema { alter collection d { rename n to m } }");
  CHECK_FALSE(query.try_fetch());
  CHECK_FALSE(fields.try_fetch());
  (void)db.execute("schema { alter collection d { rename m to n } }");
  CHECK(query.fetch()[0].id() == Value(std::int64_t{3}));
  query.where(field("n") < Value(std::int64_t{10}));
  CHECK(query.fetch()[0].id() == Value(std::int64_t{2}));
  query.limit(5);
  CHECK(query.fetch().size() == 2);
  query.offset(1);
  CHECK(query.fetch().size() == 1);
  query.order_by("id");
  (void)db.execute("schema { drop collection d }");
  CHECK_FALSE(query.try_fetch());
  (void)db.execute("schema { define collection d { n: Int } }");
  CHECK_FALSE(query.try_fetch());   // no id to order by
}

TEST_CASE("a transaction reads fields of its own instant", "[facade]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d { id: Int! @primary n: Int t: String group: Int @indexed } }");
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < 3'000; ++id)
    documents.push_back({{"id", id}, {"n", std::int64_t{1}}, {"t", "unique " + std::to_string(id)}, {"group", id % 3}});
  (void)db.insert_many("d", documents);
  const auto condition = field("group") == Value(std::int64_t{0});
  const std::vector<std::string> fields{"n", "t"};
  for (int i = 0; i < 12; ++i) (void)by_fields(db, condition, fields, 0, std::nullopt);
  auto earlier = db.begin_transaction();
  const auto before = by_fields(earlier, condition, fields, 0, std::nullopt);
  for (std::int64_t id = 0; id < 3'000; id += 30) (void)db.update("d", id, {{"n", id}});
  for (int i = 0; i < 3; ++i) {
    REQUIRE(by_fields(earlier, condition, fields, 0, std::nullopt) == before);
    REQUIRE(by_fields(db, condition, fields, 0, std::nullopt) == by_documents(db, condition, fields, 0, std::nullopt));
    REQUIRE(by_fields(db, condition, fields, 0, std::nullopt) != before);
  }
  (void)earlier.update("d", 3, {{"n", std::int64_t{5}}});
  REQUIRE(by_fields(earlier, condition, fields, 0, std::nullopt) == by_documents(earlier, condition, fields, 0, std::nullopt));
  REQUIRE(by_fields(earlier, condition, fields, 0, std::nullopt) != before);
  earlier.rollback();
}

// Every commit moves one unit from one document to another, so that any state at rest has the same sum.
TEST_CASE("fields of rows show one instant while others write", "[facade][threads]") {
  auto db = Database::open_in_memory();
  (void)db.execute("schema { define collection d { id: Int! @primary n: Int t: String } }");
  constexpr std::int64_t kDocuments = 4'000;
  std::vector<Object> documents;
  for (std::int64_t id = 0; id < kDocuments; ++id)
    documents.push_back({{"id", id}, {"n", std::int64_t{10}}, {"t", "x" + std::to_string(id)}});
  (void)db.insert_many("d", documents);
  std::atomic<bool> done{false};
  std::thread writer([&] {
    std::mt19937_64 random(7);
    for (int i = 0; i < 300; ++i) {
      db.transaction([&](Transaction& tx) {
        const auto from = static_cast<std::int64_t>(random() % kDocuments);
        const auto to = static_cast<std::int64_t>(random() % kDocuments);
        tx.update("d", from, {{"n", Object{{"increment", std::int64_t{-1}}}}});
        tx.update("d", to, {{"n", Object{{"increment", std::int64_t{1}}}}, {"t", std::to_string(i % 9)}});
      });
    }
    done = true;
  });
  std::atomic<int> wrong{0};
  std::vector<std::thread> readers;
  for (int r = 0; r < 2; ++r)
    readers.emplace_back([&] {
      const auto query = db.query("d").select({"n", "t"});
      do {
        std::int64_t sum = 0;
        const auto rows = query.fetch();
        for (const auto row : rows) {
          sum += row[0].as<std::int64_t>();
          if (row[1].as<std::string_view>().empty()) ++wrong;
        }
        if (sum != kDocuments * 10 || rows.size() != static_cast<std::size_t>(kDocuments)) ++wrong;
      } while (!done);
    });
  writer.join();
  for (auto& reader : readers) reader.join();
  CHECK(wrong == 0);
}
