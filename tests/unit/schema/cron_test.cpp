// Cron expressions: what they name, what is refused, and where clocks are changed.
#include <aurora/schema/cron.hpp>

#include <catch2/catch_test_macros.hpp>

#include <chrono>
#include <string>
#include <vector>

namespace {

using aurora::Cron;
using aurora::DateTime;
using aurora::TimeZone;
using namespace std::chrono;

// In UTC.
DateTime at(int year, unsigned month, unsigned day_of_month, int hour = 0, int minute = 0, int second = 0) {
  const sys_days date = std::chrono::year(year) / std::chrono::month(month) / day(day_of_month);
  return DateTime(duration_cast<microseconds>(date.time_since_epoch() + hours(hour) + minutes(minute) + seconds(second)).count());
}

std::string text_of(DateTime time) {
  const sys_time<seconds> whole{floor<seconds>(microseconds(time.micros))};
  const auto date = floor<days>(whole);
  const year_month_day calendar(date);
  const hh_mm_ss clock(whole - date);
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u %02d:%02d", int(calendar.year()), unsigned(calendar.month()),
                unsigned(calendar.day()), int(clock.hours().count()), int(clock.minutes().count()));
  return text;
}

// The times after `from`, in UTC.
std::vector<std::string> times(const char* cron, const char* zone, DateTime from, int count) {
  const auto parsed = Cron::parse(cron).value();
  const auto where = TimeZone::named(zone).value();
  std::vector<std::string> found;
  for (int i = 0; i < count; ++i) {
    const auto next = parsed.next(from, where);
    if (!next) {
      found.emplace_back("none");
      break;
    }
    from = *next;
    found.push_back(text_of(from));
  }
  return found;
}

using Times = std::vector<std::string>;

std::string refusal(const char* cron) {
  const auto parsed = Cron::parse(cron);
  return parsed ? "accepted" : parsed.error().message();
}

}  // namespace

TEST_CASE("cron expressions name minutes, hours, days and months", "[schema]") {
  CHECK(times("*/5 * * * *", "UTC", at(2026, 1, 31, 23, 52, 30), 3) ==
        Times{"2026-01-31 23:55", "2026-02-01 00:00", "2026-02-01 00:05"});
  CHECK(times("30 4 1,15 * *", "UTC", at(2026, 1, 2), 3) == Times{"2026-01-15 04:30", "2026-02-01 04:30", "2026-02-15 04:30"});
  CHECK(times("0 9-17/4 * jan-feb MON-fri", "UTC", at(2026, 2, 27, 12), 3) ==
        Times{"2026-02-27 13:00", "2026-02-27 17:00", "2027-01-01 09:00"});
  CHECK(times("10/20 0 * * *", "UTC", at(2026, 1, 1), 4) ==
        Times{"2026-01-01 00:10", "2026-01-01 00:30", "2026-01-01 00:50", "2026-01-02 00:10"});
  CHECK(times("0 0 29 2 *", "UTC", at(2026, 1, 1), 2) == Times{"2028-02-29 00:00", "2032-02-29 00:00"});
  CHECK(times("0 0 29 2 *", "UTC", at(2096, 3, 1), 1) == Times{"2104-02-29 00:00"});   // 2100 has none
  CHECK(times("@weekly", "UTC", at(2026, 11, 22), 2) == Times{"2026-11-29 00:00", "2026-12-06 00:00"});
  CHECK(times("0 12 * * 7", "UTC", at(2026, 11, 22), 1) == times("0 12 * * sun", "UTC", at(2026, 11, 22), 1));
  CHECK(times("0 12 * * fri-sun", "UTC", at(2026, 11, 23), 3) ==
        Times{"2026-11-27 12:00", "2026-11-28 12:00", "2026-11-29 12:00"});
  CHECK(times("\t0  0 * * *\n", "UTC", at(2026, 1, 1), 1) == Times{"2026-01-02 00:00"});
  CHECK(times("0 0 1 1 *", "UTC", at(9999, 6, 1), 1) == Times{"none"});
  CHECK(times("0 0 * * *", "UTC", at(1969, 12, 31, 23, 59, 59), 1) == Times{"1970-01-01 00:00"});
}

TEST_CASE("a restricted day of the month and one of the week: either suffices", "[schema]") {
  CHECK(times("0 0 13 * 5", "UTC", at(2026, 11, 1), 4) ==
        Times{"2026-11-06 00:00", "2026-11-13 00:00", "2026-11-20 00:00", "2026-11-27 00:00"});
  CHECK(times("0 0 14 * 5", "UTC", at(2026, 11, 7), 3) == Times{"2026-11-13 00:00", "2026-11-14 00:00", "2026-11-20 00:00"});
}

