// Dates: now formatDate year month day hour minute second dateAdd dateDiff. Everything is UTC.
// Called by the evaluator; calls Howard Hinnant's date library for calendar and formats.
#include "expr/function.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/duration.hpp>

#include <date/date.h>

#include <chrono>
#include <locale>
#include <sstream>

namespace aurora::expr {

namespace {

using std::chrono::microseconds;
using Micros = date::sys_time<microseconds>;

constexpr std::int64_t kDay = 86'400'000'000;
// Years 0001 to 9999, as DateTime and Date promise.
constexpr std::int64_t kFirst =
    date::sys_days{date::year{1} / 1 / 1}.time_since_epoch().count() * kDay;
constexpr std::int64_t kLast =
    (date::sys_days{date::year{9999} / 12 / 31}.time_since_epoch().count() + 1) * kDay - 1;

constexpr std::string_view kUnits[] = {"s", "m", "h", "d", "w", "mo", "y"};

/// A value that stands for a moment: its micros and what it was.
struct Moment {
  Type type = Type::kDateTime;
  std::int64_t micros = 0;
};

std::optional<Moment> moment_of(const Value& value) {
  if (const auto* instant = value.if_datetime()) return Moment{Type::kDateTime, instant->micros};
  if (const auto* day = value.if_date()) return Moment{Type::kDate, day->days * kDay};
  if (const auto* time = value.if_time()) return Moment{Type::kTime, time->micros};
  const auto* text = value.if_string();
  if (text == nullptr) return std::nullopt;
  // Dates inside JSON and Any are texts.
  if (const auto instant = DateTime::parse(*text)) return Moment{Type::kDateTime, instant->micros};
  if (const auto day = Date::parse(*text)) return Moment{Type::kDate, day->days * kDay};
  if (const auto time = Time::parse(*text)) return Moment{Type::kTime, time->micros};
  return std::nullopt;
}

Result<Moment> moment(Call& call, std::size_t index) {
  const auto read = moment_of(call.arguments[index]);
  if (read) return *read;
  return call.wrong_kind("a DateTime, a Date or a Time", call.arguments[index]);
}

Result<Moment> dated(Call& call) {
  AURORA_ASSIGN(const auto read, moment(call, 0));
  if (read.type == Type::kTime) return call.wrong_kind("a DateTime or a Date", call.arguments[0]);
  return read;
}

Result<Moment> timed(Call& call) {
  AURORA_ASSIGN(const auto read, moment(call, 0));
  if (read.type == Type::kDate) return call.wrong_kind("a DateTime or a Time", call.arguments[0]);
  return read;
}

date::sys_days day_of(std::int64_t micros) {
  return date::floor<date::days>(Micros(microseconds(micros)));
}
date::year_month_day calendar_of(std::int64_t micros) {
  return date::year_month_day(day_of(micros));
}
std::int64_t time_of(std::int64_t micros) {
  return micros - day_of(micros).time_since_epoch().count() * kDay;
}

Result<Value> now(Call& call) { return Value(call.inputs.now()); }

Result<Value> year(Call& call) {
  AURORA_ASSIGN(const auto at, dated(call));
  return Value(static_cast<int>(calendar_of(at.micros).year()));
}

Result<Value> month(Call& call) {
  AURORA_ASSIGN(const auto at, dated(call));
  return Value(static_cast<unsigned>(calendar_of(at.micros).month()));
}

Result<Value> day(Call& call) {
  AURORA_ASSIGN(const auto at, dated(call));
  return Value(static_cast<unsigned>(calendar_of(at.micros).day()));
}

template <std::int64_t unit, std::int64_t count>
Result<Value> clock_part(Call& call) {
  AURORA_ASSIGN(const auto at, timed(call));
  return Value(time_of(at.micros) / unit % count);
}

// What is wrong with a strftime format: the library writes an unknown conversion as it stands.
std::optional<std::string> format_fault(std::string_view format) {
  constexpr std::string_view kKnown = "aAbBcCdDeFgGhHIjmMnprRStTuUVwWxXyYzZ%";
  for (std::size_t i = 0; i < format.size(); ++i) {
    if (format[i] != '%') continue;
    const bool modified = i + 2 < format.size() && (format[i + 1] == 'E' || format[i + 1] == 'O');
    if (modified) ++i;
    if (++i >= format.size()) return "the format ends behind '%'; a percent sign is '%%'";
    if (kKnown.find(format[i]) == std::string_view::npos)
      return "unknown conversion '%" + std::string(1, format[i]) +
             "' in the format; a percent sign is '%%'";
  }
  return std::nullopt;
}

Result<Value> format_date(Call& call) {
  AURORA_ASSIGN(const auto at, moment(call, 0));
  AURORA_ASSIGN(const auto* format, call.text(1));
  if (auto fault = format_fault(*format)) return call.fail(*std::move(fault));
  std::ostringstream out;
  out.imbue(std::locale::classic());
  date::to_stream(out, format->c_str(),
                  date::floor<std::chrono::seconds>(Micros(microseconds(at.micros))));
  return call.limited(std::move(out).str());
}

std::optional<std::int64_t> in_range(Wide micros) {
  if (micros < kFirst || micros > kLast) return std::nullopt;
  return static_cast<std::int64_t>(micros);
}

// The same day so many months on; the last day of a shorter month.
std::optional<std::int64_t> add_months(std::int64_t micros, std::int64_t months) {
  constexpr std::int64_t kMost = 12 * 10'000;
  if (months > kMost || months < -kMost) return std::nullopt;
  const auto from = calendar_of(micros);
  const auto moved = from.year() / from.month() + date::months(months);
  if (moved.year() < date::year{1} || moved.year() > date::year{9999}) return std::nullopt;
  const date::year_month_day_last end(moved.year(), date::month_day_last(moved.month()));
  const auto to = moved / std::min(from.day(), end.day());
  return in_range(static_cast<Wide>(date::sys_days(to).time_since_epoch().count()) * kDay +
                  time_of(micros));
}

Result<Value> date_add(Call& call) {
  AURORA_ASSIGN(const auto at, moment(call, 0));
  AURORA_ASSIGN(const auto* text, call.text(1));
  const auto duration = parse_duration(*text);
  if (!duration)
    return call.fail("\"" + *text +
                     "\" is no duration; write one like \"30s\", \"-2h\", \"3d\", \"1mo\"");
  if (at.type == Type::kTime) {
    if (!duration->is_fixed()) return call.fail("a Time has no months to add to");
    const auto sum = (at.micros + duration->micros % kDay) % kDay;
    return Value(Time{sum < 0 ? sum + kDay : sum});
  }
  const auto moved = duration->is_fixed()
                         ? in_range(static_cast<Wide>(at.micros) + duration->micros)
                         : add_months(at.micros, duration->months);
  if (!moved) return call.fail("the result is outside the years 0001 to 9999");
  const bool whole_days = time_of(*moved) == 0;
  if (at.type == Type::kDate && whole_days)
    return Value(Date{static_cast<std::int32_t>(*moved / kDay - (*moved % kDay < 0 ? 1 : 0))});
  return Value(DateTime(*moved));
}

// Whole months from the earlier `from` to `to`: as many as can be added without passing it.
std::int64_t months_between(std::int64_t from, std::int64_t to) {
  const auto a = calendar_of(from);
  const auto b = calendar_of(to);
  auto months = (static_cast<int>(b.year()) - static_cast<int>(a.year())) * std::int64_t{12} +
                static_cast<std::int64_t>(static_cast<unsigned>(b.month())) -
                static_cast<std::int64_t>(static_cast<unsigned>(a.month()));
  const auto reached = add_months(from, months);
  if (!reached || *reached > to) --months;
  return months;
}

std::string unit_fault(std::string_view unit) {
  return "\"" + std::string(unit) + "\" is no unit; one of s m h d w mo y" +
         did_you_mean(unit, kUnits);
}

bool is_unit(std::string_view name) {
  return std::find(std::begin(kUnits), std::end(kUnits), name) != std::end(kUnits);
}

Result<Value> date_diff(Call& call) {
  AURORA_ASSIGN(const auto a, moment(call, 0));
  AURORA_ASSIGN(const auto b, moment(call, 1));
  std::string unit = "d";
  if (call.has(2)) {
    AURORA_ASSIGN(const auto* given, call.text(2));
    unit = *given;
  }
  if (!is_unit(unit)) return call.fail(unit_fault(unit));
  if ((a.type == Type::kTime) != (b.type == Type::kTime))
    return call.fail("a Time and a date have no difference: " + describe(call.arguments[0]) + ", " +
                     describe(call.arguments[1]));
  const auto one = parse_duration("1" + unit);
  if (one->is_fixed()) return Value((a.micros - b.micros) / one->micros);
  const auto months = a.micros >= b.micros ? months_between(b.micros, a.micros)
                                           : -months_between(a.micros, b.micros);
  return Value(months / one->months);
}

template <std::size_t place, std::optional<std::string> (*fault)(std::string_view)>
std::optional<std::string> check_text(std::size_t index, const Value& constant) {
  const auto* text = constant.if_string();
  if (index != place || text == nullptr) return std::nullopt;
  return fault(*text);
}

std::optional<std::string> check_duration(std::string_view text) {
  if (parse_duration(text)) return std::nullopt;
  return "\"" + std::string(text) +
         "\" is no duration; write one like \"30s\", \"-2h\", \"3d\", \"1mo\"";
}

std::optional<std::string> check_unit(std::string_view text) {
  if (is_unit(text)) return std::nullopt;
  return unit_fault(text);
}

constexpr Function checked(Function function,
                           std::optional<std::string> (*check)(std::size_t, const Value&)) {
  function.check = check;
  return function;
}

constexpr Parameter kDateParameter{"date"};

constexpr std::array kFunctions{
    define("now", now),
    checked(define("formatDate", format_date, kDateParameter, Parameter{"format"}),
            check_text<1, format_fault>),
    define("year", year, kDateParameter),
    define("month", month, kDateParameter),
    define("day", day, kDateParameter),
    define("hour", clock_part<3'600'000'000, 24>, kDateParameter),
    define("minute", clock_part<60'000'000, 60>, kDateParameter),
    define("second", clock_part<1'000'000, 60>, kDateParameter),
    checked(define("dateAdd", date_add, kDateParameter, Parameter{"duration"}),
            check_text<1, check_duration>),
    checked(define("dateDiff", date_diff, Parameter{"a"}, Parameter{"b"}, Parameter{"unit", true}),
            check_text<2, check_unit>),
};

}  // namespace

std::span<const Function> date_functions() noexcept { return kFunctions; }

}  // namespace aurora::expr
