// What holds jobs up and what follows them: keys, rates, batches, redriving, types that nobody handles, counts.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <filesystem>
#include <map>
#include <mutex>
#include <string>
#include <vector>

#include <stdlib.h>  // mkdtemp

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Job;
using aurora::JobRequest;
using aurora::Object;
using aurora::Uuid;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

std::uint64_t with_status(Database& db, const char* status) {
  return db.query("_jobs").where(aurora::field("status") == status).count();
}

std::vector<JobRequest> requests(const char* type, int count) {
  std::vector<JobRequest> jobs(static_cast<std::size_t>(count));
  for (int i = 0; i < count; ++i) {
    jobs[static_cast<std::size_t>(i)].type = type;
    jobs[static_cast<std::size_t>(i)].payload = Value(i);
  }
  return jobs;
}

}  // namespace

TEST_CASE("of the jobs with one concurrency key one is run at a time, others beside it", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::mutex mutex;
  std::map<std::string, int> running;
  int most = 0;
  int most_of_one = 0;
  std::vector<int> order;
  db.workers().register_handler("t", [&](Job& job) {
    const auto n = job.payload().as<int>();
    const auto key = n % 2 == 0 ? "even" : "odd";
    {
      const std::lock_guard lock(mutex);
      most_of_one = std::max(most_of_one, ++running[key]);
      most = std::max(most, running["even"] + running["odd"]);
      if (n % 2 == 0) order.push_back(n);
    }
    std::this_thread::sleep_for(2ms);
    const std::lock_guard lock(mutex);
    --running[key];
    if (n == 7 && job.attempt() == 1) throw std::runtime_error("again");
  });
  auto jobs = requests("t", 60);
  for (int i = 0; i < 60; ++i) jobs[static_cast<std::size_t>(i)].options.concurrency_key = i % 2 == 0 ? "even" : "odd";
  static_cast<void>(db.workers().enqueue_all(std::move(jobs)));
  db.workers().start();
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 59; }));
  CHECK(most_of_one == 1);
  CHECK(most == 2);
  CHECK(std::is_sorted(order.begin(), order.end()));
  CHECK(with_status(db, "SCHEDULED") == 1);   // number 7 waits for its second attempt, and holds nobody up
}

TEST_CASE("a queue with a rate begins no more jobs than it allows in any such time", "[facade][threads]") {
  Config config;
  config.workers.queue_rates["slow"] = {.jobs = 3, .per = 300ms};
  auto db = Database::open_in_memory(config);
  std::mutex mutex;
  std::vector<std::chrono::steady_clock::time_point> begun;
  std::atomic<int> others{0};
  db.workers().register_handler("t", [&](Job& job) {
    if (job.queue() != "slow") {
      ++others;
      return;
    }
    const std::lock_guard lock(mutex);
    begun.push_back(std::chrono::steady_clock::now());
  });
  auto jobs = requests("t", 8);
  for (auto& job : jobs) job.options.queue = "slow";
  static_cast<void>(db.workers().enqueue_all(std::move(jobs)));
  static_cast<void>(db.workers().enqueue_all(requests("t", 100)));
  const auto begin = std::chrono::steady_clock::now();
  db.workers().start();
  REQUIRE(comes_true([&] { return others == 100; }));
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 108; }));
  CHECK(std::chrono::steady_clock::now() - begin >= 600ms);
  const std::lock_guard lock(mutex);
  REQUIRE(begun.size() == 8);
  // They are counted when they are taken; a handler may be called a little later.
  for (std::size_t i = 3; i < begun.size(); ++i) CHECK(begun[i] - begun[i - 3] > 150ms);
}

TEST_CASE("the completion of a batch comes with the end of its last job, and once", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::atomic<bool> fails{true};
  std::atomic<int> completions{0};
  std::string of;
  db.workers().register_handler("part", [&](Job& job) {
    const auto n = job.payload().as<int>();
    if (n == 3 && fails) throw std::runtime_error("no good");
    if (n == 4) {
      auto transaction = db.begin_transaction();
      job.commit(transaction, Value(n));
    }
  });
  db.workers().register_handler("whole", [&](Job& job) {
    of = job.completes()->text() + job.payload().as<std::string>() + std::string(job.queue());
    ++completions;
  });
  auto jobs = requests("part", 10);
  for (auto& job : jobs) job.options.max_retries = 0;
  jobs[9].options.delay = std::chrono::hours(1);
  const auto batch = db.workers().enqueue_batch(std::move(jobs), {"whole", Value("!"), {.queue = "q"}});
  db.workers().start();
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 8 && with_status(db, "FAILED") == 1; }));
  const auto state = [&] { return std::string(db.execute("{ _batches { total pending failed } }").data_text()); };
  CHECK(state() == R"({"_batches":[{"total":10,"pending":1,"failed":1}]})");
  CHECK(completions == 0);
  // One that failed is tried again while the batch is open: it waits for that.
  fails = false;
  CHECK(db.workers().redrive({.type = "part"}) == 1);
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 9; }));
  CHECK(state() == R"({"_batches":[{"total":10,"pending":1,"failed":0}]})");
  const auto last = db.query("_jobs").where(aurora::field("status") == "SCHEDULED").first();
  db.workers().cancel((*last)["id"].as<Uuid>());
  REQUIRE(comes_true([&] { return completions == 1; }));
  CHECK(of == batch.text() + "!q");
  CHECK(state() == R"({"_batches":[{"total":10,"pending":0,"failed":1}]})");
  // Run once more after all is over, it changes nothing of the batch.
  db.workers().retry((*last)["id"].as<Uuid>());
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 11; }));
  CHECK(completions == 1);
  CHECK_THROWS_AS(db.workers().enqueue_batch({}, {"whole", {}, {}}), Error);
}

