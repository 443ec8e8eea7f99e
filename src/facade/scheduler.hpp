// Fires schedules while workers run. Owned by the workers.
#pragma once

#include <aurora/base/executor.hpp>
#include <aurora/exec/schedules.hpp>

#include "state.hpp"

#include <memory>
#include <vector>

namespace aurora::facade {

/// Threads: one call at a time. Owns: a thread between start and stop.
class Scheduler {
 public:
  explicit Scheduler(State& state) : state_(state) {}

  void start();
  /// Waits for a schedule that is being fired.
  void stop() { task_.reset(); }

 private:
  void look();
  [[nodiscard]] Status read_times();
  bool fire(Ordinal ordinal);
  void warn(const std::string& message) const;

  State& state_;
  // The task's alone, while it runs.
  std::vector<exec::ScheduleTime> times_;
  Sequence read_at_ = 0;                     // the state of `_schedules` that they are of
  bool has_read_ = false;
  bool has_failed_ = false;
  std::unique_ptr<PeriodicTask> task_;       // stopped first
};

}  // namespace aurora::facade
