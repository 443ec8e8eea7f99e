// The fault sweep: a fixed piece of work, run again and again, with the first, second, third … operation of a kind
// failing, until one run ends before anything failed. After each the database is opened without faults.
#include "faults/campaign.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string_view>
#include <vector>

#include "faults/faulty_files.hpp"
#include "faults/status.hpp"
#include "support/self.hpp"

namespace aurora::testing {

namespace {

struct Case {
  std::string_view name;
  Site site;
  Fault fault;
  bool for_good;
};

constexpr std::array<Case, 16> kCases{{
    {"append EIO", Site::kAppend, Fault::kIoError, false},
    {"append EIO for good", Site::kAppend, Fault::kIoError, true},
    {"append EIO, may be tried again", Site::kAppend, Fault::kRetryable, false},
    {"append ENOSPC", Site::kAppend, Fault::kNoSpace, false},
    {"append ENOSPC for good", Site::kAppend, Fault::kNoSpace, true},
    {"sync EIO", Site::kSync, Fault::kIoError, false},
    {"sync EIO for good", Site::kSync, Fault::kIoError, true},
    {"read EIO", Site::kRead, Fault::kIoError, false},
    {"read EIO for good", Site::kRead, Fault::kIoError, true},
    {"read cut short", Site::kRead, Fault::kShortRead, false},
    {"read with a flipped bit", Site::kRead, Fault::kFlippedBit, false},
    {"create EIO", Site::kCreate, Fault::kIoError, false},
    {"create ENOSPC", Site::kCreate, Fault::kNoSpace, false},
    {"rename EIO", Site::kRename, Fault::kIoError, false},
    {"remove EIO", Site::kRemove, Fault::kIoError, false},
    {"directory sync EIO", Site::kSyncDirectory, Fault::kIoError, false},
}};

class Sweep {
 public:
  explicit Sweep(const FaultOptions& options) : options_(options), scratch_("sweep") {}

  bool run() {
    for (const auto& each : kCases) {
      const auto before = faults_;
      // Among the first, so that also what happens seldom is hit.
      std::uint64_t at = 1 + options_.seed % std::min<std::uint64_t>(options_.stride, 4);
      for (bool goes_on = true; goes_on;) {
        goes_on = inject_several(each, at);
        at += kAtOnce * options_.stride;
      }
      if (faults_ == before) {
        ++wrong_;
        std::printf("sweep: nothing failed: this harness would not see what comes of it\n");
      }
      std::printf("sweep: %-32s %llu\n", std::string(each.name).c_str(), static_cast<unsigned long long>(faults_ - before));
      std::fflush(stdout);
    }
    std::printf("sweep: seed %llu, every %llu: faults %llu, acks %llu, wrong %llu\n",
                static_cast<unsigned long long>(options_.seed), static_cast<unsigned long long>(options_.stride),
                static_cast<unsigned long long>(faults_), static_cast<unsigned long long>(acks_),
                static_cast<unsigned long long>(wrong_));
    std::fflush(stdout);
    return wrong_ == 0;
  }

 private:
  // RocksDB sleeps for a second when it closes after an error: children wait for that side by side.
  static constexpr std::uint64_t kAtOnce = 12;

  struct Run {
    std::uint64_t at;
    std::string database;
    std::string log;
    pid_t child;
  };

  // False when the work of all was done before their operations came.
  bool inject_several(const Case& fault, std::uint64_t first) {
    const auto number = [](auto value) { return std::to_string(static_cast<unsigned>(value)); };
    std::vector<Run> runs;
    for (std::uint64_t i = 0; i < kAtOnce; ++i, ++runs_) {
      Run run{first + i * options_.stride, scratch_ / ("db" + std::to_string(runs_)),
              scratch_ / ("log" + std::to_string(runs_)), 0};
      run.child = start_self({"--fault", run.database, run.log, std::to_string(options_.seed), number(fault.site),
                              number(fault.fault), std::to_string(run.at), fault.for_good ? "1000000000" : "1"});
      runs.push_back(std::move(run));
    }
    bool failed = false;
    for (const auto& run : runs) failed = check(fault, run, wait_for(run.child, std::chrono::seconds(120))) || failed;
    return failed;
  }

  // False when nothing was made to fail.
  bool check(const Case& fault, const Run& run, const Ended& ended) {
    const auto complaint = describe(ended);
    if (!complaint.empty()) {
      fail(fault, run, complaint);
      return true;
    }
    if (ended.status == kAsAllowed) ++faults_;
    // A log that reads wrong ends there: RocksDB cannot tell it from one that was torn.
    const auto promise = fault.fault == Fault::kFlippedBit ? Promise::kPrefix : Promise::kAcknowledged;
    const auto judgement = judge(run.database, run.log, {}, promise, options_.seed + run.at);
    acks_ += judgement.findings.acks;
    if (!judgement.findings.messages.empty()) {
      fail(fault, run, judgement.findings.messages.front());
      return true;
    }
    std::filesystem::remove_all(run.database);
    std::filesystem::remove(run.log);
    return ended.status == kAsAllowed;
  }

  static std::string describe(const Ended& ended) {
    if (ended.hung) return "the process hung";
    if (ended.signal != 0) return "the process died of signal " + std::to_string(ended.signal);
    if (ended.status != kAsAllowed && ended.status != kNothingFailed)
      return "the process ended with status " + std::to_string(ended.status);
    return {};
  }

  void fail(const Case& fault, const Run& run, const std::string& what) {
    ++wrong_;
    scratch_.keep();
    std::printf("sweep: %s at operation %llu (%s): %s\n", std::string(fault.name).c_str(),
                static_cast<unsigned long long>(run.at), run.database.c_str(), what.c_str());
    std::fflush(stdout);
  }

  const FaultOptions& options_;
  Scratch scratch_;
  std::uint64_t runs_ = 0, faults_ = 0, acks_ = 0, wrong_ = 0;
};

}  // namespace

bool sweep_faults(const FaultOptions& options) { return Sweep(options).run(); }

}  // namespace aurora::testing
