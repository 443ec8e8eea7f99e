// How long a failed job waits before its next attempt. Called by the dispatcher.
#pragma once

#include <aurora/worker_config.hpp>

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace aurora::jobs {

/// In microseconds, after `retries` retries so far; `chance` is in [0, 1).
[[nodiscard]] inline std::int64_t backoff_micros(const WorkerConfig& config, std::int64_t retries, double chance) {
  using Micros = std::chrono::duration<double, std::micro>;
  const double base = Micros(config.backoff_base).count();
  const double grown = base * std::pow(config.backoff_factor, static_cast<double>(retries));
  // Also when it grew beyond all numbers.
  const double wait = grown < Micros(config.backoff_cap).count() ? grown : Micros(config.backoff_cap).count();
  return static_cast<std::int64_t>(wait * (1.0 + config.backoff_jitter * chance));
}

}  // namespace aurora::jobs