TEST_CASE("jobs that failed are driven again by type, queue and condition", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::atomic<bool> fails{true};
  for (const auto* type : {"a", "b"})
    db.workers().register_handler(type, [&](Job& job) {
      if (fails) throw std::runtime_error(job.payload().as<int>() < 3 ? "small" : "large");
    });
  for (const auto* type : {"a", "b"}) {
    auto jobs = requests(type, 6);
    for (std::size_t i = 0; i < jobs.size(); ++i) {
      jobs[i].options.max_retries = 0;
      jobs[i].options.queue = i % 2 == 0 ? "even" : "odd";
    }
    static_cast<void>(db.workers().enqueue_all(std::move(jobs)));
  }
  db.workers().start();
  REQUIRE(comes_true([&] { return with_status(db, "FAILED") == 12; }));
  CHECK(db.query("_jobs").where(!aurora::field("completed_at").is_null()).count() == 12);
  fails = false;
  CHECK(db.workers().redrive({.type = "a", .queue = "odd"}) == 3);
  CHECK(db.workers().redrive({.where = Object{{"error", Value(Object{{"contains", Value("small")}})}}}) == 5);
  CHECK(db.workers().redrive({.type = "none"}) == 0);
  CHECK(db.workers().redrive() == 4);
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 12; }));
}

TEST_CASE("types that nobody handles are told once and counted", "[facade][threads]") {
  std::mutex mutex;
  std::string logged;
  Config config;
  config.logger = [&](aurora::LogLevel, std::string_view text) {
    const std::lock_guard lock(mutex);
    logged += text;
  };
  auto db = Database::open_in_memory(config);
  db.workers().register_handler("known", [](Job& job) {
    if (job.payload().as<int>() == 0) throw std::runtime_error("!");
  });
  static_cast<void>(db.workers().enqueue_all(requests("unknown", 3)));
  static_cast<void>(db.workers().enqueue_all(requests("known", 5)));
  db.workers().start();
  REQUIRE(comes_true([&] { return with_status(db, "COMPLETED") == 4 && with_status(db, "SCHEDULED") == 1; }));
  REQUIRE(comes_true([&] { return std::lock_guard(mutex), logged.find("jobs of type \"unknown\" wait") != std::string::npos; }));
  const auto stats = db.workers().stats();
  CHECK(stats.started);
  CHECK(stats.threads == 4);
  REQUIRE(stats.types.size() == 2);
  const auto& known = stats.types[0];
  CHECK(known.type == "known");
  CHECK(known.handled);
  CHECK(known.completions == 4);
  CHECK(known.failures == 1);
  CHECK(known.scheduled == 1);
  CHECK(known.ran.max >= known.ran.p50);
  const auto& unknown = stats.types[1];
  CHECK(unknown.type == "unknown");
  CHECK_FALSE(unknown.handled);
  CHECK(unknown.pending == 3);
  const std::lock_guard lock(mutex);
  CHECK(logged.find("\"known\"") == std::string::npos);
}

TEST_CASE("a handler that starts the workers again while they stop is refused, and holds nobody up", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::atomic<bool> begun{false};
  std::string answer;
  db.workers().register_handler("t", [&](Job& job) {
    db.workers().start();   // they run: nothing happens
    begun = true;
    while (!job.cancelled()) std::this_thread::sleep_for(1ms);
    try {
      db.workers().start();
      answer = "started";
    } catch (const Error& error) {
      answer = to_string(error.code());
    }
  });
  db.workers().start();
  static_cast<void>(db.workers().enqueue("t"));
  REQUIRE(comes_true([&] { return begun.load(); }));
  CHECK_FALSE(db.workers().stop(10ms));
  db.close();
  CHECK((answer == "InvalidOperation" || answer == "Closed"));
}

TEST_CASE("a crash costs what a handler had begun an attempt, and what was only claimed nothing", "[facade][threads]") {
  std::string directory = (std::filesystem::temp_directory_path() / "aurora-claims-XXXXXX").string();
  REQUIRE(mkdtemp(directory.data()) != nullptr);
  const auto copy = directory + "/copy";
  std::size_t claimed = 0;
  {
    Config config;
    config.workers.threads = 1;
    auto db = Database::open(directory + "/db", config);
    std::atomic<bool> open{false};
    std::atomic<int> begun{0};
    db.workers().register_handler("t", [&](Job& job) {
      ++begun;
      // Quick ones make the workers claim ahead; then one hangs.
      while (job.payload().as<int>() == 500 && !open) std::this_thread::sleep_for(1ms);
    });
    auto jobs = requests("t", 1'000);
    for (auto& job : jobs) job.options.max_retries = 0;
    static_cast<void>(db.workers().enqueue_all(std::move(jobs)));
    db.workers().start();
    REQUIRE(comes_true([&] { return begun == 501; }));
    db.checkpoint(copy);
    std::filesystem::copy_file(directory + "/db/WORKERS", copy + "/WORKERS");
    open = true;
  }
  auto db = Database::open(copy);
  claimed = with_status(db, "PENDING");
  CHECK(claimed > 0);
  CHECK(with_status(db, "RUNNING") == 0);
  // The one that hung, and at most what ended with it and was not written yet.
  const auto dead = with_status(db, "DEAD_LETTER");
  CHECK(dead >= 1);
  CHECK(claimed + dead + with_status(db, "COMPLETED") == 1'000);
  CHECK(claimed >= 499);
  CHECK(std::filesystem::status(copy + "/WORKERS").permissions() == std::filesystem::perms(0600));
  db.close();
  std::filesystem::remove_all(directory);
}
