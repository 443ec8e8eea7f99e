// Fairness: a flood of one queue, type, key or priority leaves every other job its turn.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <string>
#include <vector>

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Job;
using aurora::JobOptions;
using aurora::JobPriority;
using aurora::JobRequest;
using aurora::Uuid;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

std::vector<JobRequest> flood(const char* type, int count, const JobOptions& options) {
  std::vector<JobRequest> jobs;
  for (int i = 0; i < count; ++i) jobs.push_back({type, Value(i), options});
  return jobs;
}

std::uint64_t pending(Database& db, const char* queue) {
  return db.query("_jobs").where(aurora::field("queue") == queue && aurora::field("status") == "PENDING").count();
}

void wait_for(const std::atomic<bool>& open) {
  while (!open) std::this_thread::sleep_for(1ms);
}

}  // namespace

TEST_CASE("jobs of one priority are run in the order they came, whatever their queues and types", "[facade][threads]") {
  Config config;
  config.workers.threads = 1;
  auto db = Database::open_in_memory(config);
  std::vector<std::string> order;
  for (const auto* type : {"mail", "bill"})
    db.workers().register_handler(type, [&](Job& job) { order.emplace_back(job.queue()); });
  static_cast<void>(db.workers().enqueue_all(flood("mail", 300, {.queue = "flood"})));
  static_cast<void>(db.workers().enqueue("mail", {}, {.queue = "other"}));
  static_cast<void>(db.workers().enqueue("bill", {}, {.queue = "third"}));
  static_cast<void>(db.workers().enqueue_all(flood("mail", 300, {.queue = "flood"})));
  const auto low = db.workers().enqueue("bill", {}, {.queue = "low", .priority = JobPriority::kLow});
  const auto last = db.workers().enqueue_all(flood("mail", 300, {.queue = "flood"})).back();
  db.workers().start();
  REQUIRE(becomes(db, low, "COMPLETED"));
  CHECK(field(db, last, "status") == "\"COMPLETED\"");
  REQUIRE(order.size() == 903);
  CHECK(order[300] == "other");
  CHECK(order[301] == "third");
  CHECK(order[902] == "low");
}

TEST_CASE("a flood that never ends leaves jobs of its priority their turn, and lets urgent ones by", "[facade][threads]") {
  Config config;
  config.workers.threads = 2;
  auto db = Database::open_in_memory(config);
  std::atomic<bool> ends{false};
  std::atomic<int> flooded{0};
  // Each leaves another behind: there are always some that wait.
  db.workers().register_handler("flood", [&](Job& job) {
    ++flooded;
    if (ends) return;
    auto transaction = db.begin_transaction();
    db.workers().enqueue_in(transaction, "flood", {}, {.queue = "flood", .priority = JobPriority::kHigh});
    static_cast<void>(job.try_commit(transaction));
  });
  db.workers().register_handler("other", [](Job&) {});
  static_cast<void>(db.workers().enqueue_all(flood("flood", 300, {.queue = "flood", .priority = JobPriority::kHigh})));
  const auto low = db.workers().enqueue("other", {}, {.priority = JobPriority::kLow});
  db.workers().start();
  REQUIRE(comes_true([&] { return flooded > 300; }));
  for (const auto priority : {JobPriority::kHigh, JobPriority::kCritical}) {
    const auto before = flooded.load();
    REQUIRE(becomes(db, db.workers().enqueue("other", {}, {.priority = priority}), "COMPLETED"));
    REQUIRE(comes_true([&] { return flooded > before; }));   // and it goes on
  }
  ends = true;
  CHECK(becomes(db, low, "COMPLETED"));
  CHECK(db.workers().stop(kLong));
}

TEST_CASE("a queue at its limit, paused or without a handler holds up no job behind it", "[facade][threads]") {
  Config config;
  config.workers.threads = 3;
  config.workers.queue_concurrency["narrow"] = 1;
  auto db = Database::open_in_memory(config);
  std::atomic<bool> open{false};
  db.workers().register_handler("block", [&](Job&) { wait_for(open); });
  db.workers().register_handler("quick", [](Job&) {});
  db.workers().pause("held");
  const auto urgent = JobPriority::kCritical;
  static_cast<void>(db.workers().enqueue_all(flood("block", 500, {.queue = "narrow", .priority = urgent})));
  static_cast<void>(db.workers().enqueue_all(flood("block", 500, {.queue = "keyed", .priority = urgent, .concurrency_key = "k"})));
  static_cast<void>(db.workers().enqueue_all(flood("quick", 500, {.queue = "held", .priority = urgent})));
  static_cast<void>(db.workers().enqueue_all(flood("nobody's", 500, {.queue = "unhandled", .priority = urgent})));
  const auto low = db.workers().enqueue_all(flood("quick", 50, {.queue = "low", .priority = JobPriority::kLow}));
  db.workers().start();
  for (const auto& id : low) REQUIRE(becomes(db, id, "COMPLETED"));
  CHECK(pending(db, "narrow") == 499);
  CHECK(pending(db, "keyed") == 499);
  CHECK(pending(db, "held") == 500);
  CHECK(pending(db, "unhandled") == 500);
  open = true;
  CHECK(comes_true([&] { return pending(db, "narrow") + pending(db, "keyed") == 0; }));
  CHECK(db.workers().stop(kLong));
}
