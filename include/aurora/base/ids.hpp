// Identifiers: UUIDv7 generation (RFC 9562 §5.7, §6.2 method 1).
#pragma once

#include <aurora/value.hpp>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>

namespace aurora {

/// Microseconds since the epoch. Injectable so that tests can move time.
using Clock = std::function<DateTime()>;
[[nodiscard]] DateTime system_now() noexcept;

/// Makes UUIDv7s that rise strictly within the generator, also when the clock goes back.
/// Layout: 48-bit milliseconds, 12-bit counter, 62 random bits from getrandom(2).
/// Random bytes are fetched for 64 ids at a time, so a forked child must make its own generator.
/// Threads: every call may come from any thread.
/// Errors: next() throws IoError when the system gives no randomness.
class Uuid7Generator {
 public:
  explicit Uuid7Generator(Clock clock = system_now);
  [[nodiscard]] Uuid next();
  /// Makes every later id greater than `last` (called at open with the greatest stored id).
  void advance_past(const Uuid& last);

 private:
  std::mutex mutex_;  // guards everything below
  Clock clock_;
  std::uint64_t last_stamp_ = 0;  // milliseconds << 12 | counter
  std::array<char, 512> random_{};
  std::size_t random_left_ = 0;
};

}  // namespace aurora
