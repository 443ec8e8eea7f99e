// One attempt at a job: what the dispatcher, the thread that runs it and its handler know of it together.
// Made by the dispatcher when it has claimed the job.
#pragma once

#include <aurora/jobs/job_records.hpp>
#include <aurora/jobs/metrics.hpp>
#include <aurora/jobs/ready_queue.hpp>
#include <aurora/result.hpp>

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

namespace aurora::jobs {

using SteadyClock = std::chrono::steady_clock;
using Instant = SteadyClock::time_point;

struct Attempt;

/// Runs an attempt; an error fails it, a value is its result. Must not throw.
using Handler = std::function<Result<Value>(const std::shared_ptr<Attempt>&)>;

/// Begins an attempt that goes on elsewhere; `done` is called once, by any thread. Must not throw.
using AsyncHandler = std::function<void(const std::shared_ptr<Attempt>&, std::function<void(Result<Value>)> done)>;

/// A handler, how long its attempts take, and how many there are.
struct HandlerSlot {
  Handler run;                                ///< or
  AsyncHandler begin;
  std::shared_ptr<TypeMetrics> metrics;
  std::uint32_t limit = UINT32_MAX;           ///< of attempts under way at a time
  std::uint32_t running = 0;                  ///< the dispatching thread's
  std::atomic<std::int64_t> mean_nanos{-1};   ///< negative: none has ended yet
};

/// Fields without a word about threads are set before the attempt is dealt out and stay as they are.
struct Attempt {
  RecordRef job;                           ///< as claimed
  Token token;
  std::uint32_t number = 1;                ///< from 1
  std::string type;
  Queue* queue = nullptr;                  ///< the dispatcher's
  ConcurrencyKey* key = nullptr;           ///< the dispatcher's; null: it has none
  std::size_t mark = 0;                    ///< its slot among the marks of what has begun
  std::optional<std::chrono::nanoseconds> timeout;
  std::shared_ptr<HandlerSlot> handler;
  std::int64_t expected_nanos = 0;         ///< how long it is thought to take
  Instant claimed;
  Sequence since = 0;                      ///< of the claim: what earlier commits say of the job is past

  // The dispatcher's alone.
  Instant next_beat;
  bool came_back = false;                  ///< it ended, and how is being written

  /// When its handler was called; zero before.
  std::atomic<Instant::rep> begun{0};
  /// The lease: nothing is written for this attempt after it.
  std::atomic<Instant::rep> lease_until{0};
  /// The job was cancelled, timed out or lost: what the handler still does is in vain.
  std::atomic<bool> cancelled{false};
  /// Its handler committed job and writes together: there is nothing left to settle.
  std::atomic<bool> committed{false};

  std::mutex mutex;
  Value progress;                          ///< guarded by mutex: not stored yet
  bool has_progress = false;               ///< guarded by mutex

  [[nodiscard]] bool has_lease(Instant now) const noexcept {
    return now.time_since_epoch().count() <= lease_until.load(std::memory_order_acquire);
  }
};

/// How a job came to an end, or its attempt did.
struct Ended {
  Uuid id;
  std::string type;
  JobStatus status = JobStatus::kCompleted;      ///< of the job now; kScheduled and kPending: it is tried again
  std::uint32_t attempt = 1;
  std::string error;
};

}  // namespace aurora::jobs
