// A database that is written without an end: documents come and expire, readers read, one now and then forgets that it holds
// a snapshot. Memory, descriptors, threads, log and disk must stay where they were after the warm-up.
// usage: aurora_soak [--seconds N | --minutes N] [--seed N]
#include <aurora/aurora.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <stdlib.h>
#include <unistd.h>

namespace aurora::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

// Address sanitizing keeps freed memory for a while, and shadows of all of it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kMostResident = 2'000ull << 20;
#else
constexpr std::uint64_t kMostResident = 400ull << 20;
#endif

struct Sample {
  std::uint64_t resident = 0, descriptors = 0, threads = 0, log = 0, disk = 0, overdue = 0;
};

// In each of its rounds a writer inserts so many documents in one commit and updates as many in one each.
constexpr std::uint64_t kInserted = 20;
constexpr std::uint64_t kCommits = kInserted + 1;

/// How many documents were inserted within the last seconds: as fast as the machine lets the writers, which changes.
class Recent {
 public:
  std::uint64_t inserted_since(std::uint64_t inserted, Clock::time_point now, std::chrono::seconds span) {
    known_.emplace_back(now, inserted);
    while (known_.size() > 1 && known_[1].first <= now - span) known_.pop_front();
    return inserted - (known_.front().first <= now - span ? known_.front().second : 0);
  }

 private:
  std::deque<std::pair<Clock::time_point, std::uint64_t>> known_;   // rising
};

std::uint64_t entries_of(const char* directory) {
  std::error_code gone;
  return static_cast<std::uint64_t>(std::distance(fs::directory_iterator(directory, gone), fs::directory_iterator()));
}

// `recent`: so many documents may be there; others are expired and were not removed.
Sample take_sample(const Database& database, const std::string& path, std::uint64_t recent) {
  Sample sample;
  std::uint64_t total = 0, resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  sample.resident = resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
  sample.descriptors = entries_of("/proc/self/fd");
  sample.threads = entries_of("/proc/self/task");
  sample.log = database.stats().log_bytes;
  for (const auto& index : database.index_stats("events"))
    if (index.fields == std::vector<std::string>{"kind"}) sample.overdue = index.entries - std::min(index.entries, recent);
  std::error_code gone;
  for (const auto& entry : fs::directory_iterator(path, gone))
    if (const auto size = entry.file_size(gone); !gone) sample.disk += size;
  return sample;
}

Config small_config(std::atomic<int>& warnings) {
  Config config;
  config.hot_cache_bytes = 16u << 20;
  config.cold_cache_bytes = 16u << 20;
  config.write_buffer_bytes = 1u << 20;
  config.max_log_bytes = 8u << 20;
  config.checkpoint_interval = 200ms;
  config.expiry_interval = 50ms;
  config.change_log_max_bytes = 4u << 20;
  config.max_history_bytes = 2u << 20;
  config.logger = [&warnings](LogLevel, std::string_view message) {
    if (message.find("max_history_bytes") != std::string_view::npos) ++warnings;
  };
  return config;
}

