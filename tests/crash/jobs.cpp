// The crash test of jobs: a process that enqueues and runs jobs is killed, or frozen past its leases, again and again. Then
// every job that was enqueued must have ended, and what its handler adds must be there exactly once.
// Called by ctest; starts itself as the child.
#include <aurora/aurora.hpp>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <random>
#include <string>
#include <system_error>
#include <thread>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/self.hpp"

namespace aurora::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kUsage = "usage: aurora_crash_jobs [--kills N] [--freezes N] [--seed N]\n";
constexpr const char* kSchema = R"(schema {
  define collection wanted { n: Int! @primary }
  define collection counters { n: Int! @primary  count: Int! = 0 }
})";
constexpr auto kSettled = 120s;

Config config() {
  Config config;
  config.workers.lease = 300ms;
  config.workers.heartbeat = 100ms;
  config.workers.backoff_base = 5ms;
  config.workers.backoff_cap = 50ms;
  config.workers.cleanup_age = 0s;
  return config;
}

// Adds one to the counter of its job, in the commit that completes it; now and then it is slow, or fails.
void register_handlers(Database& db) {
  db.workers().register_handler("count", [&](Job& job) {
    const auto n = job.payload().as<std::int64_t>();
    thread_local std::minstd_rand random{std::random_device{}()};
    // Before it begins the transaction: what is late must be found out by its lease, not by a conflict.
    if (random() % 4 == 0) std::this_thread::sleep_for(std::chrono::milliseconds(random() % 60));
    auto transaction = db.begin_transaction();
    transaction.execute("mutation($n: Int!) { upsert(collection: \"counters\", where: {n: $n}, data: {count: {increment: 1}}) }",
                        {{"n", n}});
    if (random() % 32 == 0) throw Error(ErrorCode::kInternal, "by chance");
    job.commit(transaction);
  });
}

// There once the child runs jobs.
std::string ready_file(const std::string& database) { return database + ".ready"; }

int run_child(const std::string& path) {
  auto db = Database::open(path, config());
  db.execute(kSchema);
  register_handlers(db);
  db.workers().start();
  std::FILE* const ready = std::fopen(ready_file(path).c_str(), "w");
  if (ready == nullptr || std::fclose(ready) != 0) return 3;
  auto last = db.query("wanted").order_by("n", desc).limit(1).first();
  std::int64_t next = last ? (*last)["n"].as<std::int64_t>() + 1 : 0;
  std::minstd_rand random{std::random_device{}()};
  for (;; ++next) {
    auto transaction = db.begin_transaction();
    transaction.insert("wanted", {{"n", next}});
    JobOptions options;
    options.max_retries = 1'000;
    options.priority = static_cast<JobPriority>(random() % 4);
    if (random() % 8 == 0) options.delay = std::chrono::milliseconds(random() % 50);
    db.workers().enqueue_in(transaction, "count", next, options);
    if (random() % 10 == 0)
      transaction.rollback();   // neither is there
    else
      transaction.commit();
    std::this_thread::sleep_for(200us);
  }
}

struct Campaign {
  std::uint64_t kills = 0;
  std::uint64_t freezes = 0;
  std::uint64_t seed = std::random_device{}();
  fs::path directory;

  [[nodiscard]] std::string database() const { return (directory / "db").string(); }

  void run(std::mt19937_64& random) {
    for (std::uint64_t i = 0; i < std::max<std::uint64_t>(kills, 1); ++i) {
      fs::remove(ready_file(database()));
      const auto child = start_self({"--child", database()});
      // Sanitizers make opening slow.
      for (const auto until = std::chrono::steady_clock::now() + 60s;
           !fs::exists(ready_file(database())) && std::chrono::steady_clock::now() < until;)
        std::this_thread::sleep_for(5ms);
      std::this_thread::sleep_for(100ms + std::chrono::milliseconds(random() % 200));
      for (std::uint64_t freeze = 0; freeze < freezes; ++freeze) {
        ::kill(child, SIGSTOP);
        std::this_thread::sleep_for(400ms);
        ::kill(child, SIGCONT);
        std::this_thread::sleep_for(50ms + std::chrono::milliseconds(random() % 100));
      }
      ::kill(child, SIGKILL);
      int status = 0;
      ::waitpid(child, &status, 0);
      if (!WIFSIGNALED(status)) throw std::runtime_error("the child ended by itself, status " + std::to_string(status));
    }
  }

