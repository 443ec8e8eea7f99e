// Unique jobs: which job of a key stands for a new one, for how long, and what is left of a race for the key.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

namespace {

using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Job;
using aurora::JobOptions;
using aurora::JobStatus;
using aurora::Uuid;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

std::string refused(Database& db, const JobOptions& options) {
  try {
    static_cast<void>(db.workers().enqueue("t", {}, options));
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.message();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("a job that completed stands for another of its key as long as it is asked to", "[facade][threads]") {
  Moved clock;
  auto db = Database::open_in_memory(clock.config());
  db.workers().register_handler("t", [](Job& job) {
    if (!job.payload().is_null()) throw std::runtime_error("no good");
  });
  db.workers().start();
  const JobOptions hourly{.max_retries = 0, .unique_key = "k", .unique_for = 1h};
  const auto first = db.workers().enqueue("t", {}, hourly);
  REQUIRE(becomes(db, first, "COMPLETED"));
  CHECK(db.workers().enqueue("t", {}, hourly) == first);
  clock.forward(1h - 1us);
  CHECK(db.workers().enqueue("t", {}, hourly) == first);
  // A time of its own: what counts is what the new one asks for.
  const auto other = db.workers().enqueue("t", Value(1), {.max_retries = 0, .unique_key = "k", .unique_for = 1min});
  CHECK(other != first);
  REQUIRE(becomes(db, other, "FAILED"));
  // One that failed does not stand for another unless that is said.
  CHECK(db.workers().enqueue("t", {}, hourly) == first);
  CHECK(db.workers().enqueue("t", {}, {.unique_key = "k", .unique_states = {JobStatus::kFailed}}) == other);
  clock.forward(1us);
  const auto next = db.workers().enqueue("t", {}, hourly);
  CHECK(next != first);
  CHECK(next != other);
  REQUIRE(becomes(db, next, "COMPLETED"));
  clock.forward(24h);
  CHECK(db.workers().enqueue("t", {}, {.unique_key = "k", .unique_states = {JobStatus::kCompleted}}) == next);
}

TEST_CASE("a job that runs makes room for one that waits, when only those that wait count", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::atomic<int> begun{0};
  std::atomic<bool> open{false};
  db.workers().register_handler("index", [&](Job&) {
    ++begun;
    while (!open) std::this_thread::sleep_for(1ms);
  });
  db.workers().start();
  const JobOptions waiting{.unique_key = "k", .unique_states = {JobStatus::kPending, JobStatus::kScheduled},
                           .concurrency_key = "k"};
  const auto first = db.workers().enqueue("index", {}, waiting);
  REQUIRE(comes_true([&] { return begun == 1; }));
  const auto second = db.workers().enqueue("index", {}, waiting);
  CHECK(second != first);
  CHECK(db.workers().enqueue("index", {}, waiting) == second);
  open = true;
  REQUIRE(becomes(db, second, "COMPLETED"));
  CHECK(begun == 2);
  CHECK(db.query("_jobs").count() == 2);
}

TEST_CASE("of many that enqueue one key at a time there is one job, and all are answered it", "[facade][threads]") {
  auto db = Database::open_in_memory();
  constexpr int kThreads = 4;
  constexpr int kEach = 50;
  std::vector<std::vector<Uuid>> ids(kThreads);
  {
    std::vector<std::jthread> threads;
    for (auto& own : ids)
      threads.emplace_back([&db, &own] {
        for (int i = 0; i < kEach; ++i) {
          const JobOptions options{.unique_key = "k" + std::to_string(i), .unique_for = 1h};
          if (i % 2 == 0) {
            own.push_back(db.workers().enqueue("t", {}, options));
          } else {
            db.transaction([&](aurora::Transaction& transaction) {
              own.resize(static_cast<std::size_t>(i));
              own.push_back(db.workers().enqueue_in(transaction, "t", {}, options));
            });
          }
        }
      });
  }
  CHECK(db.query("_jobs").count() == kEach);
  for (const auto& own : ids) CHECK(own == ids.front());
}

TEST_CASE("what cannot be unique is said", "[facade]") {
  auto db = Database::open_in_memory();
  CHECK(refused(db, {.unique_for = 1h}) == "InvalidInput: 'unique_for' and 'unique_states' go with a unique key");
  CHECK(refused(db, {.unique_states = {JobStatus::kPending}}) ==
        "InvalidInput: 'unique_for' and 'unique_states' go with a unique key");
  CHECK(refused(db, {.unique_key = "k", .unique_for = 0s}) == "InvalidInput: 'unique_for' of a job must be above zero");
  CHECK(refused(db, {.unique_key = "k", .unique_for = std::chrono::microseconds::max()}) == "nothing");
}
