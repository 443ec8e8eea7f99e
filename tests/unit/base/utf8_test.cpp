// Tests of UTF-8: every code point both ways, every kind of malformed sequence at every alignment,
// and a property test against a decoder written from the table of RFC 3629.
#include <aurora/base/utf8.hpp>

#include <catch2/catch_get_random_seed.hpp>
#include <catch2/catch_test_macros.hpp>

#include <random>

namespace aurora {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

// Decodes by value: the number of continuation bytes from the lead, then range checks on the
// result.
std::size_t naive_find_invalid(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const auto lead = static_cast<unsigned char>(text[at]);
    const std::size_t tail = lead < 0x80       ? 0
                             : lead >> 5 == 6  ? 1
                             : lead >> 4 == 14 ? 2
                             : lead >> 3 == 30 ? 3
                                               : 9;
    if (tail == 9 || at + tail >= text.size()) return at;
    std::uint32_t code = tail == 0 ? lead : lead & (0x3Fu >> tail);
    for (std::size_t i = 1; i <= tail; ++i) {
      const auto next = static_cast<unsigned char>(text[at + i]);
      if (next >> 6 != 2) return at;
      code = code << 6 | (next & 0x3Fu);
    }
    static constexpr std::uint32_t kSmallest[] = {0, 0x80, 0x800, 0x10000};
    if (code < kSmallest[tail] || code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) return at;
    at += tail + 1;
  }
  return kNone;
}

TEST_CASE("UTF-8: every scalar value is written and accepted", "[utf8]") {
  std::size_t wrong = 0;
  for (std::uint32_t code = 0; code <= 0x10FFFF; ++code) {
    if (code >= 0xD800 && code <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code);
    if (!is_valid_utf8(text) || naive_find_invalid(text) != kNone || count_code_points(text) != 1)
      ++wrong;
  }
  CHECK(wrong == 0);
}

TEST_CASE("UTF-8: malformed sequences are found where they start", "[utf8]") {
  const std::string_view bad[] = {
      "\x80",              // a continuation alone
      "\xBF",              //
      "\xC0\x80",          // overlong NUL
      "\xC1\xBF",          // overlong
      "\xC3",              // cut short
      "\xC3(",             //
      "\xE0\x80\x80",      // overlong
      "\xE0\x9F\xBF",      // overlong
      "\xE2\x82",          // cut short
      "\xED\xA0\x80",      // a surrogate
      "\xED\xBF\xBF",      //
      "\xF0\x80\x80\x80",  // overlong
      "\xF0\x8F\xBF\xBF",  //
      "\xF0\x9F\x98",      // cut short
      "\xF4\x90\x80\x80",  // above U+10FFFF
      "\xF5\x80\x80\x80",  //
      "\xFE",              //
      "\xFF",              //
  };
  for (const std::string_view sequence : bad) {
    for (std::size_t before = 0; before < 20; ++before) {
      for (const std::size_t after : {0, 1, 9}) {
        std::string text(before, 'x');
        text.append(sequence).append(after, 'y');
        CHECK(find_invalid_utf8(text) == before);
      }
    }
  }
}

TEST_CASE("UTF-8: the edges of each range are valid", "[utf8]") {
  CHECK(is_valid_utf8(""));
  CHECK(is_valid_utf8(std::string_view("\0", 1)));
  CHECK(is_valid_utf8("\x7F\xC2\x80\xDF\xBF\xE0\xA0\x80\xED\x9F\xBF\xEE\x80\x80\xEF\xBF\xBF"));
  CHECK(is_valid_utf8("\xF0\x90\x80\x80\xF4\x8F\xBF\xBF"));
  CHECK(count_code_points("a\xC3\xA9\xE2\x82\xAC\xF0\x9F\x98\x80") == 4);
}

TEST_CASE("UTF-8: agrees with a naive decoder on random bytes", "[utf8][property]") {
  INFO("seed " << Catch::getSeed());
  std::mt19937_64 random(Catch::getSeed());
  static constexpr unsigned char kBytes[] = {0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F,
                                             0xA0, 0xBF, 0xC0, 0xC2, 0xDF, 0xE0, 0xE1,
                                             0xED, 0xEF, 0xF0, 0xF1, 0xF4, 0xF5, 0xFF};
  std::size_t disagreements = 0;
  for (int round = 0; round < 200'000; ++round) {
    std::string text(random() % 12, 'a');
    for (std::size_t count = random() % 6; count > 0; --count) {
      text.push_back(static_cast<char>(kBytes[random() % std::size(kBytes)]));
    }
    text.append(random() % 12, 'z');
    if (find_invalid_utf8(text) != naive_find_invalid(text)) ++disagreements;
  }
  CHECK(disagreements == 0);
}

}  // namespace
}  // namespace aurora