  // True when all was as promised.
  bool check() {
    auto db = Database::open(database(), config());
    register_handlers(db);
    db.workers().start();
    const auto live = [&] {
      return db.query("_jobs").where(field("status").in_values({"PENDING", "SCHEDULED", "RUNNING"})).count();
    };
    const auto until = std::chrono::steady_clock::now() + kSettled;
    while (live() > 0 && std::chrono::steady_clock::now() < until) std::this_thread::sleep_for(20ms);
    const auto left = live();
    db.workers().stop(10s);
    const auto wanted = db.query("wanted").count();
    const auto jobs = db.query("_jobs").count();
    const auto done = db.query("_jobs").where(field("status") == "COMPLETED").count();
    const auto retried = db.query("_jobs").where(field("retries") > 0).count();
    const auto lost = db.query("_jobs").where(field("error").contains("ended before it")).count();
    const auto frozen = db.query("_jobs").where(field("error").contains("lease")).count();
    const auto counters = db.query("counters").count();
    const auto twice = db.query("counters").where(field("count") != 1).count();
    const auto problems = db.verify().problems.size();
    std::printf("crash_jobs: kills %llu, freezes %llu, seed %llu: wanted %llu, jobs %llu, completed %llu, left %llu, counted %llu, "
                "counted twice %llu, retried %llu, after a kill %llu, after a lease %llu, problems %zu\n",
                static_cast<unsigned long long>(kills), static_cast<unsigned long long>(freezes),
                static_cast<unsigned long long>(seed), static_cast<unsigned long long>(wanted),
                static_cast<unsigned long long>(jobs), static_cast<unsigned long long>(done),
                static_cast<unsigned long long>(left), static_cast<unsigned long long>(counters),
                static_cast<unsigned long long>(twice), static_cast<unsigned long long>(retried),
                static_cast<unsigned long long>(lost), static_cast<unsigned long long>(frozen), problems);
    // A run in which nothing was interrupted shows nothing.
    const bool shows = wanted > 0 && (kills == 0 || lost > 0) && (freezes == 0 || frozen > 0);
    if (!shows) std::printf("crash_jobs: no job was interrupted: this run would not see a loss\n");
    return shows && left == 0 && jobs == wanted && done == wanted && counters == wanted && twice == 0 && problems == 0;
  }
};

int run(int count, char** arguments) {
  if (count == 3 && std::strcmp(arguments[1], "--child") == 0) return run_child(arguments[2]);
  Campaign campaign;
  for (int i = 1; i < count; i += 2) {
    const std::string name = arguments[i];
    if (i + 1 == count || (name != "--kills" && name != "--freezes" && name != "--seed")) {
      std::fputs(kUsage, stderr);
      return 2;
    }
    const auto value = std::strtoull(arguments[i + 1], nullptr, 10);
    (name == "--kills" ? campaign.kills : name == "--freezes" ? campaign.freezes : campaign.seed) = value;
  }
  std::string name = (fs::temp_directory_path() / "aurora-crash-jobs-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
  campaign.directory = name;
  std::mt19937_64 random(campaign.seed);
  campaign.run(random);
  const bool good = campaign.check();
  if (good)
    fs::remove_all(campaign.directory);
  else
    std::printf("crash_jobs: kept %s\n", name.c_str());
  return good ? 0 : 1;
}

}  // namespace
}  // namespace aurora::testing

int main(int count, char** arguments) {
  try {
    return aurora::testing::run(count, arguments);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "crash_jobs: %s\n", error.what());
    return 3;
  }
}
