// Reads by primary key from memory: they must not be told from those through snapshot and index.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace aurora {

namespace {

Database people(const Config& config = {}) {
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection people { id: Int! @primary  name: String  age: Int } }");
  db.insert("people", {{"id", 1}, {"name", "Ada"}, {"age", 36}});
  db.insert("people", {{"id", 2}, {"name", "Bo"}, {"age", 20}});
  return db;
}

std::string name_of(Database& db, const Value& id) {
  const auto found = db.get("people", id);
  return found ? std::string((*found)["name"].as<std::string_view>()) : "none";
}

// So that the thread has kept the document for itself.
void read_often(Database& db) {
  for (int i = 0; i < 4; ++i) (void)db.get("people", 1);
}

}  // namespace

TEST_CASE("hot read: sees each change of a document at once", "[facade]") {
  Config config;
  config.hot_cache_bytes = GENERATE(256u << 20, 0u);   // without a cache the hints lead to the store
  auto db = people(config);
  read_often(db);
  REQUIRE(name_of(db, 1) == "Ada");
  SECTION("an update") {
    db.update("people", 1, {{"name", "Eve"}});
    CHECK(name_of(db, 1) == "Eve");
  }
  SECTION("an update of another document") {
    db.update("people", 2, {{"name", "Cy"}});
    CHECK(name_of(db, 1) == "Ada");
    CHECK(name_of(db, 2) == "Cy");
  }
  SECTION("its removal") {
    db.remove("people", 1);
    CHECK(name_of(db, 1) == "none");
    SECTION("and another one under its key") {
      db.insert("people", {{"id", 1}, {"name", "New"}});
      for (int i = 0; i < 4; ++i) CHECK(name_of(db, 1) == "New");
    }
  }
  SECTION("another key") {
    db.query("people").where(field("id") == Value(1)).update({{"id", 7}});
    CHECK(name_of(db, 1) == "none");
    CHECK(name_of(db, 7) == "Ada");
  }
  SECTION("keys that change places") {
    read_often(db);
    (void)name_of(db, 2);
    db.transaction([](Transaction& tx) {
      tx.update("people", 1, {{"id", 3}});
      tx.update("people", 2, {{"id", 1}});
      tx.update("people", 3, {{"id", 2}});
    });
    for (int i = 0; i < 4; ++i) {
      CHECK(name_of(db, 1) == "Bo");
      CHECK(name_of(db, 2) == "Ada");
      CHECK(name_of(db, 3) == "none");
    }
  }
  SECTION("a commit of a transaction, and nothing before it") {
    auto tx = db.begin_transaction();
    tx.update("people", 1, {{"name", "Tx"}});
    CHECK(name_of(db, 1) == "Ada");
    CHECK((*tx.get("people", 1))["name"].as<std::string_view>() == "Tx");
    tx.commit();
    CHECK(name_of(db, 1) == "Tx");
  }
  SECTION("the cache forgotten") {
    db.clear_hot_cache();
    CHECK(name_of(db, 1) == "Ada");
    CHECK(name_of(db, 2) == "Bo");
  }
  CHECK(db.verify().problems.empty());
}

TEST_CASE("hot read: follows the schema", "[facade]") {
  auto db = people();
  read_often(db);
  SECTION("a field renamed") {
    db.execute("schema { alter collection people { rename name to title } }");
    const auto found = db.get("people", 1);
    CHECK((*found)["title"].as<std::string_view>() == "Ada");
    CHECK_FALSE(found->has("name"));
  }
  SECTION("a field added with a default") {
    db.execute("schema { alter collection people { add city: String = \"Ulm\" } }");
    CHECK((*db.get("people", 1))["city"].as<std::string_view>() == "Ulm");
  }
  SECTION("a computed field added") {
    db.execute("schema { alter collection people { add loud: Any @computed(expr: \"age + 1\") } }");
    read_often(db);
    CHECK((*db.get("people", 1))["loud"].as<std::int64_t>() == 37);
  }
  SECTION("the collection dropped and defined anew") {
    db.execute("schema { drop collection people }");
    CHECK_THROWS_AS(db.get("people", 1), Error);
    db.execute("schema { define collection people { id: Int! @primary  name: String } }");
    CHECK_FALSE(db.get("people", 1));
    db.insert("people", {{"id", 1}, {"name", "Again"}});
    for (int i = 0; i < 4; ++i) CHECK(name_of(db, 1) == "Again");
  }
}

