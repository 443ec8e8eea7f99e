// Tests of words: the rules written out for ASCII against ICU's, and what the analyser makes of them.
#include <aurora/text/analyser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

#include "text/segment.hpp"

namespace aurora::text {
namespace {

using Spans = std::vector<std::pair<std::uint32_t, std::uint32_t>>;

template <class Segmenter>
Spans spans(std::string_view text, const Segmenter& segmenter) {
  Spans found;
  segmenter(text, 0, [&](const Segment& segment) { found.emplace_back(segment.begin, segment.end); });
  return found;
}

std::vector<std::string> terms(std::string_view text, const SearchOptions& options = {}, bool with_parts = true) {
  std::vector<std::string> found;
  Analyser::of(options).analyse(text, [&](const Token& token) {
    if (with_parts || !token.part) found.emplace_back(token.term);
  });
  return found;
}

using Terms = std::vector<std::string>;

TEST_CASE("the rules for ASCII are ICU's", "[text]") {
  std::mt19937 random(7);
  constexpr std::string_view kAlphabet = "abZ019__..'',;-- \t/+\"x";
  for (int round = 0; round < 20'000; ++round) {
    std::string text(1 + random() % 12, ' ');
    for (auto& c : text) c = kAlphabet[random() % kAlphabet.size()];
    INFO("text: [" << text << "]");
    REQUIRE(spans(text, segment_ascii) == spans(text, segment_by_icu));
  }
}

TEST_CASE("identifiers are found whole and by part", "[text]") {
  CHECK(terms("libboost1.83-dev") == Terms{"libboost1.83", "libboost", "1.83", "1", "83", "dev"});
  CHECK(terms("std::vector") == Terms{"std", "vector"});
  CHECK(terms("ada@example.org é@ö a:é") == Terms{"ada", "example.org", "example", "org", "e", "o", "a", "e"});
  CHECK(terms("HttpServer parseHTTPHeader") ==
        Terms{"httpserver", "http", "server", "parsehttpheader", "parse", "http", "header"});
  CHECK(terms("snake_case") == Terms{"snake_case", "snake", "case"});
  CHECK(terms("1,000.50") == Terms{"1,000.50", "1", "000", "50"});
  CHECK(terms("don't l'église") == Terms{"don't", "don", "l'eglise", "eglise"});
  CHECK(terms("plain words") == Terms{"plain", "words"});
  CHECK(terms("_ -- ::") == Terms{});
}

TEST_CASE("text is folded, marks are taken off, CJK comes as bigrams", "[text]") {
  CHECK(terms("CRÈME Größe STRASSE ﬁn Łódź") == Terms{"creme", "grosse", "strasse", "fin", "lodz"});
  CHECK(terms("e\u0301te\u0301 zero\u200Dwidth so\u00ADft") == Terms{"ete", "zerowidth", "soft"});
  CHECK(terms("東京都", {}, false) == Terms{"東京", "京都"});
  CHECK(terms("東京都") == Terms{"東京", "東", "京", "京都", "都"});
  CHECK(terms("東 カタカナ", {}, false) == Terms{"東", "カタ", "タカ", "カナ"});
  CHECK(terms("go東京へ2024", {}, false) == Terms{"go", "東京", "京へ", "2024"});
  CHECK(terms("हिन्दी") == Terms{"हिन्दी"});
  CHECK(terms("ガス", {}, false) == Terms{"ガス"});
}

TEST_CASE("languages have stems and stop words", "[text]") {
  SearchOptions english;
  english.language = "english";
  CHECK(terms("jumping jumped jumps", english) == Terms{"jump", "jump", "jump"});
  english.stop_words = true;
  std::vector<bool> stops;
  Analyser::of(english).analyse("the whale", [&](const Token& token) { stops.push_back(token.stop); });
  CHECK(stops == std::vector<bool>{true, false});
  CHECK(Analyser::of(english).fingerprint() != Analyser::of({}).fingerprint());
}

TEST_CASE("hostile text costs linear time and bounded terms", "[text]") {
  const std::string word(1u << 20, 'a');
  CHECK(terms(word) == Terms{std::string(kMaxTermBytes, 'a')});
  std::string mixed;
  for (int i = 0; i < 1 << 18; ++i) mixed += "ab1a";
  CHECK(terms(mixed).size() == 1);
  std::string wide;
  for (int i = 0; i < 1 << 18; ++i) wide += "é";
  CHECK(terms(wide) == Terms{std::string(kMaxTermBytes, 'e')});
  std::string marks = "a";
  for (int i = 0; i < 1 << 18; ++i) marks += "\u0301";
  CHECK(terms(marks).size() <= 1);
  std::string joined;
  for (int i = 0; i < 1 << 18; ++i) joined += "\u200B\u200D\uFEFF";
  CHECK(terms(joined).empty());
  std::string cjk;
  for (int i = 0; i < 1 << 16; ++i) cjk += "東";
  CHECK(terms(cjk, {}, false).size() == (1u << 16) - 1);
}

}  // namespace
}  // namespace aurora::text
