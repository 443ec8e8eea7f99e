// Durations as AQL writes them: "30s", "5m", "1h", "30d", "2w", "6mo", "1y".
// Read by @@ttl, intervals of groups, delays of jobs and date functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aurora {

/// A length of time. Months and years have no fixed length, so they are kept apart for calendar
/// arithmetic; exactly one of the two parts is used.
struct Duration {
  std::int64_t micros = 0;
  std::int64_t months = 0;
  [[nodiscard]] bool is_fixed() const noexcept { return months == 0; }
  [[nodiscard]] bool is_positive() const noexcept { return micros > 0 || months > 0; }
  friend bool operator==(const Duration&, const Duration&) = default;
};

/// A whole number, perhaps negative, and one of the units s m h d w mo y; nothing else, no blanks.
/// Empty when the text is no such duration or does not fit 64 bits.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text) noexcept;

}  // namespace aurora
