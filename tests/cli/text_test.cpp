// What reaches a terminal: nothing that steers it, cut where the window ends.
#include "cli/text.hpp"

#include <aurora/value.hpp>

#include <catch2/catch_test_macros.hpp>

#include <clocale>
#include <random>

using namespace aurora;
using namespace aurora::cli;

TEST_CASE("what could steer a terminal is written out", "[cli]") {
  CHECK(printable("plain ø€😀") == "plain ø€😀");
  CHECK(printable("\033[31mred\a") == "\\x1B[31mred\\x07");
  CHECK(printable("a\nb\tc\rd") == "a\\nb\\tc\\x0Dd");
  CHECK(printable_lines("a\nb\tc\rd") == "a\nb\tc\\x0Dd");
  CHECK(printable("\x7F") == "\\x7F");
  CHECK(printable("\xC2\x9B[31m") == "\\u009B[31m");        // CSI in one character
  CHECK(printable("\xE2\x80\xAE") == "\\u202E");            // right-to-left override
  CHECK(printable("\xFF\xC0\x80\xED\xA0\x80") == "\\xFF\\xC0\\x80\\xED\\xA0\\x80");
  CHECK(printable(std::string_view("\0", 1)) == "\\x00");
}

TEST_CASE("JSON stays the same JSON", "[cli]") {
  const Value value(Object{{"a", Value("\033\x7F\xC2\x9B\xE2\x80\xAE\"\\ø")},
                           {"b", Value(List{Value(1), Value()})}});
  const std::string json = to_json(value);
  const std::string safe = printable_json(json);
  CHECK(printable(safe) == safe);
  CHECK(parse_json(safe).value() == value);
  CHECK(parse_json(indented(json)).value() == value);
  CHECK(indented("{\"a\":[],\"b\":{\"c\":\"{,\\\"\"}}") ==
        "{\n  \"a\": [],\n  \"b\": {\n    \"c\": \"{,\\\"\"\n  }\n}");
}

TEST_CASE("widths are those of the screen, and a cut never splits a character", "[cli]") {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  CHECK(display_width("abc") == 3);
  CHECK(display_width("ø€") == 2);
  CHECK(display_width("日本") == 4);
  CHECK(fit("abc", 3) == "abc");
  CHECK(fit("abcd", 3) == "ab…");
  CHECK(fit("日本語", 5) == "日本…");
  CHECK(fit("日本語", 4) == "日…");
  CHECK(fit("abc", 1) == "…");
}

TEST_CASE("printable text is safe whatever the bytes were", "[cli]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 5'000; ++round) {
    std::string bytes;
    for (std::size_t i = random() % 20; i > 0; --i) bytes += static_cast<char>(random() % 256);
    const std::string text = printable(bytes);
    for (const char c : text) CHECK((static_cast<unsigned char>(c) >= 0x20 && c != 0x7F));
    CHECK(printable(text) == text);
  }
}
