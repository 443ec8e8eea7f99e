// Time zones by their names in the IANA database, for schedules. Called by cron; over ICU, which stays in the body.
#pragma once

#include <aurora/result.hpp>

#include <cstdint>
#include <memory>
#include <string_view>

namespace aurora {

/// Threads: const use from any thread.
class TimeZone {
 public:
  /// Errors: InvalidInput for a name that is not known, with the nearest.
  [[nodiscard]] static Result<TimeZone> named(std::string_view name);

  /// What local clocks show more than UTC, in seconds, at a time in seconds since the epoch.
  [[nodiscard]] std::int64_t offset_at(std::int64_t seconds) const;

 private:
  struct Rules;
  explicit TimeZone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}
  std::shared_ptr<const Rules> rules_;
};

}  // namespace aurora
