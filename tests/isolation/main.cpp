// The isolation test: transactions of several threads, killed now and then, and no anomaly among them.
// Called by ctest; starts itself as the child.
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <random>
#include <thread>

#include <signal.h>
#include <stdlib.h>

#include "isolation/checker.hpp"
#include "isolation/counts.hpp"
#include "isolation/registers.hpp"
#include "isolation/self_test.hpp"
#include "isolation/workload.hpp"
#include "support/self.hpp"

namespace aurora::testing {
namespace {

constexpr const char* kUsage =
    "usage: aurora_isolation [--rounds N] [--transactions N] [--threads N] [--seed N] [--kill 0|1] [--careless 0|1]\n";

struct Options {
  std::uint64_t rounds = 4;
  std::uint64_t transactions = 5'000;   // of a round that is not killed
  std::uint64_t seed = 0;
  unsigned threads = 8;
  bool kill = true;                     // every other round
  bool careless = false;                // the negative control
};

class Rounds {
 public:
  explicit Rounds(const Options& options) : options_(options), random_(options.seed) {
    std::string path = (std::filesystem::temp_directory_path() / "aurora-isolation-XXXXXX").string();
    if (::mkdtemp(path.data()) == nullptr) throw std::system_error(errno, std::generic_category(), "mkdtemp");
    directory_ = path;
  }

  bool run() {
    for (std::uint64_t round = 0; round < options_.rounds && good_; ++round)
      for (const auto workload : {Workload::kLists, Workload::kRegisters}) one(round, workload);
    for (std::uint64_t round = 0; round < options_.rounds && good_ && !options_.careless; ++round) count(round);
    if (options_.careless && good_) count_carelessly();
    for (const auto& [workload, sum] : sums_) judge(workload, sum);
    report();
    if (good_)
      std::filesystem::remove_all(directory_);
    else
      std::printf("isolation: kept %s\n", directory_.c_str());
    return good_;
  }

 private:
  enum class Workload : std::uint8_t { kLists, kRegisters };
  static const char* name_of(Workload workload) { return workload == Workload::kLists ? "lists" : "registers"; }

  // Of careless clients each workload must find something.
  void judge(Workload workload, const Anomalies& sum) {
    if (options_.careless && sum.found.empty())
      std::printf("isolation: careless clients of %s and no anomaly: this checker is blind\n", name_of(workload));
    if (sum.dependencies == 0) {
      std::printf("isolation: no transaction on %s depends on another: there was nothing to check\n", name_of(workload));
      good_ = false;
    }
    good_ = good_ && sum.found.empty() != options_.careless;
  }

