// How jobs are run. Public; a part of Config, and checked with it at open.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>

namespace aurora {

/// At most so many jobs are begun within any length of time `per`.
struct RateLimit {
  std::uint32_t jobs = 1;
  std::chrono::milliseconds per{1'000};
};

struct WorkerConfig {
  /// Threads that run handlers, from `Workers::start` on. A handler may block: it holds up its own thread alone.
  std::uint32_t threads = 4;
  /// How long a claim holds without a heartbeat. What its worker writes later is refused, and the job is run again.
  std::chrono::milliseconds lease{30'000};
  /// How often claims are renewed while their handlers run; less than the lease.
  std::chrono::milliseconds heartbeat{10'000};
  /// A failed attempt is followed by the next after base × factorⁿ, n counting retries from 0, at most `backoff_cap`,
  /// and up to the share `backoff_jitter` of that longer, by chance.
  std::chrono::milliseconds backoff_base{5'000};
  double backoff_factor = 2.0;
  std::chrono::milliseconds backoff_cap{std::chrono::hours(1)};
  double backoff_jitter = 0.05;
  /// Completed and cancelled jobs are removed at that age, while workers run; zero: never.
  std::chrono::seconds cleanup_age{std::chrono::hours(24 * 7)};
  /// Most jobs of a queue under way at a time, by its name; others have no limit but the threads.
  std::map<std::string, std::uint32_t> queue_concurrency;
  /// How fast the jobs of a queue are begun, by its name; not remembered from one start to the next.
  std::map<std::string, RateLimit> queue_rates;
  /// Most attempts of one type under way at a time whose handler is a coroutine, which holds no thread while it waits.
  std::uint32_t coroutines = 1'000;
  /// How long closing the database lets handlers go on before they are told to stop. Closing then waits for them.
  std::chrono::milliseconds close_grace{5'000};
};

}  // namespace aurora
