// The job operations of mutations: enqueueJob, enqueueJobs, retryJob, cancelJob. Jobs are documents of `_jobs`, written
// on the WriteView of the commit they belong to; nothing else writes there.
#pragma once

#include <aurora/exec/mutate.hpp>

#include <string>
#include <string_view>

namespace aurora::exec {

[[nodiscard]] bool is_job_operation(std::string_view name) noexcept;

/// Runs one job operation; the result is JSON text: jobs with the selected fields (`jobId` is `id`; without a selection
/// `jobId`, and `status` too for retryJob and cancelJob), one or, for enqueueJobs, a list.
/// Errors: those of arguments, with their place; NotFound for an unknown job; InvalidOperation for one whose status
/// does not allow it.
[[nodiscard]] Result<std::string> run_job_operation(WriteView& view, const aql::Selection& field,
                                                    const MutationContext& context);

}  // namespace aurora::exec
