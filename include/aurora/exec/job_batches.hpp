// Batches: jobs that were enqueued together, and one that is enqueued when the last of them has come to an end. Documents of
// `_batches`. Called by the job operations and by workers, inside the commit that changes a job.
#pragma once

#include <aurora/exec/jobs.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/exec/write_view.hpp>

namespace aurora::exec {

/// A batch of `total` jobs, none of which is stored yet, whose `batch` is then to be the id that is returned.
[[nodiscard]] Result<Uuid> add_batch(WriteView& view, std::int64_t total, const NewJob& completion);

/// A job has come to an end: when it is one of a batch, and the last, the completion is enqueued. `failed`: not COMPLETED.
[[nodiscard]] Status end_in_batch(WriteView& view, RecordView job, bool failed, const ExecSettings& settings);

/// A job that had come to an end is to run again: its batch waits for it, unless its completion was enqueued already.
[[nodiscard]] Status reopen_in_batch(WriteView& view, RecordView job, const ExecSettings& settings);

}  // namespace aurora::exec
