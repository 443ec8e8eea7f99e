// aurora_bench_jobs: the life of empty jobs in Aurora and in SQLite, where a queue is `UPDATE … RETURNING` on a table.
// Jobs per second are of enqueue, claim and completion together, both sides enqueueing --batch a commit. What a job costs is
// said in processor time as well, of all threads: that does not change much with what else the machine does.
#include <aurora/aurora.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>
#include <stdlib.h>  // mkdtemp
#include <sys/resource.h>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
namespace fs = std::filesystem;

constexpr const char* kUsage = "usage: aurora_bench_jobs [--jobs N] [--waiting N] [--batch N] [--directory DIR]\n";

struct Options {
  std::size_t jobs = 200'000;
  std::size_t waiting = 1'000'000;   // of another type, while the same is measured again
  std::size_t batch = 100;           // jobs enqueued in one commit
  fs::path directory = fs::temp_directory_path();
};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }

double processor_seconds() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) { return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec); };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct Cost {
  double rate = 0;        // jobs a second
  double micros = 0;      // of processor time, a job
};

class Stopwatch {
 public:
  [[nodiscard]] Cost cost(std::size_t jobs) const {
    const auto count = static_cast<double>(jobs);
    return {count / seconds_since(begin_), 1e6 * (processor_seconds() - processor_) / count};
  }

 private:
  const Clock::time_point begin_ = Clock::now();
  const double processor_ = processor_seconds();
};

aurora::Config config_of(bool synced) {
  aurora::Config config;
  config.durability = synced ? aurora::Durability::kStrict : aurora::Durability::kWal;
  return config;
}

void enqueue(aurora::Database& db, const char* type, std::size_t count, std::size_t batch) {
  for (std::size_t i = 0; i < count; i += batch) {
    std::vector<aurora::JobRequest> jobs(std::min(batch, count - i));
    for (std::size_t k = 0; k < jobs.size(); ++k) {
      jobs[k].type = type;
      jobs[k].payload = i + k;
    }
    static_cast<void>(db.workers().enqueue_all(std::move(jobs)));
  }
}

std::size_t completed(aurora::Database& db) {
  return db.query("_jobs").where(aurora::field("status") == "COMPLETED").count();
}

// From the first being enqueued to the last being stored as completed. `ran` counts what the handler of "empty" did.
Cost run_aurora(aurora::Database& db, const std::atomic<std::size_t>& ran, std::size_t count, std::size_t batch) {
  const auto before = completed(db);
  const auto ran_before = ran.load();
  const Stopwatch watch;
  enqueue(db, "empty", count, batch);
  while (ran - ran_before < count) std::this_thread::sleep_for(500us);
  while (completed(db) < before + count) std::this_thread::sleep_for(500us);
  return watch.cost(count);
}

// Microseconds from enqueueing one job, when all is idle, to its handler.
std::vector<double> pickups(aurora::Database& db, std::size_t count) {
  std::atomic<Clock::rep> begun{0};
  db.workers().register_handler("pickup", [&](aurora::Job&) { begun = Clock::now().time_since_epoch().count(); });
  std::vector<double> found;
  for (std::size_t i = 0; i < count; ++i) {
    std::this_thread::sleep_for(1ms);
    begun = 0;
    const auto begin = Clock::now();
    db.workers().enqueue("pickup");
    while (begun == 0) std::this_thread::sleep_for(10us);
    found.push_back(std::chrono::duration<double, std::micro>(Clock::duration(begun - begin.time_since_epoch().count())).count());
  }
  std::sort(found.begin(), found.end());
  return found;
}

class Sqlite {
 public:
  Sqlite(const fs::path& path, bool synced) {
    if (sqlite3_open(path.c_str(), &db_) != SQLITE_OK) throw std::runtime_error("sqlite: cannot open");
    run("PRAGMA journal_mode = WAL");
    run(synced ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
    run("CREATE TABLE jobs (id INTEGER PRIMARY KEY, type TEXT, status INTEGER, priority INTEGER, run_at INTEGER, payload TEXT)");
    run("CREATE INDEX ready ON jobs (priority DESC, run_at, id) WHERE status = 0");
  }
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;
  ~Sqlite() { sqlite3_close(db_); }

  Cost measure(std::size_t count, std::size_t batch) {
    sqlite3_stmt* insert = prepare("INSERT INTO jobs (type, status, priority, run_at, payload) VALUES ('empty', 0, 1, ?, ?)");
    sqlite3_stmt* claim = prepare(
        "UPDATE jobs SET status = 1 WHERE id = (SELECT id FROM jobs WHERE status = 0 ORDER BY priority DESC, run_at, id LIMIT 1) "
        "RETURNING id, payload");
    sqlite3_stmt* complete = prepare("UPDATE jobs SET status = 2 WHERE id = ?");
    const Stopwatch watch;
    for (std::size_t i = 0; i < count; ++i) {
      if (i % batch == 0) run("BEGIN");
      sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(i));
      sqlite3_bind_int64(insert, 2, static_cast<sqlite3_int64>(i));
      step(insert, SQLITE_DONE);
      sqlite3_reset(insert);
      if (i % batch == batch - 1 || i + 1 == count) run("COMMIT");
    }
    for (std::size_t i = 0; i < count; ++i) {
      step(claim, SQLITE_ROW);
      const auto id = sqlite3_column_int64(claim, 0);
      step(claim, SQLITE_DONE);
      sqlite3_reset(claim);
      sqlite3_bind_int64(complete, 1, id);
      step(complete, SQLITE_DONE);
      sqlite3_reset(complete);
    }
    const auto cost = watch.cost(count);
    for (auto* statement : {insert, claim, complete}) sqlite3_finalize(statement);
    return cost;
  }

