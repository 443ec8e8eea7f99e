// How upper layers run work in the background without knowing what runs it (runtime/ implements it with Asio).
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace aurora {

/// A task run again and again on a thread of its own. Destroying it waits for a run under way, then stops.
/// Threads: `wake` from any thread.
class PeriodicTask {
 public:
  virtual ~PeriodicTask() = default;
  /// Runs the task soon, without waiting for the interval. Cheap; calls while one is due are merged.
  virtual void wake() = 0;
};

/// Starts `task` every `interval`. The task must not throw and never runs twice at once.
using StartPeriodic =
    std::function<std::unique_ptr<PeriodicTask>(std::chrono::milliseconds interval, std::function<void()> task)>;

}  // namespace aurora
