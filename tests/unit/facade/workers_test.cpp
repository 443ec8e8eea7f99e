// Workers: what handlers get, how their jobs end, what a clock, a lease and a second thread do to them.
#include "unit/facade/workers_fixture.hpp"

#include <catch2/catch_test_macros.hpp>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <filesystem>
#include <mutex>
#include <string>
#include <thread>

#include <stdlib.h>  // mkdtemp

namespace {

using aurora::Config;
using aurora::Database;
using aurora::Error;
using aurora::ErrorCode;
using aurora::Job;
using aurora::JobOptions;
using aurora::JobPriority;
using aurora::Object;
using aurora::Transaction;
using aurora::Uuid;
using aurora::Value;
using namespace aurora::testing;
using namespace std::chrono_literals;

// A gate that handlers wait at.
class Gate {
 public:
  void open() {
    const std::lock_guard lock(mutex_);
    open_ = true;
    changed_.notify_all();
  }
  void pass() {
    std::unique_lock lock(mutex_);
    ++came_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return open_; });
  }
  bool wait_for(int came) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kLong, [&] { return came_ >= came; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool open_ = false;
  int came_ = 0;
};

}  // namespace

TEST_CASE("a handler gets its job, and what it returns is the result", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::string seen;
  db.workers().register_handler("greet", [&](Job& job) {
    seen = job.payload()["name"].as<std::string>() + std::string(job.type()) + std::string(job.queue()) +
           std::to_string(job.attempt());
    return Value("hello");
  });
  db.workers().start();
  const auto id = db.workers().enqueue("greet", Object{{"name", "Ada"}}, {.queue = "q"});
  REQUIRE(becomes(db, id, "COMPLETED"));
  CHECK(seen == "Adagreetq1");
  CHECK(field(db, id, "result") == "\"hello\"");
  CHECK(field(db, id, "error") == "null");
  CHECK(db.workers().stop(1s));
}

TEST_CASE("an attempt that throws is followed by others, later and later, until none is left", "[facade][threads]") {
  Moved clock;
  auto db = Database::open_in_memory(clock.config());
  std::atomic<int> tried{0};
  db.workers().register_handler("fails", [&](Job& job) {
    ++tried;
    throw Error(ErrorCode::kInvalidInput, "no good, " + std::to_string(job.attempt()));
  });
  db.workers().start();
  const auto id = db.workers().enqueue("fails", {}, {.max_retries = 2});
  const auto begin = clock.micros->load();
  REQUIRE(becomes(db, id, "SCHEDULED"));
  CHECK(field(db, id, "retries") == "1");
  CHECK(field(db, id, "error") == "\"no good, 1\"");
  CHECK((*db.workers().job(id))["run_at"].as<aurora::DateTime>().micros == begin + 5'000'000);
  clock.forward(4'999ms);
  std::this_thread::sleep_for(400ms);
  CHECK(tried == 1);
  clock.forward(1ms);
  REQUIRE(comes_true([&] { return field(db, id, "retries") == "2"; }));
  CHECK((*db.workers().job(id))["run_at"].as<aurora::DateTime>().micros == begin + 15'000'000);
  clock.forward(10s);
  REQUIRE(becomes(db, id, "FAILED"));
  CHECK(tried == 3);
  CHECK(field(db, id, "error") == "\"no good, 3\"");
  db.workers().retry(id);
  REQUIRE(comes_true([&] { return tried == 4; }));
}

TEST_CASE("jobs are taken by priority, time and age", "[facade][threads]") {
  Config config;
  config.workers.threads = 1;
  auto db = Database::open_in_memory(config);
  std::string order;
  db.workers().register_handler("t", [&](Job& job) { order += job.payload().as<std::string>(); });
  const auto add = [&](const char* name, JobPriority priority) {
    return db.workers().enqueue("t", Value(name), {.priority = priority});
  };
  add("l", JobPriority::kLow);
  add("n", JobPriority::kNormal);
  add("c", JobPriority::kCritical);
  add("h", JobPriority::kHigh);
  const auto last = add("m", JobPriority::kLow);
  db.workers().start();
  REQUIRE(becomes(db, last, "COMPLETED"));
  CHECK(order == "chnlm");
}

TEST_CASE("a handler commits its writes, its job's end and a job that follows together", "[facade][threads]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } }");
  std::atomic<bool> rolls_back{true};
  db.workers().register_handler("write", [&](Job& job) {
    auto transaction = db.begin_transaction();
    transaction.insert("c", Object{{"n", Value(job.payload())}});
    db.workers().enqueue_in(transaction, "next", Value(job.payload()));
    if (rolls_back) throw Error(ErrorCode::kInternal, "first time");
    job.commit(transaction, Value("done"));
    CHECK_FALSE(transaction.try_commit());
  });
  db.workers().start();
  const auto lost = db.workers().enqueue("write", Value(1), {.max_retries = 0});
  REQUIRE(becomes(db, lost, "FAILED"));
  CHECK(db.query("c").count() == 0);
  CHECK(db.query("_jobs").count() == 1);
  rolls_back = false;
  const auto kept = db.workers().enqueue("write", Value(2));
  REQUIRE(becomes(db, kept, "COMPLETED"));
  CHECK(field(db, kept, "result") == "\"done\"");
  CHECK(db.execute("{ c { n } _jobs(where: {type: \"next\"}) { payload status } }").data_text() ==
        R"({"c":[{"n":2}],"_jobs":[{"payload":2,"status":"PENDING"}]})");
}

