// What workers did, and what waits for them. Public; answered by Workers::stats().
#pragma once

#include <aurora/value.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aurora {

/// Of durations, up to a fifth too long.
struct JobLatency {
  std::chrono::microseconds p50{0};
  std::chrono::microseconds p99{0};
  std::chrono::microseconds max{0};
};

struct JobTypeStats {
  std::string type;
  bool handled = false;                ///< somebody registered a handler for it, with these workers
  // Jobs, as they stand in `_jobs` now.
  std::uint64_t pending = 0;
  std::uint64_t scheduled = 0;
  std::uint64_t running = 0;
  std::uint64_t completed = 0;
  std::uint64_t failed = 0;
  std::uint64_t dead_letters = 0;
  std::uint64_t cancelled = 0;
  /// Since when one could run and does not; of those that wait, the thousand that were enqueued first are asked.
  std::optional<DateTime> waits_since;
  // Attempts that ended, as these workers saw it.
  std::uint64_t completions = 0;
  std::uint64_t failures = 0;          ///< with or without another attempt to come
  std::uint64_t losses = 0;            ///< their lease ran out
  double completions_per_second = 0;   ///< over the last ten seconds
  JobLatency waited;                   ///< from the time a job could run to its handler's begin
  JobLatency ran;                      ///< how long handlers took
};

struct WorkerStats {
  bool started = false;
  std::uint32_t threads = 0;
  std::uint64_t begun = 0;             ///< attempts that are under a handler now
  /// By name. A type with jobs to run that is not handled waits until somebody registers a handler.
  std::vector<JobTypeStats> types;
};

}  // namespace aurora
