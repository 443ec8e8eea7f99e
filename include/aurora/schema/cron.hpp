// Cron expressions: five fields (minute, hour, day of the month, month, day of the week), or @hourly and its like, and the
// times that they name in a time zone. Read by schedules.
//
// Fields are lists of values, ranges and steps ("1,5-9,*/15", "10/20"); months and days have English names of three
// letters; 0 and 7 are Sunday. As in POSIX, when both days are restricted, either suffices.
//
// Where clocks are changed (C1, C2 in cron.cpp): expressions for every hour follow the time that passes; others name times
// of day, and each comes once a day, the first time when it comes twice, and as the clock jumps when it is jumped over.
#pragma once

#include <aurora/result.hpp>
#include <aurora/schema/time_zone.hpp>
#include <aurora/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace aurora {

class Cron {
 public:
  /// Errors: InvalidInput saying which field is wrong and what would be right; for an expression that names no time too.
  [[nodiscard]] static Result<Cron> parse(std::string_view text);

  /// The first time after `time`. Nothing when there is none in the next 28 years, or none before the year 10000.
  /// Cost: microseconds; milliseconds for what comes once in years.
  [[nodiscard]] std::optional<DateTime> next(DateTime time, const TimeZone& zone) const;

 private:
  [[nodiscard]] bool has_day(std::int64_t days) const;
  [[nodiscard]] std::optional<std::int64_t> next_of_day(std::int64_t day, std::int64_t after, const TimeZone& zone) const;

  std::uint64_t minutes_ = 0;         // sets of bits
  std::uint32_t hours_ = 0;
  std::uint32_t days_ = 0;
  std::uint32_t months_ = 0;
  std::uint32_t weekdays_ = 0;
  bool any_day_ = false;              // the field is a `*`
  bool any_weekday_ = false;
};

}  // namespace aurora