TEST_CASE("a job cancelled while it runs tells its handler and takes nothing from it", "[facade][threads]") {
  auto db = Database::open_in_memory();
  db.execute("schema { define collection c { n: Int } }");
  std::atomic<bool> begun{false};
  std::atomic<bool> refused{false};
  db.workers().register_handler("slow", [&](Job& job) {
    begun = true;
    while (!job.cancelled()) std::this_thread::sleep_for(1ms);
    auto transaction = db.begin_transaction();
    transaction.insert("c", Object{{"n", 1}});
    refused = job.try_commit(transaction).error().code() == ErrorCode::kInvalidOperation;
  });
  db.workers().start();
  const auto id = db.workers().enqueue("slow");
  REQUIRE(comes_true([&] { return begun.load(); }));
  CHECK(field(db, id, "status") == "\"RUNNING\"");
  db.workers().cancel(id);
  REQUIRE(comes_true([&] { return refused.load(); }));
  CHECK(db.workers().stop(kLong));
  CHECK(field(db, id, "status") == "\"CANCELLED\"");
  CHECK(db.query("c").count() == 0);
}

TEST_CASE("an attempt that takes longer than its timeout fails", "[facade][threads]") {
  auto db = Database::open_in_memory();
  db.workers().register_handler("slow", [](Job& job) {
    while (!job.cancelled()) std::this_thread::sleep_for(1ms);
  });
  db.workers().start();
  const auto id = db.workers().enqueue("slow", {}, {.max_retries = 0, .timeout = 1s});
  REQUIRE(becomes(db, id, "FAILED"));
  CHECK(field(db, id, "error") == "\"the attempt took longer than its timeout of 1s\"");
  CHECK(db.workers().stop(kLong));
}

TEST_CASE("heartbeats keep the lease of a handler that takes longer", "[facade][threads]") {
  Config config;
  config.workers.lease = 2s;
  config.workers.heartbeat = 200ms;
  auto db = Database::open_in_memory(config);
  Gate gate;
  std::atomic<int> attempts{0};
  db.workers().register_handler("long", [&](Job&) {
    ++attempts;
    gate.pass();
  });
  db.workers().start();
  const auto id = db.workers().enqueue("long");
  REQUIRE(gate.wait_for(1));
  std::this_thread::sleep_for(3s);
  CHECK(field(db, id, "status") == "\"RUNNING\"");
  CHECK(field(db, id, "last_heartbeat") != field(db, id, "started_at"));
  gate.open();
  REQUIRE(becomes(db, id, "COMPLETED"));
  CHECK(attempts == 1);
}

TEST_CASE("workers that stop give back what they cannot finish, and its handler writes nothing late", "[facade][threads]") {
  auto db = Database::open_in_memory();
  Gate gate;
  std::atomic<bool> cancelled{false};
  db.workers().register_handler("slow", [&](Job& job) {
    gate.pass();
    cancelled = job.cancelled();
    return Value("late");
  });
  db.workers().start();
  const auto id = db.workers().enqueue("slow");
  REQUIRE(gate.wait_for(1));
  CHECK_FALSE(db.workers().stop(10ms));
  CHECK(field(db, id, "status") == "\"PENDING\"");
  CHECK(field(db, id, "retries") == "0");
  db.workers().register_handler("slow", [](Job&) { return Value("anew"); });
  db.workers().start();
  REQUIRE(becomes(db, id, "COMPLETED"));
  gate.open();
  REQUIRE(comes_true([&] { return cancelled.load(); }));
  db.workers().stop(kLong);
  CHECK(field(db, id, "result") == "\"anew\"");
}

