// Power cuts: a writer's process ends at a file operation, what it had not synced is lost or torn, and the database
// is opened again. One cut in four comes while the database is being opened.
#include "faults/campaign.hpp"

#include <cmath>
#include <cstdio>
#include <fstream>
#include <random>

#include "faults/faulty_files.hpp"
#include "faults/status.hpp"
#include "support/self.hpp"

namespace aurora::testing {

namespace {

class Cuts {
 public:
  Cuts(const FaultOptions& options, std::string durability)
      : options_(options), durability_(std::move(durability)), random_(options.seed), scratch_("cuts") {}

  bool run() {
    for (std::uint64_t cycle = 0; cycle < options_.cuts && good_; ++cycle) {
      if (cycle % 25 == 24) start_afresh();
      cut(random_());
    }
    // A mode that promises nothing against power cuts must be seen to lose something.
    if (good_ && loses() && findings_.lost == 0) {
      std::printf("cuts: durability %s lost nothing: this harness would not see a loss\n", durability_.c_str());
      good_ = false;
    }
    report();
    if (!good_) scratch_.keep();
    return good_;
  }

 private:
  [[nodiscard]] bool loses() const { return durability_ == "wal"; }

  void start_afresh() {
    std::filesystem::remove_all(scratch_ / "db");
    state_.clear();
  }

  void cut(std::uint64_t seed) {
    std::filesystem::remove(scratch_ / "log");
    std::filesystem::remove(scratch_ / "report");
    // While opening there are a few dozen operations; afterwards as many as one likes, early ones more often.
    std::uniform_real_distribution<double> magnitude(0, std::log(4000.0));
    const auto at = seed % 4 == 0 ? 1 + random_() % 40 : 40 + static_cast<std::uint64_t>(std::exp(magnitude(random_)));
    const auto ended = run_self({"--cut", scratch_ / "db", scratch_ / "log", std::to_string(seed), durability_,
                                 std::to_string(at), scratch_ / "report", loses() ? "1" : "4"});
    if (ended.status != kPowerCut) {
      fail(ended.hung ? "the writer hung" : "the writer ended with status " + std::to_string(ended.status) + ", signal " +
                                                std::to_string(ended.signal));
      return;
    }
    ++cuts_;
    files_ += lose_unsynced(scratch_ / "report", seed);
    if (!read_log(scratch_ / "log").was_ready) ++while_opening_;
    auto judgement = judge(scratch_ / "db", scratch_ / "log", state_,
                           loses() ? Promise::kPrefix : Promise::kAcknowledged, seed + 1);
    state_ = std::move(judgement.state);
    const auto& found = judgement.findings;
    findings_.acks += found.acks;
    findings_.lost += found.lost;
    findings_.torn += found.torn;
    findings_.problems += found.problems;
    if (!found.messages.empty()) fail(found.messages.front());
  }

  void fail(const std::string& what) {
    good_ = false;
    std::printf("cuts: durability %s, after cut %llu: %s\n", durability_.c_str(),
                static_cast<unsigned long long>(cuts_), what.c_str());
  }

  void report() const {
    const auto number = [](std::uint64_t value) { return static_cast<unsigned long long>(value); };
    std::printf("cuts: durability %s, seed %llu: cuts %llu (%llu while opening), files shortened %llu, acks %llu, "
                "lost %llu, torn %llu, verify problems %llu\n",
                durability_.c_str(), number(options_.seed), number(cuts_), number(while_opening_), number(files_),
                number(findings_.acks), number(findings_.lost), number(findings_.torn), number(findings_.problems));
    std::fflush(stdout);
  }

  const FaultOptions& options_;
  const std::string durability_;
  std::mt19937_64 random_;
  Scratch scratch_;
  KeyValues state_;
  Findings findings_;
  std::uint64_t cuts_ = 0, while_opening_ = 0, files_ = 0;
  bool good_ = true;
};

}  // namespace

bool cut_power(const FaultOptions& options, const std::string& durability) { return Cuts(options, durability).run(); }

}  // namespace aurora::testing
