// Memory runs out at the 1st, 2nd, 3rd … allocation of each step, once or from there on. The step must fail and change
// nothing, or be done whole; the database must go on, or say that it has to be opened again, and then be whole.
// usage: aurora_oom [--stride N] [--step PART-OF-ITS-NAME] [--from N] [--rounds N] [--seed N] [--say]
#include "allocation.hpp"
#include "kept_store.hpp"
#include "rivals.hpp"
#include "steps.hpp"

#include "facade/open.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <optional>
#include <string>

#include <unistd.h>

namespace aurora::testing {
namespace {

struct Options {
  long stride = 1, from = 0, rounds = 20, seed = 1;
  std::string step;
  bool say = false;
};

struct Counts {
  std::uint64_t sites = 0, done = 0, failed = 0, refused = 0, wrong = 0;
  void operator+=(const Counts& other) {
    sites += other.sites;
    done += other.done;
    failed += other.failed;
    refused += other.refused;
    wrong += other.wrong;
  }
};

// Where it is, for when it hangs or dies; written without memory.
char place[160];
void say_where(const char* what) noexcept {
  static_cast<void>(!::write(2, what, std::strlen(what)));
  static_cast<void>(!::write(2, place, std::strlen(place)));
  static_cast<void>(!::write(2, "\n", 1));
}
void on_alarm(int) {
  say_where("hangs: ");
  ::_exit(1);
}
void on_abort(int) {
  say_where("aborts: ");
  ::_exit(1);
}

class Sweep {
 public:
  Sweep(const Step& step, const Options& options) : step_(step), options_(options) {
    open();
    before_ = state_of(*database_);
    step_.run(*database_).value();
    after_ = state_of(*database_);
  }

  Counts run() {
    for (const bool lasting : {false, true})
      for (long nth = options_.from; try_at(nth, lasting); nth += options_.stride) {
      }
    return counts_;
  }

 private:
  void open() {
    database_.reset();
    kept_ = make_kept();
    database_.emplace(facade::open_database(store_over(kept_), Config()).value());
    prepare(*database_);
  }

  void complain(const std::string& what) {
    ++counts_.wrong;
    std::printf("%s: %s\n", place, what.c_str());
  }

  // False when the step needs no more than `nth` allocations.
  bool try_at(long nth, bool lasting) {
    open();
    std::snprintf(place, sizeof place, "--from %ld%s of '%.100s'", nth, lasting ? " and all after it" : "", step_.name.c_str());
    ::alarm(120);
    Status status;
    bool came = false;
    try {
      const Shortage shortage(nth, lasting);
      status = step_.run(*database_);
      came = shortage.came();
    } catch (const std::exception& error) {
      complain(std::string("throws ") + error.what());
      return true;
    }
    if (!came) return false;
    ++counts_.sites;
    const std::string told = status ? "" : status.error().what();
    if (options_.say) std::printf("%s: %s\n", place, told.c_str());
    try {
      judge(status, told);
    } catch (const std::exception& error) {
      complain("after \"" + told + "\" there is " + error.what());
    }
    return true;
  }

  void judge(const Status& status, const std::string& told) {
    if (is_refusal(told) || has_to_reopen()) {
      ++counts_.refused;
      look_reopened(told);
      return;
    }
    const auto now = state_of(*database_);
    if (status) {
      ++counts_.done;
      if (now != after_) complain("was done, yet there is " + now);
    } else {
      ++counts_.failed;
      if (status.error().code() != ErrorCode::kLimitExceeded) complain("says " + told);
      const bool stays = told.find("stays") != std::string::npos && !step_.ends_whole;
      if (!step_.several && now != (stays ? after_ : before_)) complain("after \"" + told + "\" there is " + now);
      if (now == before_) step_.run(*database_).value();
      if (now == before_ && state_of(*database_) != after_) complain("once more gives " + state_of(*database_));
    }
    check(*database_);
  }

  static bool is_refusal(const std::string& told) { return told.find("reopened") != std::string::npos; }