TEST_CASE("paused queues wait, others do not", "[facade][threads]") {
  auto db = Database::open_in_memory();
  db.workers().register_handler("t", [](Job&) {});
  db.workers().pause("held");
  db.workers().start();
  const auto held = db.workers().enqueue("t", {}, {.queue = "held"});
  const auto free = db.workers().enqueue("t");
  REQUIRE(becomes(db, free, "COMPLETED"));
  CHECK(field(db, held, "status") == "\"PENDING\"");
  db.workers().resume("held");
  REQUIRE(becomes(db, held, "COMPLETED"));
  db.workers().pause();
  const auto later = db.workers().enqueue("t");
  std::this_thread::sleep_for(100ms);
  CHECK(field(db, later, "status") == "\"PENDING\"");
  db.workers().resume();
  CHECK(becomes(db, later, "COMPLETED"));
}

TEST_CASE("a queue runs no more jobs at a time than its limit", "[facade][threads]") {
  Config config;
  config.workers.threads = 4;
  config.workers.queue_concurrency["narrow"] = 2;
  auto db = Database::open_in_memory(config);
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  std::atomic<int> done{0};
  db.workers().register_handler("t", [&](Job&) {
    const int now = ++running;
    for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {}
    std::this_thread::sleep_for(2ms);
    --running;
    ++done;
  });
  for (int i = 0; i < 40; ++i) db.workers().enqueue("t", Value(i), {.queue = "narrow"});
  db.workers().start();
  REQUIRE(comes_true([&] { return done == 40; }));
  CHECK(most <= 2);
}

TEST_CASE("blocking handlers hold up their own threads alone", "[facade][threads]") {
  Config config;
  config.workers.threads = 2;
  auto db = Database::open_in_memory(config);
  Gate gate;
  db.workers().register_handler("block", [&](Job&) { gate.pass(); });
  db.workers().register_handler("quick", [](Job&) {});
  db.workers().start();
  const auto blocked = db.workers().enqueue("block");
  REQUIRE(gate.wait_for(1));
  std::vector<Uuid> ids;
  for (int i = 0; i < 50; ++i) ids.push_back(db.workers().enqueue("quick"));
  for (const auto& id : ids) REQUIRE(becomes(db, id, "COMPLETED"));
  gate.open();
  CHECK(becomes(db, blocked, "COMPLETED"));
}

TEST_CASE("ends are told, with what went wrong", "[facade][threads]") {
  auto db = Database::open_in_memory();
  std::mutex mutex;
  std::vector<std::string> told;
  db.workers().on_complete([&](const aurora::JobEnd& end) {
    const std::lock_guard lock(mutex);
    told.push_back(end.type + " " + std::string(to_string(end.status)) + " " + std::to_string(end.attempt) + end.error);
  });
  db.workers().register_handler("good", [](Job&) {});
  db.workers().register_handler("bad", [](Job&) { throw std::runtime_error("!"); });
  db.workers().start();
  db.workers().enqueue("good");
  REQUIRE(comes_true([&] { return std::lock_guard(mutex), told.size() == 1; }));
  db.workers().enqueue("bad", {}, {.max_retries = 0});
  REQUIRE(comes_true([&] { return std::lock_guard(mutex), told.size() == 2; }));
  CHECK(told == std::vector<std::string>{"good COMPLETED 1", "bad FAILED 1!"});
}

TEST_CASE("progress is shown while the job runs", "[facade][threads]") {
  auto db = Database::open_in_memory();
  Gate gate;
  db.workers().register_handler("t", [&](Job& job) {
    job.progress(Value(0.5));
    gate.pass();
  });
  db.workers().start();
  const auto id = db.workers().enqueue("t");
  CHECK(comes_true([&] { return field(db, id, "progress") == "0.5"; }));
  gate.open();
  CHECK(becomes(db, id, "COMPLETED"));
}

TEST_CASE("many jobs from many threads are each run once", "[facade][threads]") {
  auto db = Database::open_in_memory();
  constexpr int kThreads = 3;
  constexpr int kEach = 300;
  std::vector<std::atomic<int>> runs(kThreads * kEach);
  std::atomic<int> done{0};
  db.workers().register_handler("t", [&](Job& job) {
    ++runs[job.payload().as<std::size_t>()];
    ++done;
  });
  db.workers().start();
  {
    std::vector<std::jthread> threads;
    for (int t = 0; t < kThreads; ++t)
      threads.emplace_back([&db, t] {
        for (int i = 0; i < kEach; ++i) db.workers().enqueue("t", Value(t * kEach + i));
      });
  }
  REQUIRE(comes_true([&] { return done == kThreads * kEach; }));
  REQUIRE(comes_true([&] {
    return db.execute("{ _jobs(where: {status: \"COMPLETED\"}) { aggregate { count } } }").data_text() ==
           R"({"_jobs":{"aggregate":{"count":900}}})";
  }));
  for (const auto& count : runs) REQUIRE(count == 1);
}

