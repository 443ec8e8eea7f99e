// Expired documents under a clock the test moves: hidden at once, removed soon, also after reopening.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include <stdlib.h>  // mkdtemp

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Object;
using aurora::Transaction;
using aurora::Value;
using namespace std::chrono_literals;

constexpr std::int64_t kStart = 1'769'860'800'000'000;  // 2026-01-31T12:00:00Z
constexpr std::int64_t kDay = 86'400'000'000;

/// Waits for the background task; true when `holds` became true.
template <class Holds>
bool soon(Holds holds) {
  for (int i = 0; i < 2'000; ++i) {
    if (holds()) return true;
    std::this_thread::sleep_for(5ms);
  }
  return false;
}

struct Clocked {
  std::atomic<std::int64_t> now{kStart};

  [[nodiscard]] Config config(std::chrono::milliseconds expiry) {
    Config config;
    config.clock = [this] { return now.load(); };
    config.expiry_interval = expiry;
    return config;
  }
};

void fill(Database& db) {
  db.execute(
      "schema { define collection t { k: Int! @primary  code: String @unique  made: DateTime = "
      "\"now\"  @@ttl(field: \"made\", after: \"1d\") } }");
  for (int k = 0; k < 2'000; ++k) db.insert("t", Object{{"k", k}, {"code", std::to_string(k)}});
}

std::string count_of(Database& db) {
  return std::string(db.execute("{ t { totalCount } }").data_text());
}

}  // namespace

TEST_CASE("a document is gone the moment it expires", "[facade]") {
  Clocked clock;
  auto db = Database::open_in_memory(clock.config(24h));
  fill(db);
  CHECK(db.get("t", 7));
  auto open = db.begin_transaction();
  CHECK(open.get("t", 7));
  clock.now = kStart + kDay;
  CHECK_FALSE(db.get("t", 7));
  CHECK_FALSE(db.update("t", 7, Object{{"code", "x"}}));
  CHECK_FALSE(db.remove("t", 7));
  CHECK(count_of(db) == R"({"t":{"totalCount":0}})");
  // A transaction goes by the time it began.
  CHECK(open.get("t", 7));
  open.rollback();
  // The key and the unique value are free; nothing was removed yet, but for what stood in the way.
  CHECK(db.verify().documents == 2'000);
  db.insert("t", Object{{"k", 7}, {"code", "8"}});
  CHECK(db.verify().documents == 1'999);
  CHECK(db.verify().problems.empty());
  CHECK(db.get("t", 7));
  CHECK_FALSE(db.get("t", 8));
}

TEST_CASE("a transaction may take the value of an expired document", "[facade]") {
  Clocked clock;
  auto db = Database::open_in_memory(clock.config(24h));
  fill(db);
  clock.now = kStart + kDay;
  db.transaction([](Transaction& tx) {
    tx.insert("t", Object{{"k", 1}, {"code", "2"}});
    CHECK(tx.get("t", 1));
    CHECK_FALSE(tx.get("t", 2));
  });
  CHECK(count_of(db) == R"({"t":{"totalCount":1}})");
  CHECK(db.verify().problems.empty());
}

TEST_CASE("expired documents are removed in the background", "[facade]") {
  Clocked clock;
  auto db = Database::open_in_memory(clock.config(10ms));
  fill(db);
  db.update("t", 5, Object{{"made", nullptr}});
  clock.now = kStart + kDay;
  CHECK(soon([&] { return db.verify().documents == 1; }));
  CHECK(db.get("t", 5));
  CHECK(db.verify().problems.empty());
}

TEST_CASE("what expired while the database was closed is not shown and is removed", "[facade]") {
  std::string directory = (std::filesystem::temp_directory_path() / "aurora-ttl-XXXXXX").string();
  REQUIRE(mkdtemp(directory.data()) != nullptr);
  Clocked clock;
  {
    auto db = Database::open(directory + "/db", clock.config(24h));
    fill(db);
  }
  clock.now = kStart + kDay;
  {
    auto db = Database::open(directory + "/db", clock.config(24h));
    CHECK(count_of(db) == R"({"t":{"totalCount":0}})");
    CHECK(db.verify().documents == 2'000);
  }
  {
    auto db = Database::open(directory + "/db", clock.config(10ms));
    CHECK(soon([&] { return db.verify().documents == 0; }));
    CHECK(db.verify().problems.empty());
  }
  std::filesystem::remove_all(directory);
}
