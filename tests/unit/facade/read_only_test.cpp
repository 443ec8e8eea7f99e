// Opening a database read-only: beside its writer, after it, and what is refused there.
#include <aurora/aurora.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "unit/storage/store_fixture.hpp"

namespace {

using namespace aurora;
using TemporaryDirectory = aurora::storage::testing::ScratchDirectory;

std::vector<std::string> entries(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) names.push_back(entry.path().filename());
  std::sort(names.begin(), names.end());
  return names;
}

void fill(Database& database, int from, int upto) {
  database.execute("schema { define collection c if not exists { id: Int! @primary  n: Int @indexed } }");
  for (int i = from; i < upto; ++i) database.insert("c", Object{{"id", i}, {"n", i % 7}});
}

}  // namespace

TEST_CASE("a reader beside a writer sees the state at its opening", "[facade]") {
  TemporaryDirectory directory;
  auto writer = Database::open(directory / "db");
  fill(writer, 0, 100);
  auto reader = Database::open_read_only(directory / "db");
  fill(writer, 100, 150);
  CHECK(reader.query("c").count() == 100);
  CHECK(reader.query("c").where(field("n") == 3).count() == 14);
  CHECK(reader.get("c", 99));
  CHECK_FALSE(reader.get("c", 100));
  CHECK(reader.verify().problems.empty());
  CHECK(Database::open_read_only(directory / "db").query("c").count() == 150);
  reader.close();
  CHECK(writer.query("c").count() == 150);
  CHECK(writer.verify().problems.empty());
}

// Flushes move rows from the log into tables and remove logs and tables, which a reader may meet between its looks at
// one and the other.
TEST_CASE("a reader beside a writer that commits and flushes sees one whole state", "[facade][threads]") {
  TemporaryDirectory directory;
  auto writer = Database::open(directory / "db");
  writer.execute("schema { define collection total { id: Int! @primary  n: Int } "
                 "define collection one { id: Int! @primary  s: String @indexed  p: String } }");
  writer.insert("total", Object{{"id", 1}, {"n", 0}});
  const std::string padding(200, 'p');
  std::atomic<std::int64_t> acknowledged{0};
  std::atomic<int> opened{0};
  std::jthread thread([&](const std::stop_token& stop) {
    int seen = 0;
    for (std::int64_t i = 1; !stop.stop_requested(); ++i) {
      auto transaction = writer.begin_transaction();
      transaction.insert("one", Object{{"id", i}, {"s", "x"}, {"p", padding}});
      transaction.update("total", Value(1), Object{{"n", i}});
      transaction.commit();
      acknowledged = i;
      if (i % 100 == 0) writer.flush();
      // A reader finds no moment while files change without a pause.
      if (i % 1000 != 0) continue;
      while (opened == seen && !stop.stop_requested()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      seen = opened;
    }
  });
  for (int opening = 0; opening < 8; ++opening) {
    const auto before = acknowledged.load();
    auto reader = Database::open_read_only(directory / "db");
    ++opened;
    const auto count = (*reader.get("total", 1))["n"].int_value();
    CHECK(count >= before);
    CHECK(static_cast<std::int64_t>(reader.query("one").count()) == count);
    CHECK(static_cast<std::int64_t>(reader.query("one").where(field("s") == "x").count()) == count);
    CHECK(reader.verify().problems.empty());
  }
  thread.request_stop();
  thread.join();
  CHECK(writer.verify().problems.empty());
}

TEST_CASE("a reader of a closed database changes nothing in its directory", "[facade]") {
  TemporaryDirectory directory;
  {
    auto writer = Database::open(directory / "db");
    fill(writer, 0, 50);
  }
  const auto before = entries(directory / "db");
  {
    auto reader = Database::open_read_only(directory / "db");
    CHECK(reader.query("c").where(field("n") == 0).count() == 8);
    auto second = Database::open_read_only(directory / "db");
    CHECK(second.query("c").count() == 50);
  }
  CHECK(entries(directory / "db") == before);
}

TEST_CASE("a reader refuses to write", "[facade]") {
  TemporaryDirectory directory;
  auto writer = Database::open(directory / "db");
  fill(writer, 0, 3);
  auto reader = Database::open_read_only(directory / "db");
  const auto refused = [](const auto& result) {
    return !result && result.error().code() == ErrorCode::kInvalidOperation &&
           result.error().message().find("read-only") != std::string::npos;
  };
  CHECK(refused(reader.try_insert("c", Object{{"id", 9}})));
  CHECK(refused(reader.try_remove("c", 1)));
  CHECK(refused(reader.try_execute("mutation { deleteFrom(collection: \"c\", all: true) { affectedCount } }")));
  CHECK(refused(reader.try_execute("schema { define collection d { a: Int } }")));
  auto transaction = reader.begin_transaction();
  transaction.insert("c", Object{{"id", 9}});
  CHECK(refused(transaction.try_commit()));
  CHECK_THROWS_AS(reader.checkpoint(directory / "copy"), Error);
  CHECK_NOTHROW(reader.flush());
  CHECK_NOTHROW(reader.close());
  CHECK(writer.query("c").count() == 3);
}

TEST_CASE("there must be a database to read", "[facade]") {
  TemporaryDirectory directory;
  const auto opened = Database::try_open_read_only(directory / "none");
  REQUIRE_FALSE(opened);
  CHECK(opened.error().code() == ErrorCode::kNotFound);
  CHECK_FALSE(std::filesystem::exists(directory / "none"));
}
