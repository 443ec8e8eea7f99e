// aurora_bench_live: hearing of changes. Live queries beside running the query again and beside SQLite (update hook and
// re-select); watchers and listeners by the thousand, stuck ones, and a million events. See docs/live.md.
#include <aurora/aurora.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sqlite3.h>

namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr const char* kUsage =
    "usage: aurora_bench_live [--rows N] [--commits N] [--watchers N] [--listeners N] [--events N]\n";

struct Options {
  std::size_t rows = 100'000;
  std::size_t commits = 5'000;
  std::size_t watchers = 10'000;
  std::size_t listeners = 1'000;
  std::size_t events = 1'000'000;
};

double seconds_since(Clock::time_point begin) { return std::chrono::duration<double>(Clock::now() - begin).count(); }
double micros(Clock::duration time) { return std::chrono::duration<double, std::micro>(time).count(); }

aurora::Database filled(std::size_t rows) {
  auto db = aurora::Database::open_in_memory();
  db.execute("schema { define collection items { id: Int! @primary  score: Int  shop: Int  name: String } }");
  std::mt19937_64 random(1);
  for (std::size_t i = 0; i < rows;) {
    std::vector<aurora::Object> documents;
    for (; documents.size() < 10'000 && i < rows; ++i)
      documents.push_back({{"id", aurora::Value(static_cast<std::int64_t>(i))},
                           {"score", aurora::Value(static_cast<std::int64_t>(random() % 1'000'000))},
                           {"shop", aurora::Value(static_cast<std::int64_t>(i % 10'000))},
                           {"name", aurora::Value("item " + std::to_string(i))}});
    db.insert_many("items", documents);
  }
  return db;
}

void set(aurora::Database& db, std::size_t id, const char* field, std::int64_t value) {
  db.update("items", aurora::Value(static_cast<std::int64_t>(id)), {{field, aurora::Value(value)}});
}

constexpr auto kTop = "{ items(orderBy: { score: DESC }, limit: 100) { id score name } }";

// Each commit moves a row into the list, above all others.
class Risers {
 public:
  explicit Risers(std::size_t rows) : rows_(rows) {}
  void operator()(aurora::Database& db) { set(db, random_() % rows_, "score", next_++); }
  std::size_t id() { return random_() % rows_; }
  std::int64_t score() { return next_++; }

 private:
  std::mt19937_64 random_{2};
  std::size_t rows_;
  std::int64_t next_ = 1'000'001;
};

// SQLite with a hook that notes a change, and the list selected again after each commit.
double sqlite_rate(std::size_t rows, std::size_t commits) {
  sqlite3* db = nullptr;
  const auto check = [&](int code, int wanted) {
    if (code != wanted) throw std::runtime_error(std::string("sqlite: ") + sqlite3_errmsg(db));
  };
  check(sqlite3_open(":memory:", &db), SQLITE_OK);
  const auto run = [&](const char* text) { check(sqlite3_exec(db, text, nullptr, nullptr, nullptr), SQLITE_OK); };
  const auto prepare = [&](const char* text) {
    sqlite3_stmt* statement = nullptr;
    check(sqlite3_prepare_v2(db, text, -1, &statement, nullptr), SQLITE_OK);
    return statement;
  };
  run("CREATE TABLE items (id INTEGER PRIMARY KEY, score INTEGER, shop INTEGER, name TEXT)");
  auto* insert = prepare("INSERT INTO items VALUES (?, ?, ?, ?)");
  std::mt19937_64 random(1);
  run("BEGIN");
  for (std::size_t i = 0; i < rows; ++i) {
    const auto name = "item " + std::to_string(i);
    sqlite3_bind_int64(insert, 1, static_cast<sqlite3_int64>(i));
    sqlite3_bind_int64(insert, 2, static_cast<sqlite3_int64>(random() % 1'000'000));
    sqlite3_bind_int64(insert, 3, static_cast<sqlite3_int64>(i % 10'000));
    sqlite3_bind_text(insert, 4, name.c_str(), -1, SQLITE_TRANSIENT);
    check(sqlite3_step(insert), SQLITE_DONE);
    sqlite3_reset(insert);
  }
  run("COMMIT");
  bool changed = false;
  sqlite3_update_hook(
      db, [](void* context, int, const char*, const char*, sqlite3_int64) { *static_cast<bool*>(context) = true; }, &changed);
  auto* update = prepare("UPDATE items SET score = ? WHERE id = ?");
  auto* select = prepare("SELECT id, score, name FROM items ORDER BY score DESC LIMIT 100");
  Risers risers(rows);
  std::size_t seen = 0;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < commits; ++i) {
    sqlite3_bind_int64(update, 1, risers.score());
    sqlite3_bind_int64(update, 2, static_cast<sqlite3_int64>(risers.id()));
    check(sqlite3_step(update), SQLITE_DONE);
    sqlite3_reset(update);
    if (!std::exchange(changed, false)) continue;
    while (sqlite3_step(select) == SQLITE_ROW) ++seen;
    sqlite3_reset(select);
  }
  const double rate = static_cast<double>(commits) / seconds_since(begin);
  if (seen == 0) throw std::runtime_error("sqlite: nothing was selected");
  for (auto* statement : {insert, update, select}) sqlite3_finalize(statement);
  sqlite3_close(db);
  return rate;
}

void measure_list(const Options& options) {
  auto db = filled(options.rows);
  Risers risers(options.rows);
  std::vector<double> latencies;
  {
    std::atomic<Clock::rep> called{0};
    auto following = db.watch(kTop).on_update(
        [&](const aurora::WatchUpdate&) { called = Clock::now().time_since_epoch().count(); });
    for (std::size_t i = 0; i < options.commits; ++i) {
      called = 0;
      const auto begin = Clock::now();
      risers(db);
      while (called == 0) std::this_thread::yield();
      latencies.push_back(micros(Clock::duration(called.load()) - begin.time_since_epoch()));
    }
  }
  std::sort(latencies.begin(), latencies.end());
  const auto at = [&](double part) { return latencies[static_cast<std::size_t>(part * static_cast<double>(latencies.size() - 1))]; };
  std::printf("list of 100 of %zu rows, by a field without an index, every commit changes it\n", options.rows);
  std::printf("  from the call that commits to the callback: p50 %.0f us, p99 %.0f us\n", at(0.5), at(0.99));

  auto watcher = db.watch(kTop);
  std::size_t updates = 0;
  auto begin = Clock::now();
  for (std::size_t i = 0; i < options.commits; ++i) {
    risers(db);
    while (watcher.try_next()) ++updates;
  }
  const double live = static_cast<double>(options.commits) / seconds_since(begin);
  if (updates != options.commits) throw std::runtime_error("the watcher missed something");
  if (watcher.stats().requeries != 0) std::printf("  (the query was run again %llu times)\n", static_cast<unsigned long long>(watcher.stats().requeries));
  const auto again = std::max<std::size_t>(options.commits / 50, 5);
  begin = Clock::now();
  for (std::size_t i = 0; i < again; ++i) {
    risers(db);
    if (db.execute(kTop).data_text().empty()) throw std::runtime_error("no answer");
  }
  const double rerun = static_cast<double>(again) / seconds_since(begin);
  const double sqlite = sqlite_rate(options.rows, again);
  std::printf("  commits with the list after each: live %.0f/s, query run again %.0f/s (%.0f times), sqlite hook and select "
              "%.0f/s (%.0f times)\n", live, rerun, live / rerun, sqlite, live / sqlite);
}

// Microseconds a commit takes its writer: of several runs the least, for others use the machine as well.
double commit_micros(aurora::Database& db, std::size_t commits, const std::function<void()>& settle = {}) {
  double best = 1e9;
  for (int run = 0; run < 5; ++run) {
    const auto begin = Clock::now();
    for (std::size_t i = 0; i < commits; ++i) set(db, i % 100, "shop", static_cast<std::int64_t>(i % 10'000));
    if (settle) settle();
    best = std::min(best, 1e6 * seconds_since(begin) / static_cast<double>(commits));
  }
  return best;
}

void measure_routing(const Options& options) {
  auto db = filled(10'000);
  const auto alone = commit_micros(db, options.commits);
  for (const bool ranges : {false, true}) {
    std::atomic<std::uint64_t> heard{0};
    std::vector<aurora::Following> following;
    for (std::size_t i = 0; i < options.watchers; ++i) {
      // Each commit leaves one of them and comes to another.
      const auto n = std::to_string(i);
      const auto where = ranges ? "{ shop: { gte: " + n + ", lt: " + std::to_string(i + 1) + " } }" : "{ shop: " + n + " }";
      following.push_back(db.watch("{ items(where: " + where + ", limit: 5) { id } }").on_update([&](const aurora::WatchUpdate&) { ++heard; }));
    }
    const auto newest = [&] { return db.stats().sequence; };
    std::atomic<std::uint64_t> reached{0};
    auto last = db.listen("items").on_batch([&](const aurora::ChangeBatch& batch) { reached = batch[batch.size() - 1].sequence; });
    const auto with = commit_micros(db, options.commits, [&] {
      while (reached < newest()) std::this_thread::sleep_for(50us);
    });
    std::printf("%zu %s watchers: a commit takes %.1f us and was %.1f us without them: %.1f us more, until all was heard; %llu updates\n",
                options.watchers, ranges ? "range" : "equality", with, alone, with - alone,
                static_cast<unsigned long long>(heard.load()));
  }
}

void measure_deliveries(const Options& options) {
  double with_one = 0;
  for (const std::size_t count : {std::size_t{1}, options.listeners}) {
    for (const std::size_t changes : {std::size_t{1}, std::size_t{100}}) {
      auto db = filled(1000);
      struct alignas(64) Counter {
        std::uint64_t events = 0;
      };
      std::vector<Counter> counters(count);
      std::atomic<std::size_t> done{0};
      const std::size_t commits = std::max<std::size_t>(options.commits / (changes == 1 ? 1 : 20), 10);
      const std::uint64_t wanted = commits * changes;
      std::vector<aurora::Following> following;
      for (std::size_t i = 0; i < count; ++i)
        following.push_back(db.listen("items").on_event([&, i](const aurora::ChangeEvent&) {
          if (++counters[i].events == wanted) ++done;
        }));
      const auto begin = Clock::now();
      for (std::size_t i = 0; i < commits; ++i) {
        if (changes == 1) {
          set(db, i % 1000, "score", static_cast<std::int64_t>(i));
          continue;
        }
        std::vector<aurora::Object> documents;
        for (std::size_t k = 0; k < changes; ++k)
          documents.push_back({{"id", aurora::Value(static_cast<std::int64_t>(1'000'000 + i * changes + k))}});
        db.insert_many("items", documents);
      }
      const double published = 1e6 * seconds_since(begin) / static_cast<double>(commits);
      while (done < count) std::this_thread::sleep_for(100us);
      const double seconds = seconds_since(begin);
      if (count == 1 && changes == 1) with_one = published;
      std::printf("%zu listeners, %zu changes a commit: %.1f M deliveries/s; a commit took %.1f us%s\n", count, changes,
                  static_cast<double>(wanted * count) / seconds / 1e6, published,
                  count > 1 && changes == 1 && with_one > 0 ? " while they were called" : "");
    }
  }
}

void measure_stuck(const Options& options) {
  auto db = filled(1000);
  const auto alone = commit_micros(db, options.commits);
  std::mutex mutex;
  std::condition_variable released;
  bool release = false;
  auto stuck = db.listen("items").on_event([&](const aurora::ChangeEvent&) {
    std::unique_lock lock(mutex);
    released.wait(lock, [&] { return release; });
  });
  auto idle = db.listen("items");
  const auto with = commit_micros(db, options.commits);
  std::printf("a stuck listener: a commit takes %.2f us, %.2f us without it (%+.1f %%)\n", with, alone, 100 * (with / alone - 1));
  {
    std::lock_guard lock(mutex);
    release = true;
  }
  released.notify_all();
}

std::size_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  std::size_t resident = 0;
  file >> pages >> resident;
  return resident * 4096;
}

void measure_memory(const Options& options) {
  auto db = filled(1000);
  auto watcher = db.watch("{ items(where: { score: { gte: 0 } }, orderBy: { score: DESC }, limit: 10) { id score } }");
  std::atomic<std::uint64_t> called{0};
  auto following = db.listen("items").on_batch([&](const aurora::ChangeBatch& batch) { called += batch.size(); });
  std::int64_t score = 0;
  const auto write = [&](std::size_t events) {
    for (std::size_t i = 0; i < events; ++i) set(db, i % 1000, "score", ++score);
  };
  write(std::min<std::size_t>(options.events / 10, 100'000));
  const auto before = resident_bytes();
  std::uint64_t updates = 0;
  const auto begin = Clock::now();
  for (std::size_t i = 0; i < 10; ++i) {
    write(options.events / 10);
    // It is asked now and then: what it missed is told as one update, or commit by commit while they are in memory.
    while (watcher.try_next()) ++updates;
  }
  const double seconds = seconds_since(begin);
  while (watcher.sequence() < db.stats().sequence && watcher.try_next()) ++updates;
  std::printf("%zu events through a watcher that is asked ten times: %.1f s, %llu updates, memory grew by %.1f MiB (change log "
              "of a database in memory included)\n", options.events, seconds, static_cast<unsigned long long>(updates),
              (static_cast<double>(resident_bytes()) - static_cast<double>(before)) / (1 << 20));
}

Options parse(int count, char** arguments) {
  Options options;
  for (int i = 1; i < count; i += 2) {
    const std::string name = arguments[i];
    if (i + 1 == count) throw std::invalid_argument(kUsage);
    const auto value = std::max<std::size_t>(std::strtoull(arguments[i + 1], nullptr, 10), 100);
    if (name == "--rows") options.rows = value;
    else if (name == "--commits") options.commits = value;
    else if (name == "--watchers") options.watchers = value;
    else if (name == "--listeners") options.listeners = value;
    else if (name == "--events") options.events = value;
    else throw std::invalid_argument(kUsage);
  }
  return options;
}

}  // namespace

int main(int count, char** arguments) {
  try {
    const auto options = parse(count, arguments);
    measure_list(options);
    measure_routing(options);
    measure_deliveries(options);
    measure_stuck(options);
    measure_memory(options);
    return 0;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "aurora_bench_live: %s\n", error.what());
    return 1;
  }
}