  // Whether it says that writes are refused, when the step itself was not told.
  bool has_to_reopen() {
    const auto tried = database_->try_execute("mutation { insertInto(collection: \"d\", data: {k: 999}) }");
    if (!tried) return is_refusal(tried.error().what());
    database_->execute("mutation { deleteFrom(collection: \"d\", where: {k: 999}) }");
    return false;
  }

  // What is read until then must be sound; opened again it must be whole.
  void look_reopened(const std::string& told) {
    try {
      const auto now = state_of(*database_);
      if (!step_.several && now != before_ && now != after_) complain("after \"" + told + "\" shows " + now);
    } catch (const Error& error) {
      if (!is_refusal(error.what())) complain("after \"" + told + "\" reading says " + error.what());
    }
    database_.reset();
    database_.emplace(facade::open_database(store_over(kept_), Config()).value());
    const auto now = state_of(*database_);
    if (!step_.several && now != after_) complain("after \"" + told + "\", opened again, there is " + now);
    check(*database_);
  }

  void check(Database& database) {
    for (const auto& problem : database.verify().problems) complain("verify: " + problem);
  }

  const Step& step_;
  const Options& options_;
  std::shared_ptr<storage::Store> kept_;
  std::optional<Database> database_;
  std::string before_, after_;
  Counts counts_;
};

bool parse(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string name = argv[i];
    if (name == "--say") {
      options.say = true;
      continue;
    }
    if (++i == argc) return false;
    if (name == "--step")
      options.step = argv[i];
    else if (name == "--stride")
      options.stride = std::max(1L, std::atol(argv[i]));
    else if (name == "--from")
      options.from = std::atol(argv[i]);
    else if (name == "--rounds")
      options.rounds = std::atol(argv[i]);
    else if (name == "--seed")
      options.seed = std::atol(argv[i]);
    else
      return false;
  }
  return true;
}

int run(const Options& options) {
  std::signal(SIGALRM, on_alarm);
  std::signal(SIGABRT, on_abort);
  Counts all;
  for (const auto& step : steps()) {
    if (step.name.find(options.step) == std::string::npos) continue;
    const auto counts = Sweep(step, options).run();
    if (counts.wrong > 0 || options.say || !options.step.empty())
      std::printf("%-60.60s sites %llu, done %llu, failed %llu, refused %llu, wrong %llu\n", step.name.c_str(),
                  static_cast<unsigned long long>(counts.sites), static_cast<unsigned long long>(counts.done),
                  static_cast<unsigned long long>(counts.failed), static_cast<unsigned long long>(counts.refused),
                  static_cast<unsigned long long>(counts.wrong));
    std::fflush(stdout);
    all += counts;
  }
  RivalCounts rivals;
  std::snprintf(place, sizeof place, "rivals, --seed %ld", options.seed);
  for (long round = 0; round < options.rounds; ++round) {
    ::alarm(120);
    run_rivals(static_cast<std::uint64_t>(options.seed + round), rivals);
  }
  ::alarm(0);
  std::printf("sites %llu: done %llu, failed and unchanged %llu, to be reopened %llu, wrong %llu\n",
              static_cast<unsigned long long>(all.sites), static_cast<unsigned long long>(all.done),
              static_cast<unsigned long long>(all.failed), static_cast<unsigned long long>(all.refused),
              static_cast<unsigned long long>(all.wrong));
  std::printf("rivals: writes %llu, failed %llu, refused %llu, wrong %llu\n", static_cast<unsigned long long>(rivals.writes),
              static_cast<unsigned long long>(rivals.failed), static_cast<unsigned long long>(rivals.refused),
              static_cast<unsigned long long>(rivals.wrong));
  if (options.step.empty() && (all.failed == 0 || rivals.failed == 0)) {
    std::printf("nothing failed: the shortage does not come\n");
    return 1;
  }
  return all.wrong + rivals.wrong == 0 ? 0 : 1;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  aurora::testing::Options options;
  if (!aurora::testing::parse(argc, argv, options)) {
    std::fprintf(stderr, "usage: aurora_oom [--stride N] [--step PART-OF-ITS-NAME] [--from N] [--rounds N] [--seed N] [--say]\n");
    return 2;
  }
  return aurora::testing::run(options);
}
