// A task run again and again on a thread of its own: checkpoints, log trimming.
// Used by the engine; the only reason commit/ needs a clock of its own. Asio stays in the body.
#pragma once

#include <chrono>
#include <functional>
#include <memory>

namespace aurora::runtime {

/// Threads: `wake` from any thread; construct and destroy from one. The task never runs twice at once.
/// Errors: the task must not throw.
class PeriodicTask {
 public:
  /// Runs `task` every `interval` until destroyed.
  PeriodicTask(std::chrono::milliseconds interval, std::function<void()> task);
  /// Waits for a run under way, then stops.
  ~PeriodicTask();
  PeriodicTask(const PeriodicTask&) = delete;
  PeriodicTask& operator=(const PeriodicTask&) = delete;

  /// Runs the task soon, without waiting for the interval. Cheap; calls while one is due are merged.
  void wake();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace aurora::runtime
