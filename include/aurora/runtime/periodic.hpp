// Periodic tasks over Asio: checkpoints, log trimming. Given to the engine by the facade; Asio stays in the body.
#pragma once

#include <aurora/base/executor.hpp>

namespace aurora::runtime {

/// A StartPeriodic: one Asio context and one thread a task.
[[nodiscard]] std::unique_ptr<PeriodicTask> start_periodic(std::chrono::milliseconds interval,
                                                           std::function<void()> task);

}  // namespace aurora::runtime