void write(Database& database, std::uint64_t seed, const std::stop_token& stop, std::atomic<std::uint64_t>& done) {
  std::mt19937_64 random(seed);
  while (!stop.stop_requested()) {
    std::vector<Object> events;
    for (std::uint64_t i = 0; i < kInserted; ++i)
      events.push_back({{"kind", static_cast<std::int64_t>(random() % 50)},
                        {"text", std::string(100 + random() % 400, static_cast<char>('a' + random() % 26))}});
    database.insert_many("events", events);
    for (std::uint64_t i = 0; i + 1 < kCommits; ++i)
      database.update("counters", static_cast<std::int64_t>(random() % 500),
                      {{"n", Object{{"increment", 1}}}, {"note", std::string(1'000, static_cast<char>('a' + random() % 26))}});
    done += kCommits;
    std::this_thread::sleep_for(2ms);   // steady, not as fast as it goes: expiry and compaction have to keep up
  }
}

void read(Database& database, std::uint64_t seed, const std::stop_token& stop) {
  std::mt19937_64 random(seed);
  while (!stop.stop_requested()) {
    database.execute("{ events(where: {kind: " + std::to_string(random() % 50) + "}, limit: 20) { kind text } }");
    database.execute("{ counters(where: {n: {gt: " + std::to_string(random() % 100) + "}}, orderBy: {n: DESC}, limit: 5) { id n } }");
    std::this_thread::sleep_for(5ms);
  }
}

/// Holds a snapshot until it is reported, at most `longest`; then lets go. The snapshot is the first read's.
bool forget(Database& database, const std::atomic<int>& warnings, std::chrono::seconds longest) {
  const int before = warnings;
  auto transaction = database.begin_transaction();
  static_cast<void>(transaction.execute("{ counters(limit: 1) { n } }"));
  const auto end = Clock::now() + longest;
  while (warnings == before && Clock::now() < end) std::this_thread::sleep_for(20ms);
  transaction.rollback();
  return warnings > before;
}

/// The most of each, over some samples.
struct Peak : Sample {
  void add(const Sample& other) {
    resident = std::max(resident, other.resident);
    descriptors = std::max(descriptors, other.descriptors);
    threads = std::max(threads, other.threads);
    log = std::max(log, other.log);
    disk = std::max(disk, other.disk);
    overdue = std::max(overdue, other.overdue);
  }
};

bool is_bounded(const char* what, std::uint64_t early, std::uint64_t late, std::uint64_t slack) {
  const bool good = late <= early + early / 4 + slack;
  std::printf("soak: %-12s %llu in the first part, %llu in the last%s\n", what, static_cast<unsigned long long>(early),
              static_cast<unsigned long long>(late), good ? "" : ": it grows");
  return good;
}

bool run(std::chrono::seconds length, std::uint64_t seed, const std::string& path) {
  std::atomic<int> warnings{0};
  std::atomic<std::uint64_t> done{0};
  auto database = Database::open(path, small_config(warnings));
  database.execute("schema { define collection events { kind: Int! @indexed  text: String  at: DateTime = \"now\" "
                   "@@ttl(field: \"at\", after: \"2s\") } "
                   "define collection counters { id: Int! @primary  n: Int! @indexed  note: String } }");
  for (std::int64_t id = 0; id < 500; ++id) database.insert("counters", Object{{"id", id}, {"n", 0}, {"note", "x"}});
  Peak early, late;
  Recent lately;
  bool reported = false;
  {
    std::vector<std::jthread> threads;
    for (std::uint64_t i = 0; i < 2; ++i) {
      threads.emplace_back([&, i](const std::stop_token& stop) { write(database, seed + i, stop, done); });
      threads.emplace_back([&, i](const std::stop_token& stop) { read(database, seed + 10 + i, stop); });
    }
    const auto start = Clock::now();
    const auto warm = start + length / 4, middle = start + length / 2, last = start + length * 3 / 4, end = start + length;
    // In the warm-up, so that what it leaves behind counts as growth.
    reported = forget(database, warnings, std::chrono::duration_cast<std::chrono::seconds>(length / 4));
    while (Clock::now() < end) {
      std::this_thread::sleep_for(100ms);
      const auto now = Clock::now();
      // A second more than they live: for the removal, and for what is inserted between here and there.
      const auto recent = lately.inserted_since(done / kCommits * kInserted, now, 3s);
      if (now >= warm && now < middle) early.add(take_sample(database, path, recent));
      if (now >= last) late.add(take_sample(database, path, recent));
    }
  }
  bool good = is_bounded("memory", early.resident, late.resident, 16u << 20);
  good = is_bounded("descriptors", early.descriptors, late.descriptors, 16) && good;
  good = is_bounded("threads", early.threads, late.threads, 0) && good;
  good = is_bounded("log", early.log, late.log, 8u << 20) && good;
  good = is_bounded("disk", early.disk, late.disk, 16u << 20) && good;
  good = is_bounded("overdue", early.overdue, late.overdue, 2'000) && good;
  if (late.resident > kMostResident) {
    std::printf("soak: memory is far above what the configuration allows\n");
    good = false;
  }
  if (!reported) {
    std::printf("soak: a reader that held its snapshot was not reported\n");
    good = false;
  }
  const auto stats = database.stats();
  if (stats.snapshots > 10 || stats.history_bytes > 4u << 20) {
    std::printf("soak: %llu snapshots and %llu bytes of old versions are left\n",
                static_cast<unsigned long long>(stats.snapshots), static_cast<unsigned long long>(stats.history_bytes));
    good = false;
  }
  const auto problems = database.verify().problems;
  if (!problems.empty()) std::printf("soak: verify: %s\n", problems.front().c_str());
  std::printf("soak: %lld s, seed %llu: %llu commits, forgotten readers reported %d, %s\n",
              static_cast<long long>(length.count()), static_cast<unsigned long long>(seed),
              static_cast<unsigned long long>(done.load()), warnings.load(), good ? "everything bounded" : "not bounded");
  database.close();
  return good && problems.empty();
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  std::chrono::seconds length{20};
  std::uint64_t seed = 1;
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto value = std::stoull(argv[i + 1]);
    if (name == "--seconds") length = std::chrono::seconds(value);
    if (name == "--minutes") length = std::chrono::minutes(value);
    if (name == "--seed") seed = value;
  }
  std::string path = (fs::temp_directory_path() / "aurora-soak-XXXXXX").string();
  if (::mkdtemp(path.data()) == nullptr) return 2;
  try {
    const bool good = run(length, seed, path + "/db");
    fs::remove_all(path);
    return good ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
