// Jobs that a process left running when it ended. Called when a database is opened.
#include <aurora/jobs/dispatcher.hpp>

#include <aurora/base/try.hpp>
#include <aurora/schema/system_collections.hpp>

#include <algorithm>
#include <span>

namespace aurora::jobs {

namespace {
constexpr std::size_t kRescueBatch = 1'000;
}

Result<Rescued> rescue_orphans(commit::Engine& engine, const std::string& directory) {
  AURORA_ASSIGN(const auto entry, engine.enter());
  const JobRecords records(*engine.catalog());
  const auto begun = directory.empty() ? std::nullopt : BegunMarks::read(directory);
  std::vector<Ordinal> orphans;
  {
    auto view = engine.view();
    AURORA_ASSIGN(const auto running, records.with_status(view, JobStatus::kRunning));
    running.append_to(orphans);
  }
  Rescued rescued;
  for (std::size_t at = 0; at < orphans.size(); at += kRescueBatch) {
    const auto batch = std::span(orphans).subspan(at, std::min(kRescueBatch, orphans.size() - at));
    Rescued batch_rescued;
    const auto sequence = engine.commit([&](commit::WriteContext& context) -> Status {
      batch_rescued = {};
      for (const auto ordinal : batch) {
        AURORA_ASSIGN(const auto job, context.record(kJobsCollection, ordinal));
        if (!job) continue;
        const Token token{ordinal, records.started_at(job.view())};
        if (begun && !begun->contains({ordinal, token.started_at.micros})) {
          AURORA_TRY(records.release(context, token));
          ++batch_rescued.unbegun;
          continue;
        }
        AURORA_TRY(records.lose(context, token, "the process that ran the job ended before it"));
        ++batch_rescued.lost;
      }
      return {};
    });
    if (!sequence) return sequence.error();
    rescued.lost += batch_rescued.lost;
    rescued.unbegun += batch_rescued.unbegun;
  }
  return rescued;
}

}  // namespace aurora::jobs
