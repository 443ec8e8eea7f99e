// Body of cron.hpp: the fields, and the search for the next time. Called by schedules.
//
//   C1  every hour is wanted: each minute that passes is looked at by what local clocks show in it. Nothing is made up for
//       an hour that is jumped over, and an hour that comes twice has its times twice.
//   C2  hours are chosen: each chosen local time has one instant. Of two it is the first; a time that is jumped over has
//       the instant of the jump.
#include <aurora/schema/cron.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace aurora {

namespace {

constexpr std::int64_t kMinute = 60;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kLastSecond = 253'402'300'799;   // of the year 9999
constexpr int kSearchedDays = 28 * 366;                 // dates and days of the week repeat after 28 years
constexpr std::int64_t kWindow = 15 * 3'600;            // no offset is larger

using Names = std::span<const std::string_view>;
constexpr std::array<std::string_view, 12> kMonths{"JAN", "FEB", "MAR", "APR", "MAY", "JUN",
                                                   "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"};
constexpr std::array<std::string_view, 7> kWeekdays{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"};

struct Field {
  std::string_view name;
  unsigned first;
  unsigned last;
  Names names;   // of the values from `first` on
};
const std::array<Field, 5> kFields{Field{"minute", 0, 59, {}}, Field{"hour", 0, 23, {}},
                                   Field{"day of the month", 1, 31, {}}, Field{"month", 1, 12, kMonths},
                                   Field{"day of the week", 0, 7, kWeekdays}};

struct Shorthand {
  std::string_view name;
  std::string_view text;
};
constexpr std::array<Shorthand, 7> kShorthands{{{"@hourly", "0 * * * *"},
                                                {"@daily", "0 0 * * *"},
                                                {"@midnight", "0 0 * * *"},
                                                {"@weekly", "0 0 * * 0"},
                                                {"@monthly", "0 0 1 * *"},
                                                {"@yearly", "0 0 1 1 *"},
                                                {"@annually", "0 0 1 1 *"}}};

Error wrong(std::string message) { return Error(ErrorCode::kInvalidInput, std::move(message)); }

Error wrong_in(const Field& field, std::string_view found) {
  return wrong("the " + std::string(field.name) + " of a cron expression is *, or numbers from " + std::to_string(field.first) +
               " to " + std::to_string(field.last) + ", with ranges as 1-5, steps as */2 and lists as 1,3" +
               (field.names.empty() ? "" : ", or names as " + std::string(field.names[1])) + "; found \"" +
               std::string(found) + "\"");
}

std::vector<std::string_view> split(std::string_view text, std::string_view separators) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find_first_of(separators);
    parts.push_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

std::optional<unsigned> number_of(std::string_view text) {
  unsigned number = 0;
  const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (problem != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<unsigned> value_of(const Field& field, std::string_view text) {
  auto number = number_of(text);
  for (std::size_t i = 0; !number && text.size() == 3 && i < field.names.size(); ++i)
    if (std::equal(text.begin(), text.end(), field.names[i].begin(),
                   [](char a, char b) { return (a & ~0x20) == b; }))
      number = static_cast<unsigned>(field.first + i);
  return number && *number >= field.first && *number <= field.last ? number : std::nullopt;
}

// The values of a field, as bits.
Result<std::uint64_t> values_of(const Field& field, std::string_view text) {
  std::uint64_t values = 0;
  for (const auto part : split(text, ",")) {
    const auto slash = part.find('/');
    const auto range = part.substr(0, slash);
    unsigned step = 1;
    if (slash != std::string_view::npos) {
      const auto written = number_of(part.substr(slash + 1));
      if (!written || *written == 0 || *written > field.last) return wrong_in(field, part);
      step = *written;
    }
    unsigned first = field.first;
    unsigned last = field.last;
    if (range != "*") {
      const auto dash = range.find('-');
      const auto from = value_of(field, range.substr(0, dash));
      auto to = dash == std::string_view::npos ? from : value_of(field, range.substr(dash + 1));
      if (from && to && *to == 0 && *from > 0 && field.last == 7) to = 7;   // up to Sunday
      if (!from || !to || *to < *from) return wrong_in(field, part);
      first = *from;
      // "10/20": from 10 on.
      if (dash != std::string_view::npos || slash == std::string_view::npos) last = *to;
    }
    for (unsigned value = first; value <= last; value += step) values |= std::uint64_t{1} << value;
  }
  return values;
}

std::int64_t floor_day(std::int64_t seconds) { return (seconds >= 0 ? seconds : seconds - kDay + 1) / kDay; }

// When the zone's offset stops being that of `low`. Requires: it is another at `high`.
std::int64_t jump_between(const TimeZone& zone, std::int64_t low, std::int64_t high) {
  const auto before = zone.offset_at(low);
  while (high - low > 1) {
    const auto middle = low + (high - low) / 2;
    (zone.offset_at(middle) == before ? low : high) = middle;
  }
  return high;
}

}  // namespace

Result<Cron> Cron::parse(std::string_view text) {
  if (text.starts_with('@')) {
    std::vector<std::string_view> names;
    for (const auto& known : kShorthands) {
      if (known.name == text) return parse(known.text);
      names.push_back(known.name);
    }
    return wrong("unknown cron expression \"" + std::string(text) + "\"" + did_you_mean(text, names));
  }
  auto fields = split(text, " \t\r\n");
  std::erase(fields, std::string_view());
  if (fields.size() != kFields.size())
    return wrong("a cron expression has five fields (minute, hour, day of the month, month, day of the week), as "
                 "\"*/5 * * * *\"; found " + std::to_string(fields.size()) + " in \"" + std::string(text) + "\"");
  std::array<std::uint64_t, kFields.size()> sets{};
  for (std::size_t i = 0; i < kFields.size(); ++i) {
    AURORA_ASSIGN(sets[i], values_of(kFields[i], fields[i]));
  }
  Cron cron;
  cron.minutes_ = sets[0];
  cron.hours_ = static_cast<std::uint32_t>(sets[1]);
  cron.days_ = static_cast<std::uint32_t>(sets[2]);
  cron.months_ = static_cast<std::uint32_t>(sets[3]);
  cron.weekdays_ = static_cast<std::uint32_t>((sets[4] | sets[4] >> 7) & 0x7fu);
  cron.any_day_ = fields[2].starts_with('*');
  cron.any_weekday_ = fields[4].starts_with('*');
  for (std::int64_t day = 0; day < kSearchedDays; ++day)
    if (cron.has_day(day)) return cron;
  return wrong("the cron expression \"" + std::string(text) + "\" names a date that no year has");
}

bool Cron::has_day(std::int64_t days) const {
  const std::chrono::sys_days date{std::chrono::days(days)};
  const std::chrono::year_month_day calendar(date);
  if ((months_ >> unsigned{calendar.month()} & 1u) == 0) return false;
  const bool day = (days_ >> unsigned{calendar.day()} & 1u) != 0;
  const bool weekday = (weekdays_ >> std::chrono::weekday(date).c_encoding() & 1u) != 0;
  return any_day_ || any_weekday_ ? day && weekday : day || weekday;
}

// The first instant after `after` among those of a local day, in seconds.
std::optional<std::int64_t> Cron::next_of_day(std::int64_t day, std::int64_t after, const TimeZone& zone) const {
  constexpr std::uint32_t kEveryHour = (1u << 24) - 1;
  const auto begin = day * kDay;
  const auto earlier = zone.offset_at(begin - kWindow);
  const auto later = zone.offset_at(begin + kDay + kWindow);
  std::optional<std::int64_t> best;
  const auto offer = [&](std::int64_t instant) {
    if (instant > after && (!best || instant < *best)) best = instant;
  };
  for (std::int64_t hour = 0; hour < 24; ++hour) {
    if ((hours_ >> hour & 1u) == 0) continue;
    for (std::int64_t minute = 0; minute < 60; ++minute) {
      if ((minutes_ >> minute & 1u) == 0) continue;
      const auto local = begin + (hour * 60 + minute) * kMinute;
      if (earlier == later) {
        offer(local - earlier);
        if (best) return best;   // the rest of the day comes after it
        continue;
      }
      const bool first = zone.offset_at(local - earlier) == earlier;
      const bool second = zone.offset_at(local - later) == later;
      const bool every = hours_ == kEveryHour;
      if (first) offer(local - earlier);
      if (second && (!first || every)) offer(local - later);                                      // C1
      if (!first && !second && !every) offer(jump_between(zone, begin - kWindow, begin + kDay + kWindow));   // C2
    }
  }
  return best;
}

std::optional<DateTime> Cron::next(DateTime time, const TimeZone& zone) const {
  constexpr std::int64_t kMicros = 1'000'000;
  const auto after = (time.micros >= 0 ? time.micros : time.micros - kMicros + 1) / kMicros;
  if (after >= kLastSecond) return std::nullopt;
  const auto today = floor_day(after + zone.offset_at(after)) - 1;   // where an hour of yesterday may come again
  for (auto day = today; day < today + kSearchedDays; ++day) {
    if (!has_day(day)) continue;
    const auto found = next_of_day(day, after, zone);
    if (found) return *found <= kLastSecond ? std::optional(DateTime(*found * kMicros)) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace aurora
