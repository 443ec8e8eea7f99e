// The job operations of mutations: enqueueJob, enqueueJobs, retryJob, cancelJob. Jobs are documents of `_jobs`, written
// on the WriteView of the commit they belong to; nothing else writes there.
#pragma once

#include <aurora/exec/mutate.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

[[nodiscard]] bool is_job_operation(std::string_view name) noexcept;

/// Runs one job operation; the result is JSON text: jobs with the selected fields (`jobId` is `id`; without a selection
/// `jobId`, and `status` too for retryJob and cancelJob), one or, for enqueueJobs, a list.
/// Errors: those of arguments, with their place; NotFound for an unknown job; InvalidOperation for one whose status
/// does not allow it.
[[nodiscard]] Result<std::string> run_job_operation(WriteView& view, const aql::Selection& field,
                                                    const MutationContext& context);

/// What the document of a job may have beside its limit, so that each change of its state can be stored, the longest error
/// included.
inline constexpr std::uint32_t kJobStateRoom = 16u << 10;

/// A job to be, with what was said of it checked.
struct NewJob {
  std::string type;
  std::string queue = "default";
  Value payload;
  std::string priority = "NORMAL";
  std::int64_t max_retries = kDefaultRetries;
  std::optional<DateTime> run_at;          ///< none: now
  std::optional<std::string> timeout;      ///< as parse_duration reads it
  std::optional<std::string> unique_key;
  std::optional<std::int64_t> unique_micros;       ///< so long after it was enqueued, one that ended counts, too
  std::optional<std::vector<std::string>> unique_states;   ///< none: PENDING, SCHEDULED, RUNNING, with a time COMPLETED
  std::optional<std::string> concurrency_key;
  std::optional<Uuid> batch;               ///< that it is one of
  std::optional<Uuid> completes;           ///< the batch it was enqueued at the end of

  static constexpr std::int64_t kDefaultRetries = 3;
};

/// Adds the job, or finds the one of its unique key that counts: by default one that has not come to an end. Gives its ordinal and whether it is new.
/// The statement's end is the caller's. Errors: LimitExceeded for a payload too large to be stored.
struct EnqueuedJob {
  Ordinal ordinal = 0;
  bool added = false;
};
[[nodiscard]] Result<EnqueuedJob> enqueue_job(WriteView& view, NewJob job, const ExecSettings& settings);

}  // namespace aurora::exec
