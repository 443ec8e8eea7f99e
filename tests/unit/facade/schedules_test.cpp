// Schedules: fired once, also across restarts and where clocks are changed; what is missed; what fails.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <filesystem>
#include <mutex>
#include <string>
#include <vector>

#include <stdlib.h>  // mkdtemp

namespace {

using aurora::CatchUp;
using aurora::Config;
using aurora::Database;
using aurora::Error;
using aurora::Job;
using namespace aurora::testing;
using namespace std::chrono_literals;

struct Directory {
  Directory() {
    path = (std::filesystem::temp_directory_path() / "aurora-schedules-XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
  }
  ~Directory() { std::filesystem::remove_all(path); }
  std::string path;
};

std::string payloads(Database& db) {
  return std::string(db.execute("{ _jobs(orderBy: {payload: ASC}) { payload } }").data_text());
}
std::uint64_t jobs(Database& db) { return db.query("_jobs").count(); }
std::string next(Database& db) { return std::string(db.execute("{ _schedules { next_at fired } }").data_text()); }

constexpr const char* kTick = "enqueueJob(type: \"tick\", payload: \"${scheduledAt} ${name}\")";

// 2027-01-15T08:00:00Z
constexpr std::int64_t kStart = 1'800'000'000'000'000;

}  // namespace

TEST_CASE("a schedule fires at each of its times, once", "[facade][threads]") {
  Moved clock;
  auto db = Database::open_in_memory(clock.config());
  db.workers().schedule("s", {.cron = "*/5 * * * *", .action = kTick});
  db.workers().start();
  clock.forward(299s);
  std::this_thread::sleep_for(200ms);
  CHECK(jobs(db) == 0);
  clock.forward(1s);
  REQUIRE(comes_true([&] { return jobs(db) == 1; }));
  clock.forward(5min);
  REQUIRE(comes_true([&] { return jobs(db) == 2; }));
  std::this_thread::sleep_for(200ms);
  CHECK(payloads(db) == R"({"_jobs":[{"payload":"2027-01-15T08:05:00Z s"},{"payload":"2027-01-15T08:10:00Z s"}]})");
  // Set back, the clock makes nothing happen again.
  clock.forward(-10min);
  std::this_thread::sleep_for(200ms);
  clock.forward(10min);
  std::this_thread::sleep_for(200ms);
  CHECK(jobs(db) == 2);
  CHECK(db.workers().unschedule("s"));
  CHECK_FALSE(db.workers().unschedule("s"));
  clock.forward(1h);
  std::this_thread::sleep_for(200ms);
  CHECK(jobs(db) == 2);
}

TEST_CASE("what was missed while nobody ran is made up for as the schedule says", "[facade][threads]") {
  for (const auto& [policy, wanted] : {std::pair(CatchUp::kOne, 1u), std::pair(CatchUp::kAll, 12u), std::pair(CatchUp::kNone, 0u)}) {
    Moved clock;
    const Directory directory;
    const auto open = [&] {
      auto db = Database::open(directory.path, clock.config());
      db.workers().schedule("s", {.cron = "*/5 * * * *", .catch_up = policy, .action = kTick});   // as programs do at each start
      db.workers().start();
      return db;
    };
    open().close();
    clock.forward(1h);
    {
      auto db = open();
      REQUIRE(comes_true([&] { return next(db).find("09:05") != std::string::npos; }));
      CHECK(jobs(db) == wanted);
      CHECK(db.workers().stop(1s));
      db.close();
    }
    auto db = open();
    std::this_thread::sleep_for(200ms);
    CHECK(jobs(db) == wanted);
    clock.forward(5min);
    REQUIRE(comes_true([&] { return jobs(db) == wanted + 1; }));
    db.close();
  }
}

TEST_CASE("each time is fired once, however often the process is started anew", "[facade][threads]") {
  Moved clock;
  const Directory directory;
  for (int start = 0; start < 12; ++start) {
    auto db = Database::open(directory.path, clock.config());
    db.workers().schedule("s", {.cron = "* * * * *", .catch_up = CatchUp::kAll, .action = kTick});
    db.workers().start();
    clock.forward(20s);
    if (start % 3 == 2) REQUIRE(comes_true([&] { return jobs(db) == static_cast<std::uint64_t>(start / 3 + 1); }));
    db.close();
  }
  auto db = Database::open(directory.path, clock.config());
  CHECK(payloads(db) == R"({"_jobs":[{"payload":"2027-01-15T08:01:00Z s"},{"payload":"2027-01-15T08:02:00Z s"},)"
                        R"({"payload":"2027-01-15T08:03:00Z s"},{"payload":"2027-01-15T08:04:00Z s"}]})");
}

TEST_CASE("schedules follow the clocks of their zones", "[facade][threads]") {
  Moved clock;
  *clock.micros = kStart + std::chrono::microseconds(24h * 71).count();   // 27 March 2027, the day before they go forward
  auto db = Database::open_in_memory(clock.config());
  db.workers().schedule("night", {.cron = "30 2 * * *", .time_zone = "Europe/Oslo", .catch_up = CatchUp::kAll, .action = kTick});
  db.workers().start();
  for (std::uint64_t day = 1; day <= 3; ++day) {
    clock.forward(24h);
    REQUIRE(comes_true([&] { return jobs(db) == day; }));
  }
  CHECK(payloads(db) == R"({"_jobs":[{"payload":"2027-03-28T01:00:00Z night"},{"payload":"2027-03-29T00:30:00Z night"},)"
                        R"({"payload":"2027-03-30T00:30:00Z night"}]})");
  CHECK(db.workers().stop(1s));
  *clock.micros = kStart + std::chrono::microseconds(24h * 288).count();   // 30 October, the day before they go back
  db.workers().unschedule("night");
  db.workers().schedule("night", {.cron = "30 2 * * *", .time_zone = "Europe/Oslo", .catch_up = CatchUp::kAll, .action = kTick});
  db.workers().start();
  clock.forward(48h);
  REQUIRE(comes_true([&] { return jobs(db) == 5; }));
  CHECK(payloads(db).ends_with(R"({"payload":"2027-10-31T00:30:00Z night"},{"payload":"2027-11-01T01:30:00Z night"}]})"));
}

TEST_CASE("an action that fails is kept, reported and does not stop its schedule", "[facade][threads]") {
  Moved clock;
  auto config = clock.config();
  std::mutex mutex;
  std::string logged;
  config.logger = [&](aurora::LogLevel, std::string_view text) {
    const std::lock_guard lock(mutex);
    logged += text;
  };
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { n: Int @unique } }");
  db.workers().schedule("s", {.cron = "* * * * *", .action = "transaction { a: enqueueJob(type: \"t\") b: insertInto(collection: \"c\", data: {n: 1}) }"});
  db.workers().start();
  clock.forward(1min);
  REQUIRE(comes_true([&] { return db.query("c").count() == 1; }));
  clock.forward(1min);
  REQUIRE(comes_true([&] { return next(db).find("08:03") != std::string::npos; }));
  CHECK(db.query("c").count() == 1);
  CHECK(jobs(db) == 1);   // with the rest of its action
  const auto stored = std::string(db.execute("{ _schedules { fired error last_at } }").data_text());
  CHECK(stored.find("\"fired\":1,\"error\":\"schedule 's': ") != std::string::npos);
  CHECK(stored.find("\"last_at\":\"2027-01-15T08:01:00Z\"") != std::string::npos);
  db.execute("mutation { deleteFrom(collection: \"c\", all: true) }");
  clock.forward(1min);
  REQUIRE(comes_true([&] { return jobs(db) == 2; }));
  CHECK(db.execute("{ _schedules { fired error } }").data_text() == R"({"_schedules":[{"fired":2,"error":null}]})");
  const std::lock_guard lock(mutex);
  CHECK(logged.find("schedule 's'") != std::string::npos);
}

