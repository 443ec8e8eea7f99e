// Body of the analyser. Called for every indexed text, every query and every highlighted field.
#include <aurora/text/analyser.hpp>

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>

#include "text/fold.hpp"
#include "text/segment.hpp"

#include <map>
#include <utility>
#include <vector>

namespace aurora::text {

namespace {

// Of this code; a change of what it gives for any text raises it.
constexpr std::uint8_t kVersion = 1;
// Parts of longer words are not looked for.
constexpr std::size_t kLongestWithParts = 256;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_letter(char c) { return is_upper(c) || is_lower(c) || static_cast<unsigned char>(c) >= 0x80; }
bool is_separator(char c) { return !is_letter(c) && !is_digit(c); }

struct Piece {
  std::size_t begin;
  std::size_t end;
};

// Whether a new piece begins at `at`, inside a run of letters and digits.
bool splits_before(std::string_view word, std::size_t at) {
  const char before = word[at - 1];
  const char here = word[at];
  if (is_digit(before) != is_digit(here)) return true;
  if (is_lower(before) && is_upper(here)) return true;
  return is_upper(before) && is_upper(here) && at + 1 < word.size() && is_lower(word[at + 1]);
}

// A number with its points and commas: "1.83" of "libboost1.83".
std::size_t number_end(std::string_view word, std::size_t at) {
  while (at < word.size() && is_digit(word[at])) {
    ++at;
    if (at + 1 < word.size() && (word[at] == '.' || word[at] == ',') && is_digit(word[at + 1])) ++at;
  }
  return at;
}

// The parts of a word that has several; none otherwise.
void find_pieces(std::string_view word, std::vector<Piece>& pieces) {
  pieces.clear();
  if (word.size() > kLongestWithParts) return;
  std::size_t begin = 0;
  bool after_apostrophe = false;
  const auto close = [&](std::size_t end, bool before_apostrophe) {
    // The letters of "don't" and "l'eau" that stand alone say nothing.
    const bool lone = end - begin == 1 && (after_apostrophe || before_apostrophe);
    if (end > begin && !lone) pieces.push_back({begin, end});
  };
  for (std::size_t at = 0; at < word.size(); ++at) {
    if (is_separator(word[at])) {
      close(at, word[at] == '\'');
      begin = at + 1;
      after_apostrophe = word[at] == '\'';
      continue;
    }
    if (at > begin && splits_before(word, at)) {
      close(at, false);
      begin = at;
      after_apostrophe = false;
    }
    const bool inside = at > 1 && (word[at - 1] == '.' || word[at - 1] == ',') && is_digit(word[at - 2]);
    if (is_digit(word[at]) && at == begin && !inside) {
      const auto end = number_end(word, at);
      bool compound = false;
      for (auto i = at; i < end; ++i) compound = compound || !is_digit(word[i]);
      if (compound && (at > 0 || end < word.size())) pieces.push_back({at, end});
    }
  }
  close(word.size(), false);
  if (pieces.size() == 1 && pieces.front().end - pieces.front().begin == word.size()) pieces.clear();
}

}  // namespace

Analyser::Analyser(const SearchOptions& options)
    : language_(options.language), stop_words_(options.stop_words), fingerprint_(make_fingerprint()) {}

const Analyser& Analyser::of(const SearchOptions& options) {
  thread_local std::map<std::pair<std::string, bool>, Analyser> analysers;
  const std::pair key(options.language, options.stop_words);
  const auto found = analysers.find(key);
  return found != analysers.end() ? found->second : analysers.emplace(key, Analyser(options)).first->second;
}

void Analyser::analyse(std::string_view text, const Visit& visit) const {
  std::string term;
  std::string plain;
  std::vector<Piece> pieces;
  std::uint32_t position = 0;
  Token token;
  const auto emit = [&](std::string_view word, std::uint32_t begin, std::uint32_t end, bool part) {
    term.clear();
    append_folded(term, word);
    token.stop = stop_words_ && is_stop_word(term, language_);
    if (!language_.empty()) {
      plain = term;
      remove_diacritics(plain);
      cut(plain, kMaxTermBytes);
      stem(term, language_);
    }
    remove_diacritics(term);
    cut(term, kMaxTermBytes);
    if (term.empty()) return;
    token.term = term;
    token.plain = language_.empty() ? term : plain;
    token.begin = begin;
    token.end = end;
    token.part = part;
    visit(token);
  };
  segment(text, [&](const Segment& found) {
    const auto word = text.substr(found.begin, found.end - found.begin);
    const bool part = found.kind == Segment::Kind::kCharacter;
    // A character beside its bigram stands where the bigram does.
    token.position = part && position > 0 ? position - 1 : position++;
    emit(word, found.begin, found.end, part);
    if (found.kind != Segment::Kind::kWord) return;
    find_pieces(word, pieces);
    for (const auto& piece : pieces)
      emit(word.substr(piece.begin, piece.end - piece.begin), found.begin + static_cast<std::uint32_t>(piece.begin),
           found.begin + static_cast<std::uint32_t>(piece.end), true);
  });
}

std::uint32_t Analyser::make_fingerprint() const {
  // What the libraries make of a text that touches each of their rules tells their versions apart.
  static constexpr std::string_view kProbe =
      "The generously relational running universities' libboost1.83-dev std::vector HttpServer don't 1,000.5 x_y "
      "Größe Straße l'église naïveté coração corazones книгами łódź Ørsted İstanbul ﬁn ½ สวัสดีครับ 東京都に行く "
      "カタカナ ｶﾞ한국어의 שָׁלוֹם مُحَمَّد हिन्दी e\u0301 zero\u200Dwidth";
  std::string gathered(1, static_cast<char>(kVersion));
  gathered += language_ + (stop_words_ ? "+" : "-");
  analyse(kProbe, [&](const Token& token) {
    gathered += token.term;
    append_le<std::uint32_t>(gathered, token.position);
    gathered += token.part ? 'p' : token.stop ? 's' : 'w';
  });
  return checksum32(gathered);
}

}  // namespace aurora::text