TEST_CASE("hot read: expired documents are not there, however hot", "[facade]") {
  auto now = std::make_shared<std::atomic<std::int64_t>>(1'000'000'000'000'000);
  Config config;
  config.clock = [now] { return now->load(); };
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection people { id: Int! @primary  name: String  at: DateTime = \"now\" } }");
  db.insert("people", {{"id", 1}, {"name", "Ada"}});
  read_often(db);
  REQUIRE(name_of(db, 1) == "Ada");
  db.execute("schema { alter collection people { @@ttl(field: \"at\", after: \"1h\") } }");
  CHECK(name_of(db, 1) == "Ada");
  *now += 7'200'000'000;
  CHECK(name_of(db, 1) == "none");
}

TEST_CASE("hot read: keys of every kind, and databases of one shape beside each other", "[facade]") {
  auto a = Database::open_in_memory();
  auto b = Database::open_in_memory();
  for (auto* db : {&a, &b}) {
    db->execute("schema { define collection texts { id: String! @primary  from: String }"
                " define collection uuids { id: Uuid! @primary  from: String }"
                " define collection days { id: Date! @primary  from: String } }");
  }
  const std::string uuid = "0190d6c4-0000-7000-8000-000000000001";
  const std::string longest(2'000, 'k');
  for (auto* db : {&a, &b}) {
    const std::string from = db == &a ? "a" : "b";
    for (const auto& id : {std::string("x"), std::string(), longest}) db->insert("texts", {{"id", id}, {"from", from}});
    db->insert("uuids", {{"id", uuid}, {"from", from}});
    db->insert("days", {{"id", "2024-02-29"}, {"from", from}});
  }
  const auto from = [](Database& db, std::string_view collection, const Value& id) {
    const auto found = db.get(collection, id);
    return found ? std::string((*found)["from"].as<std::string_view>()) : "none";
  };
  for (int i = 0; i < 4; ++i) {
    for (auto* db : {&a, &b}) {
      const std::string wanted = db == &a ? "a" : "b";
      for (const auto& id : {std::string("x"), std::string(), longest}) CHECK(from(*db, "texts", id) == wanted);
      CHECK(from(*db, "texts", longest + "k") == "none");
      CHECK(from(*db, "uuids", uuid) == wanted);
      CHECK(from(*db, "uuids", a.get("uuids", uuid)->id()) == wanted);
      CHECK(from(*db, "days", "2024-02-29") == wanted);
      CHECK_THROWS_AS(db->get("uuids", "no uuid"), Error);
      CHECK_FALSE(db->get("texts", Value()));
      CHECK_THROWS_AS(db->get("nothing", "x"), Error);
    }
  }
}

TEST_CASE("hot read: counts as a hit, outlives the database, and says Closed afterwards", "[facade]") {
  auto db = people();
  const auto before = db.cache_stats().hits;
  for (int i = 0; i < 10; ++i) (void)db.get("people", 1);
  CHECK(db.cache_stats().hits - before >= 9);
  const auto kept = db.get("people", 1);
  db.close();
  const auto refused = db.try_get("people", 1);
  REQUIRE_FALSE(refused);
  CHECK(refused.error().code() == ErrorCode::kClosed);
  CHECK((*kept)["name"].as<std::string_view>() == "Ada");
}

// Definitions and caches of a database that is gone may stand where others stood: which of them, and after how many
// databases, is the allocator's choice.
TEST_CASE("hot read: what a thread kept is of no use to the next database", "[facade]") {
  for (int apart = 1; apart <= 12; ++apart) {
    for (int i = 0; i < 3 * apart; ++i) {
      auto db = Database::open_in_memory();
      const auto name = std::to_string(apart) + "-" + std::to_string(i);
      db.execute("schema { define collection people { id: Int! @primary  name: String } }");
      db.execute("mutation { insertInto(collection: \"people\", data: {id: 1, name: \"" + name + "\"}) { id } }");
      const auto by_id = db.prepare("query($id: Int!) { people(where: {id: $id}) { name } }");
      for (int n = 0; n < 4 && i % apart == 0; ++n)
        REQUIRE(by_id.execute({{"id", 1}}).data_text() == "{\"people\":[{\"name\":\"" + name + "\"}]}");
    }
  }
}

TEST_CASE("hot read: no thread goes back in time, between documents and kinds of reads either", "[facade][threads]") {
  Config config;
  config.hot_cache_bytes = GENERATE(256u << 20, 0u);
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection counters { id: Int! @primary  count: Int } }");
  constexpr std::int64_t kDocuments = 3;
  constexpr std::int64_t kCommits = 2'000;
  for (std::int64_t id = 0; id < kDocuments; ++id) db.insert("counters", {{"id", id}, {"count", 0}});
  std::atomic<std::int64_t> written = 0;
  std::atomic<bool> wrong = false;
  std::jthread writer([&] {
    for (std::int64_t i = 1; i <= kCommits; ++i) {
      db.transaction([&](Transaction& tx) {
        for (std::int64_t id = 0; id < kDocuments; ++id) tx.update("counters", id, {{"count", i}});
      });
      written.store(i);
    }
  });
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      const auto count_of = [](const Document& document) { return document["count"].as<std::int64_t>(); };
      std::int64_t last = 0;
      for (std::int64_t round = 0; written.load() < kCommits; ++round) {
        last = std::max(last, written.load());
        const auto id = round % kDocuments;
        std::int64_t now = 0;
        if (round % 5 == 4)
          now = count_of(*db.query("counters").where(field("id") == Value(id)).first());
        else
          now = count_of(*db.get("counters", id));
        if (now < last) wrong = true;   // every document has the count of the last commit
        last = now;
      }
    });
  readers.clear();
  writer.join();
  CHECK_FALSE(wrong);
}

TEST_CASE("hot read: documents that come and go under one key are never mixed up", "[facade][threads]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection things { id: Int! @primary  copy: Int  pad: String } }");
  std::atomic<bool> done = false;
  std::atomic<bool> wrong = false;
  std::vector<std::jthread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      for (std::int64_t i = 0; !done.load(); ++i) {
        const auto id = i % 8;
        const auto found = db.get("things", id);
        if (found && ((*found)["id"].as<std::int64_t>() != id || (*found)["copy"].as<std::int64_t>() != id)) wrong = true;
      }
    });
  for (std::int64_t i = 0; i < 1'500; ++i) {
    const auto id = i % 8;
    if (db.get("things", id))
      db.remove("things", id);
    else
      db.insert("things", {{"id", id}, {"copy", id}, {"pad", std::string(static_cast<std::size_t>(i % 40), 'x')}});
  }
  done.store(true);
  readers.clear();
  CHECK_FALSE(wrong);
  CHECK(db.verify().problems.empty());
}

}  // namespace aurora
