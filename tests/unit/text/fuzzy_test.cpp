// Tests of fuzzy lookup against distances computed the slow way for every term.
#include <aurora/text/entries.hpp>
#include <aurora/text/fuzzy.hpp>

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

namespace aurora::text {
namespace {

// Damerau–Levenshtein with the last place of each letter, as in the textbook. ASCII.
int slow_distance(const std::string& a, const std::string& b) {
  std::map<char, std::size_t> last;
  const auto far = static_cast<int>(a.size() + b.size());
  std::vector<std::vector<int>> d(a.size() + 2, std::vector<int>(b.size() + 2));
  d[0][0] = far;
  for (std::size_t i = 0; i <= a.size(); ++i) {
    d[i + 1][0] = far;
    d[i + 1][1] = static_cast<int>(i);
  }
  for (std::size_t j = 0; j <= b.size(); ++j) {
    d[0][j + 1] = far;
    d[1][j + 1] = static_cast<int>(j);
  }
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t match = 0;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const auto i1 = last[b[j - 1]];
      const auto j1 = match;
      int cost = 1;
      if (a[i - 1] == b[j - 1]) {
        cost = 0;
        match = j;
      }
      d[i + 1][j + 1] = std::min({d[i][j] + cost, d[i + 1][j] + 1, d[i][j + 1] + 1,
                                  d[i1][j1] + static_cast<int>(i - i1 - 1) + 1 + static_cast<int>(j - j1 - 1)});
    }
    last[a[i - 1]] = i;
  }
  return d[a.size() + 1][b.size() + 1];
}

std::string random_word(std::mt19937& random, std::string_view alphabet, std::size_t longest) {
  std::string word(1 + random() % longest, 'a');
  for (auto& c : word) c = alphabet[random() % alphabet.size()];
  return word;
}

OrderedIndex index_of(const std::set<std::string>& terms) {
  std::vector<std::pair<std::string, Ordinal>> entries;
  for (const auto& term : terms)
    for (const char frequency : {'\x01', '\x03'})
      entries.emplace_back(std::string(1, kTermMark) + term + '\0' + frequency, static_cast<Ordinal>(entries.size()));
  std::sort(entries.begin(), entries.end());
  return OrderedIndex::build(std::move(entries), 1);
}

TEST_CASE("fuzzy lookup finds what comparing every term finds", "[text]") {
  std::mt19937 random(11);
  for (const auto& [alphabet, longest, count] :
       {std::tuple<std::string_view, std::size_t, int>{"ab", 6, 100}, {"abcdefghij", 9, 3000}, {"abc", 12, 2000}}) {
    std::set<std::string> terms;
    for (int i = 0; i < count; ++i) terms.insert(random_word(random, alphabet, longest));
    const auto version = index_of(terms).version();
    for (int round = 0; round < 150; ++round) {
      const auto word = random_word(random, alphabet, longest);
      for (const int limit : {0, 1, 2}) {
        std::vector<std::pair<std::string, int>> expected;
        for (const auto& term : terms)
          if (const auto distance = slow_distance(word, term); distance <= limit) expected.emplace_back(term, distance);
        std::vector<std::pair<std::string, int>> found;
        visit_fuzzy(version, word, limit, [&](std::string_view term, int distance) { found.emplace_back(term, distance); });
        INFO("word " << word << " limit " << limit);
        REQUIRE(found == expected);
      }
    }
  }
}

TEST_CASE("distances count code points, and swaps once", "[text]") {
  CHECK(edit_distance("größe", "grösse", 2) == 2);
  CHECK(edit_distance("channel", "channle", 2) == 1);
  CHECK(edit_distance("ca", "abc", 2) == 2);
  CHECK(edit_distance("東京", "京東", 2) == 1);
  CHECK(edit_distance("", "ab", 2) == 2);
  CHECK(edit_distance("abcdef", "x", 2) == 3);
}

}  // namespace
}  // namespace aurora::text