 private:
  [[noreturn]] void fail() { throw std::runtime_error(std::string("sqlite: ") + sqlite3_errmsg(db_)); }
  void run(const char* text) {
    if (sqlite3_exec(db_, text, nullptr, nullptr, nullptr) != SQLITE_OK) fail();
  }
  sqlite3_stmt* prepare(const char* text) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v2(db_, text, -1, &statement, nullptr) != SQLITE_OK) fail();
    return statement;
  }
  void step(sqlite3_stmt* statement, int wanted) {
    if (sqlite3_step(statement) != wanted) fail();
  }
  sqlite3* db_ = nullptr;
};

void measure(const Options& options, const fs::path& scratch, bool synced) {
  const char* const mode = synced ? "synced" : "logged";
  const auto path = (scratch / mode).string();
  // Where each step is synced, SQLite would take minutes for as many.
  const auto jobs = synced ? std::max<std::size_t>(options.jobs / 4, 1) : options.jobs;
  Cost alone;
  {
    std::atomic<std::size_t> ran{0};
    auto db = aurora::Database::open(path, config_of(synced));
    db.workers().register_handler("empty", [&](aurora::Job&) { ++ran; });
    db.workers().start();
    alone = run_aurora(db, ran, jobs, options.batch);
    const auto latency = pickups(db, std::min<std::size_t>(options.jobs, 1'000));
    std::printf("%s: aurora %.0f jobs/s, %.1f us of processor time a job; pickup when idle p50 %.0f us, p99 %.0f us\n", mode,
                alone.rate, alone.micros, latency[latency.size() / 2],
                latency[latency.size() * 99 / 100]);
    if (!synced) {
      enqueue(db, "other", options.waiting, 10'000);
      const auto beside = run_aurora(db, ran, jobs, options.batch);
      std::printf("%s: aurora %.0f jobs/s, %.1f us a job, while %zu others wait\n", mode, beside.rate, beside.micros,
                  options.waiting);
    }
  }
  if (!synced) {
    const auto begin = Clock::now();
    auto db = aurora::Database::open(path, config_of(synced));
    const double opened = seconds_since(begin);
    std::atomic<bool> run{false};
    db.workers().register_handler("empty", [&](aurora::Job&) { run = true; });
    db.workers().start();
    static_cast<void>(db.workers().enqueue("empty"));
    while (!run) std::this_thread::sleep_for(100us);
    std::printf("%s: aurora opens in %.3f s with them, and has run a job %.3f s after it began to open\n", mode, opened,
                seconds_since(begin));
  }
  Sqlite sqlite(scratch / (std::string(mode) + ".sqlite"), synced);
  const auto peer = sqlite.measure(synced ? std::max<std::size_t>(jobs / 10, 1) : jobs, options.batch);
  std::printf("%s: sqlite %.0f jobs/s, %.1f us a job; aurora is %.1f times as fast, and takes %.2f of the processor time\n",
              mode, peer.rate, peer.micros, alone.rate / peer.rate, alone.micros / peer.micros);
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string name = arguments[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    if (name == "--jobs")
      options.jobs = std::max<std::size_t>(std::strtoull(arguments[i + 1], nullptr, 10), 1);
    else if (name == "--waiting")
      options.waiting = std::strtoull(arguments[i + 1], nullptr, 10);
    else if (name == "--batch")
      options.batch = std::max<std::size_t>(std::strtoull(arguments[i + 1], nullptr, 10), 1);
    else if (name == "--directory")
      options.directory = arguments[i + 1];
    else
      throw std::invalid_argument(kUsage);
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto options = parse(count, arguments);
    std::string scratch = (options.directory / "aurora_bench_jobs.XXXXXX").string();
    if (mkdtemp(scratch.data()) == nullptr) throw std::runtime_error("cannot make " + scratch);
    for (const bool synced : {false, true}) measure(options, scratch, synced);
    fs::remove_all(scratch);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "aurora_bench_jobs: %s\n", error.what());
    return 1;
  }
}
