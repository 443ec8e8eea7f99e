// Where a job stands, and how urgent it is. Public; includes only std. Drawn in docs/jobs.md.
#pragma once

#include <cstdint>
#include <string_view>

namespace aurora {

enum class JobStatus : std::uint8_t {
  kPending,     ///< may be run now
  kRunning,     ///< a worker has it
  kCompleted,
  kFailed,      ///< its last attempt failed, and no retry is left
  kScheduled,   ///< its time is ahead, also that of its next attempt
  kDeadLetter,  ///< it never came to an end: its worker was lost once more than it has retries
  kCancelled,
};

/// As the field `status` of `_jobs` has it.
[[nodiscard]] std::string_view to_string(JobStatus status) noexcept;

enum class JobPriority : std::uint8_t { kLow, kNormal, kHigh, kCritical };
[[nodiscard]] std::string_view to_string(JobPriority priority) noexcept;

}  // namespace aurora
