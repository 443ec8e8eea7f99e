// Documents inserted from JSON texts: as those inserted from values, all or nothing, beside readers and schema changes.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

using namespace aurora;

namespace {

constexpr std::string_view kSchema =
    R"(schema { define collection users { id: Int! @primary  name: String! @unique  age: Int = 18 @indexed  tags: [String] } })";

Result<std::uint64_t> insert(Database& db, const std::vector<std::string>& texts) {
  return db.try_insert_json("users", std::vector<std::string_view>(texts.begin(), texts.end()));
}

std::string user(int id) {
  return "{\"id\":" + std::to_string(id) + ",\"name\":\"u" + std::to_string(id) + "\",\"tags\":[\"a\",\"b\"]}";
}

std::uint64_t count(Database& db) { return db.query("users").count(); }

}  // namespace

TEST_CASE("JSON texts become documents, all of them or none") {
  auto db = Database::open_in_memory();
  db.execute(kSchema);
  CHECK(insert(db, {}).value() == 0);
  CHECK(insert(db, {user(1), R"({"id":2,"name":"Zoë\u0021","age":null})", R"({"id":3.0,"name":"c","age":4})"}).value() == 3);
  CHECK(db.execute("{ users { id name age tags } }").data_text() ==
        R"({"users":[{"id":1,"name":"u1","age":18,"tags":["a","b"]},{"id":2,"name":"Zoë!","age":null,"tags":null},)"
        R"({"id":3,"name":"c","age":4,"tags":null}]})");
  CHECK(db.query("users").where(field("age") == Value(18)).count() == 1);

  const auto fails = [&](const std::vector<std::string>& texts, ErrorCode code, std::string_view message) {
    const auto before = count(db);
    const auto result = insert(db, texts);
    REQUIRE_FALSE(result);
    CHECK(result.error().code() == code);
    INFO(result.error().message());
    CHECK(result.error().message().find(message) != std::string::npos);
    CHECK(count(db) == before);
  };
  fails({user(10), R"({"id":11,"name":)"}, ErrorCode::kInvalidInput, "document 1: ");
  fails({user(10), "[]"}, ErrorCode::kTypeError, "document 1: ");
  fails({"7"}, ErrorCode::kTypeError, "a document is an object");
  fails({user(10), R"({"id":11})"}, ErrorCode::kValidationError, "'name' is required");
  fails({user(10), R"({"id":11,"name":"x","nme":1})"}, ErrorCode::kValidationError, "nme");
  fails({user(10), user(1)}, ErrorCode::kUniqueConstraintViolation, "id = 1");
  fails({user(10), user(11), user(10)}, ErrorCode::kUniqueConstraintViolation, "id = 10");
  fails({R"({"id":12,"name":"same"})", R"({"id":13,"name":"same"})"}, ErrorCode::kUniqueConstraintViolation, "same");
  const std::vector<std::string_view> one{"{}"};
  CHECK(db.try_insert_json("usres", one).error().code() == ErrorCode::kCollectionNotFound);
  CHECK(db.try_insert_json("_changes", one).error().code() == ErrorCode::kInvalidOperation);
}

TEST_CASE("many JSON texts in commits of all sizes are found by every index") {
  auto db = Database::open_in_memory();
  db.execute(kSchema);
  int next = 0;
  for (const int size : {1, 10, 64, 65, 1000, 2048, 2049, 5000}) {
    std::vector<std::string> texts;
    for (int i = 0; i < size; ++i) texts.push_back(user((next++ * 7919) % 1'000'003));
    CHECK(insert(db, texts).value() == static_cast<std::uint64_t>(size));
    CHECK(count(db) == static_cast<std::uint64_t>(next));
  }
  CHECK(db.query("users").where(field("age") == Value(18)).count() == static_cast<std::uint64_t>(next));
  for (int i = 0; i < next; i += 97) CHECK(db.get("users", (i * 7919) % 1'000'003));
  CHECK(db.verify().problems.empty());
}

TEST_CASE("readers see whole commits of JSON texts while they and the schema change", "[threads]") {
  auto db = Database::open_in_memory();
  db.execute(kSchema);
  constexpr int kCommits = 60;
  constexpr int kSize = 100;
  std::atomic<bool> done{false};
  std::atomic<int> torn{0};
  std::thread reader([&] {
    while (!done) {
      const auto data = db.execute("{ users { aggregate { n: count } } by_age: users(where: { age: { gte: 0 } }) { aggregate { n: count } } }");
      const auto value = data.data();
      const auto n = [&](std::string_view key) {
        return value.if_object()->find(key)->if_object()->find("aggregate")->if_object()->find("n")->as<std::int64_t>();
      };
      if (n("users") % kSize != 0 || n("users") != n("by_age")) ++torn;
      std::this_thread::yield();
    }
  });
  std::thread changer([&] {
    for (int i = 0; i < 10; ++i) {
      db.execute("schema { alter collection users { add f" + std::to_string(i) + ": Int = 1 } }");
      std::this_thread::yield();
    }
  });
  for (int c = 0; c < kCommits; ++c) {
    std::vector<std::string> texts;
    for (int i = 0; i < kSize; ++i) texts.push_back(user(c * kSize + i));
    CHECK(insert(db, texts).value() == kSize);
  }
  changer.join();
  done = true;
  reader.join();
  CHECK(torn == 0);
  CHECK(count(db) == kCommits * kSize);
  CHECK(db.query("users").where(field("f9") == Value(1)).count() == kCommits * kSize);
  CHECK(db.verify().problems.empty());
}
