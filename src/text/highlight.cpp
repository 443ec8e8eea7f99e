// Body of highlighting: the found words of one text between marks. Called for each document shown.
#include <aurora/text/analyser.hpp>
#include <aurora/text/fuzzy.hpp>
#include <aurora/text/search.hpp>

#include "text/phrase.hpp"

#include <algorithm>

namespace aurora::text {

namespace {

struct Mark {
  std::uint32_t begin;
  std::uint32_t end;
};

bool matches_word(const Search& search, const Clause& clause, const Word& word, const Token& token) {
  if (word.matches(token)) return true;
  const auto limit = search.request().fuzzy;
  return clause.fuzzy && edit_distance(word.term, token.term, limit) <= limit;
}

std::vector<Mark> find_marks(const Search& search, std::size_t field, std::string_view text) {
  std::vector<Mark> marks;
  std::vector<PhraseFinder> phrases;
  std::vector<std::pair<const Clause*, const Word*>> singles;
  for (const auto& clause : search.clauses()) {
    const auto& words = clause.words[field];
    if (clause.excluded || words.empty()) continue;
    if (words.size() > 1)
      phrases.emplace_back(words);
    else
      singles.emplace_back(&clause, &words.front());
  }
  std::vector<Mark> tokens;
  Analyser::of(search.fields()[field].options).analyse(text, [&](const Token& token) {
    if (token.stop) return;
    const Mark here{token.begin, token.end};
    const bool single = std::any_of(singles.begin(), singles.end(), [&](const auto& entry) {
      return matches_word(search, *entry.first, *entry.second, token);
    });
    if (single) marks.push_back(here);
    if (phrases.empty()) return;
    for (auto& phrase : phrases) phrase.add(token, token.position, static_cast<std::uint32_t>(tokens.size()));
    tokens.push_back(here);
  });
  for (const auto& phrase : phrases)
    for (const auto tag : phrase.find()) marks.push_back(tokens[tag]);

  // In order, overlapping ones as one.
  std::sort(marks.begin(), marks.end(), [](const Mark& a, const Mark& b) {
    return a.begin != b.begin ? a.begin < b.begin : a.end > b.end;
  });
  std::vector<Mark> joined;
  for (const auto& mark : marks) {
    if (!joined.empty() && mark.begin < joined.back().end)
      joined.back().end = std::max(joined.back().end, mark.end);
    else
      joined.push_back(mark);
  }
  return joined;
}

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0) == 0x80; }

std::size_t back(std::string_view text, std::size_t at, std::uint64_t points) {
  for (; points > 0 && at > 0; --points)
    do --at;
    while (at > 0 && is_continuation(text[at]));
  return at;
}

std::size_t forward(std::string_view text, std::size_t at, std::uint64_t points) {
  for (; points > 0 && at < text.size(); --points)
    do ++at;
    while (at < text.size() && is_continuation(text[at]));
  return at;
}

// About `length` code points around the first mark, cut between words where there are spaces.
Mark excerpt(std::string_view text, const std::vector<Mark>& marks, std::uint64_t length) {
  const std::size_t first_begin = marks.empty() ? 0 : marks.front().begin;
  const std::size_t first_end = marks.empty() ? 0 : marks.front().end;
  // To the first word that begins at or behind `at`, if one does before the mark.
  const auto to_word = [&](std::size_t at) {
    const auto space = at > 0 ? text.find(' ', at - 1) : std::string_view::npos;
    return space != std::string_view::npos && space < first_begin ? space + 1 : at;
  };
  auto begin = to_word(back(text, first_begin, length / 4));
  auto end = std::max(forward(text, begin, length), first_end);
  if (end < text.size()) {
    const auto space = text.rfind(' ', end);
    if (space != std::string_view::npos && space >= first_end && space > begin) end = space;
  } else {
    begin = std::min(begin, to_word(back(text, text.size(), length)));
  }
  return {static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)};
}

}  // namespace

std::string highlight(const Search& search, std::size_t field, std::string_view text, const HighlightOptions& options) {
  const auto marks = find_marks(search, field, text);
  Mark shown{0, static_cast<std::uint32_t>(text.size())};
  if (options.length) shown = excerpt(text, marks, *options.length);
  std::string out = shown.begin > 0 ? "…" : "";
  std::size_t at = shown.begin;
  for (const auto& mark : marks) {
    if (mark.begin < at || mark.end > shown.end) continue;
    out += text.substr(at, mark.begin - at);
    out += options.pre;
    out += text.substr(mark.begin, mark.end - mark.begin);
    out += options.post;
    at = mark.end;
  }
  out += text.substr(at, shown.end - at);
  if (shown.end < text.size()) out += "…";
  return out;
}

}  // namespace aurora::text
