// The crash test: starts a writer, kills it at any time or lets it die at a named point, reopens and compares with what it had acknowledged.
// Called by ctest; starts itself as the child.
#include <aurora/aurora.hpp>

#include <cerrno>
#include <chrono>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <thread>

#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "crash/child.hpp"
#include "crash/disk.hpp"
#include "crash/oracle.hpp"
#include "support/self.hpp"

namespace aurora::testing {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

constexpr const char* kUsage =
    "usage: aurora_crash [--kills N] [--durability wal|strict|sync|none]... [--threads N] [--seed N] [--disk ext4]\n"
    "  --disk ext4   the power of a real file system goes instead (root; Linux): wal loses a tail, too\n";

struct Options {
  std::uint64_t kills = 100;
  std::uint64_t seed = 0;
  unsigned threads = 4;
  std::vector<std::string> durabilities;
  bool on_disk = false;
};

/// Kills one writer after another on a directory that is thrown away now and then.
class Campaign {
 public:
  Campaign(const Options& options, std::string durability)
      : options_(options), durability_(std::move(durability)), random_(options.seed) {
    std::string name = (fs::temp_directory_path() / "aurora-crash-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "mkdtemp");
    directory_ = name;
    if (options.on_disk) disk_ = std::make_unique<Disk>(directory_);
  }

  /// True when all was as promised.
  bool run() {
    for (std::uint64_t kill = 0; kill < options_.kills && good_; ++kill) {
      if (kill % 50 == 49) start_afresh();
      cycle(random_());
    }
    if (may_lose() && good_ && findings_.lost == 0) {
      std::printf("crash: durability %s lost nothing: this harness would not see a loss\n", durability_.c_str());
      good_ = false;
    }
    report();
    if (!good_) keep();
    disk_.reset();
    if (good_) fs::remove_all(directory_);
    return good_;
  }

 private:
  // What is on a disk of its own goes with it.
  void keep() const {
    if (disk_) fs::copy(disk_->root(), directory_ / "kept", fs::copy_options::recursive);
    std::printf("crash: kept %s\n", directory_.c_str());
  }

  [[nodiscard]] bool may_lose() const { return durability_ == "none" || (disk_ && durability_ == "wal"); }
  [[nodiscard]] fs::path home() const { return disk_ ? disk_->root() : directory_; }
  [[nodiscard]] std::string database() const { return (home() / "db").string(); }
  [[nodiscard]] std::string log() const { return (directory_ / "log").string(); }
  [[nodiscard]] unsigned threads() const { return may_lose() ? 1 : options_.threads; }

  void start_afresh() {
    fs::remove_all(database());
    if (disk_) disk_->sync();   // a removal can be lost as well
    state_.clear();
  }

  void cycle(std::uint64_t seed) {
    fs::remove(log());
    // Half of the kills come at any time, the others at a point, the more often the earlier.
    const auto point = seed % 2 == 0 ? 0U : 1 + static_cast<unsigned>(random_() % (kAllPoints - 1));
    std::uniform_real_distribution<double> magnitude(0, std::log(300.0));
    const auto nth = static_cast<std::uint64_t>(std::exp(magnitude(random_)));
    const pid_t child = start(seed, point, nth);
    const bool during_open = seed % 8 == 0;
    if (point != 0) {
      if (await_death(child, 10ms + std::chrono::microseconds(random_() % 500'000))) ++reached_[point];
    } else if (during_open) {
      std::this_thread::sleep_for(std::chrono::microseconds(random_() % 60'000));
      ++during_open_;
    } else {
      wait_until_ready(child);
      std::this_thread::sleep_for(10ms + std::chrono::microseconds(random_() % 190'000));
    }
    // Who goes on acknowledging after the cut would be found to have lost something.
    if (disk_ && !has_ended(child)) {
      ::kill(child, SIGSTOP);
      siginfo_t stopped{};
      ::waitid(P_PID, static_cast<id_t>(child), &stopped, WSTOPPED | WEXITED | WNOWAIT);
    }
    if (disk_) disk_->cut();
    ::kill(child, SIGKILL);
    int status = 0;
    ::waitpid(child, &status, 0);
    if (disk_) disk_->restore();
    if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL) {
      fail("the writer ended by itself, status " + std::to_string(status));
      return;
    }
    ++kills_;
    check(seed);
    check_copy(seed);
    if (disk_) disk_->sync();
  }

  pid_t start(std::uint64_t seed, unsigned point, std::uint64_t nth) {
    return start_self({"--child", database(), log(), std::to_string(seed), durability_,
                       std::to_string(threads()), std::to_string(point), std::to_string(nth)});
  }

  static bool has_ended(pid_t child) {
    siginfo_t ended{};
    return ::waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == child;
  }

  /// Whether it died by itself in time.
  static bool await_death(pid_t child, std::chrono::microseconds limit) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (std::chrono::steady_clock::now() < deadline) {
      if (has_ended(child)) return true;
      std::this_thread::sleep_for(2ms);
    }
    return has_ended(child);
  }

  void wait_until_ready(pid_t child) {
    const auto deadline = std::chrono::steady_clock::now() + 60s;
    while (!read_log(log()).was_ready && std::chrono::steady_clock::now() < deadline) {
      std::this_thread::sleep_for(5ms);
      if (has_ended(child)) return;
    }
  }

  void check(std::uint64_t seed) {
    auto opened =
        Database::try_open(database(), random_config(seed + 1, durability_of(durability_)));
    if (!opened) {
      ++failed_opens_;
      fail(std::string("does not open: ") + opened.error().what());
      return;
    }
    auto& database = *opened;
    for (const auto& problem : database.verify().problems) {
      ++findings_.problems;
      findings_.messages.push_back("verify: " + problem);
    }
    const auto found = read_state(database, findings_);
    const auto log_of_child = read_log(log());
    if (may_lose()) {
      check_prefix(state_, log_of_child, found, findings_);
    } else {
      check_acknowledged(state_, log_of_child, found, findings_);
    }
    state_ = found;
    if (!findings_.messages.empty()) fail(findings_.messages.front());
  }

  /// A copy under its name is whole, whenever its maker was killed; what is left of others is not in the way.
  void check_copy(std::uint64_t seed) {
    const auto copy = database() + ".beside.copy";
    for (const auto& entry : fs::directory_iterator(home()))
      if (entry.path().string().starts_with(copy + ".")) fs::remove_all(entry.path());
    if (!fs::exists(copy) || !good_) return;
    auto opened = Database::try_open(copy, random_config(seed + 2, Durability::kWal));
    if (!opened) return fail(std::string("a copy does not open: ") + opened.error().what());
    Findings findings;
    for (const auto& problem : opened->verify().problems) findings.messages.push_back("verify of a copy: " + problem);
    static_cast<void>(read_state(*opened, findings));
    if (!findings.messages.empty()) return fail("a copy: " + findings.messages.front());
    opened->close();
    fs::remove_all(copy);
    ++copies_;
  }

  void fail(const std::string& what) {
    good_ = false;
    std::printf("crash: after kill %llu: %s\n", static_cast<unsigned long long>(kills_),
                what.c_str());
  }

  void report() const {
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf(
        "crash: durability %s, threads %u, seed %llu: kills %llu (%llu during open), acks %llu, "
        "under way %llu (survived %llu), lost %llu, torn %llu, verify problems %llu, failed opens "
        "%llu\n",
        durability_.c_str(), threads(), number(options_.seed), number(kills_), number(during_open_),
        number(findings_.acks), number(findings_.unknown), number(findings_.survived),
        number(findings_.lost), number(findings_.torn), number(findings_.problems),
        number(failed_opens_));
    std::uint64_t at_points = 0;
    std::string names;
    for (const auto& [point, count] : reached_) {
      at_points += count;
      names += (names.empty() ? "" : ", ") + std::to_string(count) + " " + point_name(point);
    }
    std::printf("crash: durability %s: %llu kills at points (%s); copies opened %llu\n", durability_.c_str(),
                number(at_points), names.c_str(), number(copies_));
    std::fflush(stdout);
  }

  const Options& options_;
  const std::string durability_;
  std::mt19937_64 random_;
  fs::path directory_;
  std::unique_ptr<Disk> disk_;   // null: processes are killed, and the file system stays
  KeyValues state_;
  Findings findings_;
  std::uint64_t kills_ = 0, during_open_ = 0, failed_opens_ = 0, copies_ = 0;
  std::map<unsigned, std::uint64_t> reached_;   // by point
  bool good_ = true;
};

/// False when not understood.
bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i + 1 < argc; i += 2) {
    const std::string name = argv[i], value = argv[i + 1];
    if (name == "--kills")
      options.kills = std::stoull(value);
    else if (name == "--seed")
      options.seed = std::stoull(value);
    else if (name == "--threads")
      options.threads = static_cast<unsigned>(std::stoul(value));
    else if (name == "--durability" &&
             (value == "wal" || value == "strict" || value == "sync" || value == "none"))
      options.durabilities.push_back(value);
    else if (name == "--disk" && value == "ext4")
      options.on_disk = true;
    else
      return false;
  }
  if (options.seed == 0) options.seed = std::random_device{}() | 1U;
  if (options.durabilities.empty()) options.durabilities = {"wal", "strict"};
  return argc % 2 == 1 && options.threads >= 1 && options.threads <= 10;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  if (argc == 9 && std::strcmp(argv[1], "--child") == 0) {
    return run_child({.database = argv[2],
                      .log = argv[3],
                      .seed = std::stoull(argv[4]),
                      .threads = static_cast<unsigned>(std::stoul(argv[6])),
                      .durability = durability_of(argv[5]),
                      .point = static_cast<unsigned>(std::stoul(argv[7])),
                      .nth = std::stoull(argv[8])});
  }
  Options options;
  if (!read_options(argc, argv, options)) {
    std::fputs(kUsage, stderr);
    return 2;
  }
  bool good = true;
  try {
    for (const auto& durability : options.durabilities)
      good = Campaign(options, durability).run() && good;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  return good ? 0 : 1;
}
