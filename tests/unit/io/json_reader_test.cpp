// JSON lines and JSON arrays: what is read, what is a problem of one record, what ends the reading.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <random>

using namespace aurora;
using namespace aurora::io;

TEST_CASE("JSON lines: an object a line, empty lines ignored", "[io]") {
  CHECK(read_all(Format::kJsonLines, "{\"a\":1}\n\n  \r\n{\"a\":[1,{}]}\r\n{\"a\":null}") ==
        Lines{"1 {\"a\":1}", "4 {\"a\":[1,{}]}", "5 {\"a\":null}", "end"});
  CHECK(read_all(Format::kJsonLines, "") == Lines{"end"});
  CHECK(read_all(Format::kJsonLines, "\n\n\n") == Lines{"end"});
  CHECK(read_all(Format::kJsonLines, "\xEF\xBB\xBF{}\n") == Lines{"1 {}", "end"});
}

TEST_CASE("JSON lines: a bad line is a problem with its place, and reading goes on", "[io]") {
  const auto got = read_all(Format::kJsonLines, "{\"a\":1}\n{\"a\":}\n[1]\n3\n{\"a\":2}\n");
  REQUIRE(got.size() == 6);
  CHECK(got[0] == "1 {\"a\":1}");
  CHECK(got[1].starts_with("2 ! InvalidInput 2:6 "));
  CHECK(got[2] == "3 ! InvalidInput 3:1 a record must be a JSON object");
  CHECK(got[3].starts_with("4 ! InvalidInput 4:1"));
  CHECK(got[4] == "5 {\"a\":2}");
  CHECK(got[5] == "end");
}

TEST_CASE("JSON lines: a line above the limit is skipped whole", "[io]") {
  const std::string at_limit = R"({"a":"1234"})";
  const std::string above = R"({"a":"12345"})";
  for (const std::size_t piece : {1u, 5u, 12u, 13u, 4096u}) {
    const auto got = read_all(Format::kJsonLines, at_limit + "\n" + above + "\n" + at_limit, piece, at_limit.size());
    REQUIRE(got.size() == 4);
    CHECK(got[0] == "1 " + at_limit);
    CHECK(got[1] == "2 ! LimitExceeded 2:1 the record is longer than 12 bytes");
    CHECK(got[2] == "3 " + at_limit);
  }
}

TEST_CASE("JSON array: elements one by one, with the line of each", "[io]") {
  CHECK(read_all(Format::kJson, " [ ]\n") == Lines{"end"});
  CHECK(read_all(Format::kJson, "\xEF\xBB\xBF[{}]") == Lines{"1 {}", "end"});
  CHECK(read_all(Format::kJson, "[\n {\"a\": \"]},{\\\"\"},\n\n{\"b\":[1,\n2]} , {} ]\n") ==
        Lines{"2 {\"a\":\"]},{\\\"\"}", "4 {\"b\":[1,2]}", "5 {}", "end"});
}

TEST_CASE("JSON array: an element that is wrong by itself is a problem, and reading goes on", "[io]") {
  const auto got = read_all(Format::kJson, "[{\"a\":1},\n 7, \"x,]\", [1],\n  {\"a\"\n:tru}, {\"a\":2}]");
  REQUIRE(got.size() == 7);
  CHECK(got[0] == "1 {\"a\":1}");
  CHECK(got[1] == "2 ! InvalidInput 2:2 a record must be a JSON object");
  CHECK(got[2] == "2 ! InvalidInput 2:5 a record must be a JSON object");
  CHECK(got[3] == "2 ! InvalidInput 2:12 a record must be a JSON object");
  CHECK(got[4].starts_with("3 ! InvalidInput 4:"));
  CHECK(got[5] == "4 {\"a\":2}");
}

TEST_CASE("JSON array: what breaks the array ends the reading, with its place", "[io]") {
  const auto last = [](std::string_view text) { return read_all(Format::kJson, text).back(); };
  CHECK(last("").starts_with("stopped InvalidInput 1:1 the '['"));
  CHECK(last("{\"a\":1}").starts_with("stopped InvalidInput 1:1 the '['"));
  CHECK(last("[{},]") == "stopped InvalidInput 1:5 a document is expected, not ']'");
  CHECK(last("[,{}]") == "stopped InvalidInput 1:2 a document is expected, not ','");
  CHECK(last("[{} {}]") == "stopped InvalidInput 1:5 ',' or ']' is expected, not '{'");
  CHECK(last("[{}") == "stopped InvalidInput 1:4 ',' or ']' is expected, not the end");
  CHECK(last("[{}]\n x") == "stopped InvalidInput 2:2 the end after the array is expected, not 'x'");
  CHECK(last("[{},\n{\"ø\":\"") ==
        "stopped InvalidInput 2:7 the text ends inside the document that begins on line 2");
  CHECK(last("[{\"a\":\"\\") == "stopped InvalidInput 1:9 the text ends inside the document that begins on line 1");
}

TEST_CASE("JSON array: depth and length are limited, not the stack or the memory", "[io]") {
  const std::string deep = "[" + std::string(1'000'000, '[') + std::string(1'000'000, ']') + ",{}]";
  const auto got = read_all(Format::kJson, deep);
  REQUIRE(got.size() == 3);
  CHECK(got[0].starts_with("1 ! InvalidInput 1:"));
  CHECK(got[1] == "1 {}");
  const auto long_one = read_all(Format::kJson, "[{\"a\":\"" + std::string(100, 'x') + "\"},{}]", 7, 50);
  CHECK(long_one == Lines{"1 ! LimitExceeded 1:2 the record is longer than 50 bytes", "1 {}", "end"});
}

TEST_CASE("what is read does not depend on where the input is cut", "[io]") {
  constexpr std::string_view kSample =
      "[{\"a\":\"\\\"x\\\\\",\"b\":[{},[1.5e3]]},\r\n {\"ø€😀\":null} ,7,{\"a\":}\n,{}] ";
  constexpr std::string_view kAlphabet = "[]{},:\"\\\n\r \xEF\xBB\xBF\xC3\xB8 1ea";
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2'000; ++round) {
    std::string text(kSample);
    for (std::size_t changes = random() % 4; changes > 0; --changes) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0) {
        text.erase(at, 1 + random() % 5);
      } else {
        text.insert(at, 1, kAlphabet[random() % kAlphabet.size()]);
      }
      if (text.empty()) text = "[";
    }
    for (const Format format : {Format::kJson, Format::kJsonLines, Format::kCsv}) {
      const auto whole = read_all(format, text);
      CAPTURE(text);
      CHECK(read_all(format, text, 1) == whole);
      CHECK(read_all(format, text, 1 + random() % 17) == whole);
    }
  }
}