TEST_CASE("what schedules change fires handlers, and their jobs run", "[facade][threads]") {
  Moved clock;
  auto db = Database::open_in_memory(clock.config());
  db.execute("schema { define collection days { name: String } }");
  db.execute("define handler \"h\" { on: \"insert:days\" action: { enqueueJob(type: \"sum\", payload: \"${name}\") } }");
  db.execute("schedule \"s\" { cron: \"@hourly\" action: { insertInto(collection: \"days\", data: { name: \"${name}\" }) } }");
  std::atomic<int> runs{0};
  db.workers().register_handler("sum", [&](Job& job) { runs += job.payload().as<std::string>() == "s" ? 1 : 100; });
  db.workers().start();
  clock.forward(1h);
  CHECK(comes_true([&] { return runs == 1; }));
}

TEST_CASE("a schedule must be one that can be", "[facade]") {
  auto db = Database::open_in_memory();
  const auto says = [&](const aurora::ScheduleOptions& options) {
    try {
      db.workers().schedule("s", options);
    } catch (const Error& error) {
      return std::string(to_string(error.code()));
    }
    return std::string("nothing");
  };
  CHECK(says({.cron = "* * *", .action = kTick}) == "InvalidInput");
  CHECK(says({.cron = "@daily", .time_zone = "Nowhere", .action = kTick}) == "InvalidInput");
  CHECK(says({.cron = "@daily", .action = "enqueueJob(type: \"x\") enqueueJob(type: \"y\")"}) == "InvalidQuery");
  CHECK(says({.cron = "@daily", .action = "enqueueJob(type: \"x\") } } drop schedule \"s\" { {"}) != "nothing");
  CHECK(says({.cron = "@daily", .action = kTick}) == "nothing");
}
