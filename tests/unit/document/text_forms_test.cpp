// Tests of the text forms of Uuid, Date, Time and DateTime: strict reading, one way of writing.
#include "random_values.hpp"

#include <aurora/value.hpp>

#include <catch2/catch_test_macros.hpp>

namespace aurora {
namespace {

TEST_CASE("Uuid: 8-4-4-4-12 of either case and nothing else", "[text]") {
  const auto uuid = Uuid::parse("0190B4C2-1f6a-7c3e-9A4D-5b6c7d8e9f00");
  REQUIRE(uuid);
  CHECK(uuid->text() == "0190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f00");
  CHECK(uuid->bytes[0] == 0x01);
  CHECK(uuid->bytes[15] == 0x00);
  for (const std::string_view bad :
       {"", "0190b4c21f6a7c3e9a4d5b6c7d8e9f00", "{0190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f00}",
        "0190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f0", "0190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f000",
        "0190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f0g", "0190b4c2 1f6a-7c3e-9a4d-5b6c7d8e9f00",
        "0190b4c21-f6a-7c3e-9a4d-5b6c7d8e9f00", " 190b4c2-1f6a-7c3e-9a4d-5b6c7d8e9f00"}) {
    INFO(bad);
    CHECK_FALSE(Uuid::parse(bad));
  }
}

TEST_CASE("Date: the calendar is the Gregorian one", "[text]") {
  CHECK(Date::parse("1970-01-01")->days == 0);
  CHECK(Date::parse("1969-12-31")->days == -1);
  CHECK(Date::parse("2000-03-01")->days == 11017);
  CHECK(Date::parse("0001-01-01")->days == -719162);
  CHECK(Date::parse("9999-12-31")->days == 2932896);
  for (const std::string_view leap : {"2024-02-29", "2000-02-29", "0004-02-29"})
    CHECK(Date::parse(leap));
  for (const std::string_view bad : {"2023-02-29",
                                     "1900-02-29",
                                     "2024-02-30",
                                     "2024-04-31",
                                     "2024-13-01",
                                     "2024-00-01",
                                     "2024-01-00",
                                     "2024-01-32",
                                     "0000-01-01",
                                     "24-01-01",
                                     "2024-1-1",
                                     "2024/01/01",
                                     "2024-01-01 ",
                                     " 2024-01-01",
                                     "2024-01-01T",
                                     "+024-01-01",
                                     "-024-01-01",
                                     "20240101",
                                     "",
                                     "10000-01-01"}) {
    INFO(bad);
    CHECK_FALSE(Date::parse(bad));
  }
}

TEST_CASE("Date: every day comes back from its text, in order", "[text]") {
  std::size_t wrong = 0;
  std::string last;
  for (std::int32_t days = -719162; days <= 2932896; ++days) {
    const std::string text = Date{days}.text();
    if (Date::parse(text) != Date{days} || text <= last) ++wrong;
    last = text;
  }
  CHECK(wrong == 0);
}

TEST_CASE("Time: fractions are cut, never rounded", "[text]") {
  CHECK(Time::parse("00:00:00")->micros == 0);
  CHECK(Time::parse("23:59:59.999999999999")->text() == "23:59:59.999999");
  CHECK(Time::parse("12:30:01.5")->text() == "12:30:01.5");
  CHECK(Time::parse("12:30:01.500000")->text() == "12:30:01.5");
  CHECK(Time::parse("12:30:01.0000009")->text() == "12:30:01");
  CHECK(Time::parse("12:30:10.000010")->text() == "12:30:10.00001");
  for (const std::string_view bad :
       {"24:00:00", "12:60:00", "12:00:60", "12:00", "12:00:00.", "12:00:00,5", "1:00:00",
        "12:00:00Z", "12:00:00 ", "", "12-00-00"}) {
    INFO(bad);
    CHECK_FALSE(Time::parse(bad));
  }
}

TEST_CASE("DateTime: RFC 3339 with any offset becomes UTC", "[text]") {
  const auto text_of = [](std::string_view text) { return DateTime::parse(text).value().text(); };
  CHECK(text_of("2026-01-31T12:00:00Z") == "2026-01-31T12:00:00Z");
  CHECK(text_of("2026-01-31t12:00:00z") == "2026-01-31T12:00:00Z");
  CHECK(text_of("2026-01-31 12:00:00Z") == "2026-01-31T12:00:00Z");
  CHECK(text_of("2026-01-31T12:00:00+02:00") == "2026-01-31T10:00:00Z");
  CHECK(text_of("2026-01-31T23:30:00-01:30") == "2026-02-01T01:00:00Z");
  CHECK(text_of("2026-01-01T00:00:00+00:01") == "2025-12-31T23:59:00Z");
  CHECK(text_of("2026-01-31T12:00:00-00:00") == "2026-01-31T12:00:00Z");
  CHECK(text_of("2026-01-31T12:00:00.1234567Z") == "2026-01-31T12:00:00.123456Z");
  CHECK(text_of("2026-01-31T12:00:00.100Z") == "2026-01-31T12:00:00.1Z");
  CHECK(text_of("2016-12-31T23:59:60Z") == "2016-12-31T23:59:59Z");
  CHECK(text_of("2016-12-31T23:59:60.25Z") == "2016-12-31T23:59:59.25Z");
  CHECK(text_of("1969-12-31T23:59:59.999999Z") == "1969-12-31T23:59:59.999999Z");
  CHECK(DateTime::parse("1969-12-31T23:59:59.999999Z")->micros == -1);
}

TEST_CASE("DateTime: years 0001 to 9999, after the offset too", "[text]") {
  CHECK(DateTime::parse("0001-01-01T00:00:00Z"));
  CHECK(DateTime::parse("9999-12-31T23:59:59.999999Z")->text() == "9999-12-31T23:59:59.999999Z");
  CHECK(DateTime::parse("0001-01-01T02:00:00+02:00"));
  CHECK_FALSE(DateTime::parse("0001-01-01T01:59:59+02:00"));
  CHECK_FALSE(DateTime::parse("9999-12-31T23:59:59-00:01"));
}

TEST_CASE("DateTime: anything looser is refused", "[text]") {
  for (const std::string_view bad :
       {"2026-01-31T12:00:00", "2026-01-31", "2026-01-31T12:00Z", "2026-01-31T12:00:00+0200",
        "2026-01-31T12:00:00+02", "2026-01-31T12:00:00+24:00", "2026-01-31T12:00:00+02:60",
        "2026-01-31T24:00:00Z", "2026-01-31T12:00:61Z", "2026-01-31  12:00:00Z",
        "2026-01-31_12:00:00Z", "2026-02-30T12:00:00Z", "2026-01-31T12:00:00.Z",
        "2026-01-31T12:00:00Z ", " 2026-01-31T12:00:00Z", "2026-01-31T12:00:00ZZ", "now", "",
        "2026-1-31T12:00:00Z"}) {
    INFO(bad);
    CHECK_FALSE(DateTime::parse(bad));
  }
}

TEST_CASE("Text forms: what is written reads back", "[text][property]") {
  INFO("seed " << Catch::getSeed());
  test::RandomValues random;
  for (int round = 0; round < 50'000; ++round) {
    const Uuid uuid = random.uuid();
    const Time time = random.time();
    const DateTime moment = random.date_time();
    REQUIRE(Uuid::parse(uuid.text()) == uuid);
    REQUIRE(Time::parse(time.text()) == time);
    REQUIRE(DateTime::parse(moment.text()) == moment);
  }
}

TEST_CASE("Text forms: a value out of range still has a text of the right shape", "[text]") {
  CHECK(Date{std::numeric_limits<std::int32_t>::max()}.text() == "9999-12-31");
  CHECK(Date{std::numeric_limits<std::int32_t>::min()}.text() == "0001-01-01");
  CHECK(Time{-1}.text() == "00:00:00");
  CHECK(DateTime(std::numeric_limits<std::int64_t>::max()).text() == "9999-12-31T23:59:59.999999Z");
  CHECK(DateTime(std::numeric_limits<std::int64_t>::min()).text() == "0001-01-01T00:00:00Z");
}

}  // namespace
}  // namespace aurora