TEST_CASE("a time of day comes once a day where clocks are changed", "[schema]") {
  // Oslo: on 29 March 2026 at 01:00 UTC from 02:00 to 03:00, on 25 October at 01:00 UTC from 03:00 to 02:00.
  CHECK(times("30 2 * * *", "Europe/Oslo", at(2026, 3, 27, 12), 3) ==
        Times{"2026-03-28 01:30", "2026-03-29 01:00", "2026-03-30 00:30"});
  CHECK(times("30 2 * * *", "Europe/Oslo", at(2026, 10, 24, 12), 2) == Times{"2026-10-25 00:30", "2026-10-26 01:30"});
  CHECK(times("0,15,30,45 2 * * *", "Europe/Oslo", at(2026, 3, 28, 12), 2) == Times{"2026-03-29 01:00", "2026-03-30 00:00"});
  CHECK(times("0 2,3 * * *", "Europe/Oslo", at(2026, 3, 28, 12), 2) == Times{"2026-03-29 01:00", "2026-03-30 00:00"});
  CHECK(times("0 12 * * *", "Europe/Oslo", at(2026, 3, 28, 12), 2) == Times{"2026-03-29 10:00", "2026-03-30 10:00"});
  // New York: 8 March at 07:00 UTC, 1 November at 06:00 UTC. Lord Howe moves by half an hour.
  CHECK(times("30 2 * * *", "America/New_York", at(2026, 3, 7, 12), 2) == Times{"2026-03-08 07:00", "2026-03-09 06:30"});
  CHECK(times("30 1 * * *", "America/New_York", at(2026, 10, 31, 12), 2) == Times{"2026-11-01 05:30", "2026-11-02 06:30"});
  CHECK(times("15 2 * * *", "Australia/Lord_Howe", at(2026, 10, 3, 0), 2) == Times{"2026-10-03 15:30", "2026-10-04 15:15"});
  // Midnight that is jumped over: Beirut, 29 March 2026.
  CHECK(times("0 0 * * *", "Asia/Beirut", at(2026, 3, 27, 23), 2) == Times{"2026-03-28 22:00", "2026-03-29 21:00"});
}

TEST_CASE("what runs in every hour follows the time that passes", "[schema]") {
  CHECK(times("*/30 * * * *", "Europe/Oslo", at(2026, 3, 29, 0, 15), 4) ==
        Times{"2026-03-29 00:30", "2026-03-29 01:00", "2026-03-29 01:30", "2026-03-29 02:00"});
  CHECK(times("*/30 * * * *", "Europe/Oslo", at(2026, 10, 24, 23, 45), 6) ==
        Times{"2026-10-25 00:00", "2026-10-25 00:30", "2026-10-25 01:00", "2026-10-25 01:30", "2026-10-25 02:00", "2026-10-25 02:30"});
  CHECK(times("0 * 25 10 *", "Europe/Oslo", at(2026, 10, 24), 30).at(24) == "2026-10-25 22:00");   // a day of 25 hours
  CHECK(times("0 * * * *", "Asia/Kathmandu", at(2026, 1, 1), 2) == Times{"2026-01-01 00:15", "2026-01-01 01:15"});
}

TEST_CASE("what is no cron expression is refused, and why", "[schema]") {
  CHECK(refusal("* * * *").starts_with("a cron expression has five fields"));
  CHECK(refusal("0 0 * * * *").ends_with("found 6 in \"0 0 * * * *\""));
  CHECK(refusal("").ends_with("found 0 in \"\""));
  CHECK(refusal("60 * * * *") == "the minute of a cron expression is *, or numbers from 0 to 59, with ranges as 1-5, steps as */2 "
                                 "and lists as 1,3; found \"60\"");
  CHECK(refusal("* 24 * * *").starts_with("the hour of"));
  CHECK(refusal("* * 0 * *").starts_with("the day of the month of"));
  CHECK(refusal("* * * 13 *").starts_with("the month of"));
  CHECK(refusal("* * * * 8").starts_with("the day of the week of"));
  CHECK(refusal("* * * * mond").find("or names as MON") != std::string::npos);
  CHECK(refusal("*/0 * * * *").ends_with("found \"*/0\""));
  CHECK(refusal("5-1 * * * *").ends_with("found \"5-1\""));
  CHECK(refusal("1,,2 * * * *").ends_with("found \"\""));
  CHECK(refusal("1-2-3 * * * *").ends_with("found \"1-2-3\""));
  CHECK(refusal("-1 * * * *").ends_with("found \"-1\""));
  CHECK(refusal("0 0 31 2,4 *") == "the cron expression \"0 0 31 2,4 *\" names a date that no year has");
  CHECK(refusal("@dayly") == "unknown cron expression \"@dayly\"; did you mean '@daily'?");
}

TEST_CASE("time zones are known by their names", "[schema]") {
  CHECK(TimeZone::named("Europe/Oslo").value().offset_at(1'784'000'000) == 7'200);
  CHECK(TimeZone::named("UTC").value().offset_at(0) == 0);
  CHECK(TimeZone::named("Europe/Olso").error().message() ==
        "there is no time zone \"Europe/Olso\"; zones are named as \"UTC\" or \"Europe/Oslo\"; did you mean 'Europe/Oslo'?");
  CHECK_FALSE(TimeZone::named("GMT+25:00"));
  CHECK_FALSE(TimeZone::named(""));
  CHECK_FALSE(TimeZone::named("Etc/Unknown"));
}