  void one(std::uint64_t round, Workload workload) {
    const bool kills = options_.kill && round % 2 == 1;
    const auto database = (directory_ / "db").string(), history = (directory_ / "history").string();
    std::filesystem::remove_all(database);
    std::filesystem::remove(history);
    const auto child = start_self({"--child", database, history, std::to_string(options_.seed + round),
                                   std::to_string(options_.threads), std::to_string(kills ? 0 : options_.transactions),
                                   options_.careless ? "1" : "0", name_of(workload)});
    if (kills) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300 + random_() % 1500));
      ::kill(child, SIGKILL);
    }
    const auto ended = wait_for(child, std::chrono::seconds(600));
    if (kills ? ended.signal != SIGKILL : ended.hung || ended.signal != 0 || ended.status != 0) {
      std::printf("isolation: the child ended with status %d, signal %d\n", ended.status, ended.signal);
      good_ = false;
      return;
    }
    kills_ += kills ? 1 : 0;
    auto opened = Database::open(database);
    const auto verified = opened.verify();
    if (!verified.problems.empty()) {
      std::printf("isolation: verify: %s\n", verified.problems.front().c_str());
      good_ = false;
    }
    const auto found = check(opened, history, workload);
    for (const auto& message : found.messages)
      std::printf("isolation: %s, round %llu: %s\n", name_of(workload), number(round), message.c_str());
    auto& sum = sums_[workload];
    for (const auto& [kind, count] : found.found) sum.found[kind] += count;
    sum.transactions += found.transactions;
    sum.committed += found.committed;
    sum.aborted += found.aborted;
    sum.unknown += found.unknown;
    sum.dependencies += found.dependencies;
    good_ = good_ && (options_.careless || found.found.empty());
  }

  // A child that was killed early may not have defined anything.
  static Anomalies check(Database& opened, const std::string& history, Workload workload) {
    if (workload == Workload::kRegisters) {
      Registers registers;
      if (opened.try_execute("{ registers(limit: 0) { id } }")) registers = read_registers(opened);
      return check_registers(read_history(history), registers);
    }
    Lists lists;
    if (opened.try_execute("{ lists(limit: 0) { id } }")) lists = read_lists(opened);
    return check_history(read_history(history), lists);
  }

  // Rivals for few documents, whose sums must be exact.
  void count(std::uint64_t round) {
    const bool kills = options_.kill && round % 2 == 1;
    const auto wrong = run_count(round, kills, false);
    if (wrong.empty()) return;
    std::printf("isolation: counts, round %llu: %s\n", number(round), wrong.c_str());
    good_ = false;
  }

  void count_carelessly() {
    for (std::uint64_t round = 0; round < 20; ++round)
      if (!run_count(round, false, true).empty()) return;
    std::printf("isolation: registers written carelessly and no update lost: the counts are blind\n");
    good_ = false;
  }

  std::string run_count(std::uint64_t round, bool kills, bool careless) {
    CountOptions options{(directory_ / "counts").string(), (directory_ / "counted").string(), options_.seed + round,
                         options_.threads, kills ? 0 : options_.transactions / 4, careless};
    std::filesystem::remove_all(options.database);
    std::filesystem::remove(options.log);
    const auto child = start_self({"--count", options.database, options.log, std::to_string(options.seed),
                                   std::to_string(options.threads), std::to_string(options.steps), careless ? "1" : "0"});
    if (kills) {
      std::this_thread::sleep_for(std::chrono::milliseconds(300 + random_() % 1500));
      ::kill(child, SIGKILL);
    }
    const auto ended = wait_for(child, std::chrono::seconds(600));
    if (kills ? ended.signal != SIGKILL : ended.hung || ended.signal != 0 || ended.status != 0)
      return "the child ended with status " + std::to_string(ended.status) + ", signal " + std::to_string(ended.signal);
    count_kills_ += kills ? 1 : 0;
    return check_counts(options, kills, counted_);
  }

  static unsigned long long number(std::uint64_t value) { return value; }

  void report() const {
    for (const auto& [workload, sum] : sums_) {
      std::printf("isolation: %s%s, seed %llu, threads %u, rounds %llu (%llu killed in all): transactions %llu, committed %llu, "
                  "aborted %llu, unknown %llu, dependencies %llu, anomalies",
                  options_.careless ? "careless, " : "", name_of(workload), number(options_.seed), options_.threads,
                  number(options_.rounds), number(kills_), number(sum.transactions), number(sum.committed),
                  number(sum.aborted), number(sum.unknown), number(sum.dependencies));
      if (sum.found.empty()) std::printf(" 0");
      for (const auto& [kind, count] : sum.found) std::printf(" %s %llu", kind.c_str(), number(count));
      std::printf("\n");
    }
    std::printf("isolation: %scounts: %llu operations acknowledged, %llu kills\n", options_.careless ? "careless, " : "",
                number(counted_), number(count_kills_));
    std::fflush(stdout);
  }

  const Options& options_;
  std::mt19937_64 random_;
  std::filesystem::path directory_;
  std::map<Workload, Anomalies> sums_;
  std::uint64_t kills_ = 0, counted_ = 0, count_kills_ = 0;
  bool good_ = true;
};

/// False when not understood.
bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i];
    const auto value = std::stoull(argv[i + 1]);
    if (name == "--rounds") options.rounds = value;
    else if (name == "--transactions") options.transactions = value;
    else if (name == "--threads") options.threads = static_cast<unsigned>(value);
    else if (name == "--seed") options.seed = value;
    else if (name == "--kill") options.kill = value != 0;
    else if (name == "--careless") options.careless = value != 0;
    else return false;
  }
  if (options.seed == 0) options.seed = std::random_device{}() | 1U;
  return argc % 2 == 1 && options.threads >= 1 && options.threads <= 16 && options.transactions > 0;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  try {
    if (argc == 9 && std::strcmp(argv[1], "--child") == 0)
      return run_workload({argv[2], argv[3], std::stoull(argv[4]), static_cast<unsigned>(std::stoul(argv[5])),
                           std::stoull(argv[6]), std::strcmp(argv[7], "1") == 0 ? Care::kNone : Care::kTransactions,
                           std::strcmp(argv[8], "registers") == 0});
    if (argc == 8 && std::strcmp(argv[1], "--count") == 0)
      return run_counts({argv[2], argv[3], std::stoull(argv[4]), static_cast<unsigned>(std::stoul(argv[5])),
                         std::stoull(argv[6]), std::strcmp(argv[7], "1") == 0});
    Options options;
    if (!read_options(argc, argv, options)) {
      std::fputs(kUsage, stderr);
      return 2;
    }
    return sees_known_anomalies() && Rounds(options).run() ? 0 : 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