TEST_CASE("jobs of a process that is gone are lost attempts", "[facade][threads]") {
  std::string directory = (std::filesystem::temp_directory_path() / "aurora-workers-XXXXXX").string();
  REQUIRE(mkdtemp(directory.data()) != nullptr);
  const auto copy = directory + "/copy";
  Uuid again;
  Uuid dead;
  {
    auto db = Database::open(directory + "/db");
    Gate gate;
    db.workers().register_handler("t", [&](Job&) { gate.pass(); });
    db.workers().start();
    again = db.workers().enqueue("t");
    dead = db.workers().enqueue("t", {}, {.max_retries = 0});
    REQUIRE(gate.wait_for(2));
    db.checkpoint(copy);   // as a crash would leave it
    gate.open();
  }
  auto db = Database::open(copy);
  CHECK(field(db, again, "status") == "\"PENDING\"");
  CHECK(field(db, again, "retries") == "1");
  CHECK(field(db, dead, "status") == "\"DEAD_LETTER\"");
  CHECK(field(db, dead, "error") == "\"the process that ran the job ended before it\"");
  std::atomic<std::uint32_t> attempt{0};
  db.workers().register_handler("t", [&](Job& job) { attempt = job.attempt(); });
  db.workers().start();
  REQUIRE(becomes(db, again, "COMPLETED"));
  CHECK(attempt == 2);
  db.close();
  std::filesystem::remove_all(directory);
}

TEST_CASE("old jobs are removed, failed ones are kept", "[facade][threads]") {
  Moved clock;
  auto db = Database::open_in_memory(clock.config());
  db.workers().register_handler("good", [](Job&) {});
  db.workers().register_handler("bad", [](Job&) { throw std::runtime_error("!"); });
  db.workers().start();
  const auto good = db.workers().enqueue("good");
  const auto bad = db.workers().enqueue("bad", {}, {.max_retries = 0});
  REQUIRE(becomes(db, good, "COMPLETED"));
  REQUIRE(becomes(db, bad, "FAILED"));
  CHECK(db.workers().stop(kLong));
  clock.forward(std::chrono::hours(24 * 8));
  db.workers().start();
  CHECK(comes_true([&] { return !db.workers().job(good); }));
  CHECK(field(db, bad, "status") == "\"FAILED\"");
}

TEST_CASE("what is not sensible is said", "[facade][threads]") {
  auto db = Database::open_in_memory();
  const auto code = [](const auto& call) {
    try {
      call();
    } catch (const Error& error) {
      return std::string(to_string(error.code())) + ": " + error.message();
    }
    return std::string("nothing");
  };
  CHECK(code([&] { db.workers().enqueue(""); }) == "InvalidInput: a job needs a type, the name its handler is registered under");
  CHECK(code([&] { db.workers().enqueue("t", {}, {.delay = -1s}); }) == "InvalidInput: the delay of a job must not be negative");
  CHECK(code([&] { db.workers().enqueue("t", {}, {.run_at = aurora::DateTime(1), .delay = 1s}); }) ==
        "InvalidInput: a job has 'run_at' or 'delay', not both");
  CHECK(code([&] { db.workers().enqueue("t", {}, {.timeout = 0s}); }) == "InvalidInput: the timeout of a job must be above zero");
  CHECK(code([&] { db.workers().cancel(Uuid{}); }) == "NotFound: there is no job \"00000000-0000-0000-0000-000000000000\"");
  CHECK(code([&] { db.workers().register_handler("", [](Job&) {}); }) == "InvalidInput: a handler needs the type of the jobs it runs");
  std::string inside;
  db.workers().register_handler("close", [&](Job&) {
    inside = code([&] { db.close(); }) + "\n" + code([&] { db.workers().stop(1s); });
  });
  db.workers().start();
  const auto id = db.workers().enqueue("close");
  REQUIRE(becomes(db, id, "COMPLETED"));
  CHECK(inside ==
        "InvalidOperation: a job's handler cannot close the database, which waits for it; do it from another thread\n"
        "InvalidOperation: a job's handler cannot stop the workers, which waits for it; do it from another thread");
  Config config;
  config.workers.threads = 0;
  config.workers.heartbeat = config.workers.lease;
  CHECK(code([&] { static_cast<void>(Database::open_in_memory(config)); }) ==
        "InvalidInput: the configuration is not usable: workers.threads must be between 1 and 1024; "
        "workers.heartbeat must be between 10 ms and half the lease");
  db.close();
  CHECK(code([&] { db.workers().enqueue("t"); }) == "Closed: the database was closed; open it again");
  CHECK(code([&] { db.workers().start(); }) == "Closed: the database was closed; open it again");
}
