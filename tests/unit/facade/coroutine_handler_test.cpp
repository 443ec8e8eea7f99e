// Handlers that are coroutines of Asio: they wait without a thread, and end as others do.
#include "unit/facade/workers_fixture.hpp"

#include <aurora/coroutine_handler.hpp>

#include <catch2/catch_test_macros.hpp>

#include <asio/steady_timer.hpp>
#include <asio/this_coro.hpp>
#include <asio/thread_pool.hpp>
#include <asio/use_awaitable.hpp>

#include <atomic>
#include <memory>
#include <stdexcept>

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Job;
using aurora::Object;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

asio::awaitable<void> pause(std::chrono::milliseconds time) {
  asio::steady_timer timer(co_await asio::this_coro::executor, time);
  co_await timer.async_wait(asio::use_awaitable);
}

}  // namespace

TEST_CASE("coroutines wait together on few threads, and end with a result, an error or a commit", "[facade][threads]") {
  Config config;
  config.workers.threads = 1;
  config.workers.coroutines = 20;
  auto db = Database::open_in_memory(config);
  db.execute("schema { define collection c { n: Int } }");
  asio::thread_pool pool(1);
  std::atomic<int> waiting{0};
  std::atomic<int> most{0};
  aurora::register_handler(db.workers(), "value", pool.get_executor(), [&](std::shared_ptr<Job> job) -> asio::awaitable<std::int64_t> {
    most = std::max(most.load(), ++waiting);
    co_await pause(20ms);
    --waiting;
    co_return job->payload().as<std::int64_t>() * 2;
  });
  aurora::register_handler(db.workers(), "throws", pool.get_executor(), [](std::shared_ptr<Job>) -> asio::awaitable<void> {
    co_await pause(1ms);
    throw std::runtime_error("no good");
  });
  aurora::register_handler(db.workers(), "commits", pool.get_executor(), [&](std::shared_ptr<Job> job) -> asio::awaitable<void> {
    co_await pause(1ms);
    auto transaction = db.begin_transaction();
    transaction.insert("c", Object{{"n", 1}});
    job->commit(transaction, Value("written"));
  });
  db.workers().register_handler("plain", [](Job&) {});
  std::vector<aurora::JobRequest> jobs(60);
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    jobs[i].type = "value";
    jobs[i].payload = Value(static_cast<std::int64_t>(i));
  }
  const auto ids = db.workers().enqueue_all(std::move(jobs));
  const auto thrown = db.workers().enqueue("throws", {}, {.max_retries = 0});
  const auto committed = db.workers().enqueue("commits");
  const auto plain = db.workers().enqueue("plain");
  db.workers().start();
  REQUIRE(becomes(db, plain, "COMPLETED"));
  REQUIRE(becomes(db, committed, "COMPLETED"));
  REQUIRE(becomes(db, thrown, "FAILED"));
  REQUIRE(comes_true([&] { return db.query("_jobs").where(aurora::field("status") == "COMPLETED").count() == 62; }));
  CHECK(field(db, ids[21], "result") == "42");
  CHECK(field(db, thrown, "error") == "\"no good\"");
  CHECK(field(db, committed, "result") == "\"written\"");
  CHECK(db.query("c").count() == 1);
  CHECK(most > 1);
  CHECK(most <= 20);
  CHECK(db.workers().stop(kLong));
}

TEST_CASE("a coroutine that is destroyed fails its attempt, and closing waits for it", "[facade][threads]") {
  auto pool = std::make_unique<asio::thread_pool>(1);
  auto db = Database::open_in_memory();
  std::atomic<bool> begun{false};
  aurora::register_handler(db.workers(), "t", pool->get_executor(), [&](std::shared_ptr<Job>) -> asio::awaitable<void> {
    begun = true;
    co_await pause(1h);
  });
  db.workers().start();
  const auto id = db.workers().enqueue("t", {}, {.max_retries = 0});
  REQUIRE(comes_true([&] { return begun.load(); }));
  CHECK(field(db, id, "status") == "\"RUNNING\"");
  pool->stop();
  pool.reset();
  REQUIRE(becomes(db, id, "FAILED"));
  CHECK(field(db, id, "error") == "\"the handler was destroyed before it came to an end\"");
  db.close();
}
