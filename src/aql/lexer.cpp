// The scanner: blanks, comments, names, numbers and symbols.
// Called by the parser; strings are finished in lexer_string.cpp.
#include <aurora/aql/lexer.hpp>
#include <aurora/aql/parser.hpp>

#include "aql/characters.hpp"

#include <aurora/base/try.hpp>

#include <cstdio>

namespace aurora::aql {

Error Source::error(Offset at, std::string message, ErrorCode code) const {
  return error_at(outer, place(at), code, std::move(message));
}

bool is_name(std::string_view text) noexcept {
  if (text.empty() || !is(text.front(), kNameStart)) return false;
  for (const char c : text)
    if (!is(c, kNameStart | kDigit)) return false;
  return true;
}

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

/// The bytes of the code point that begins at `at`.
std::string_view code_point_at(std::string_view text, std::size_t at) {
  std::size_t end = at + 1;
  while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0u) == 0x80u) ++end;
  return text.substr(at, end - at);
}

/// What is wrong with a character that begins no token.
std::string describe_stray(std::string_view character) {
  const char c = character.front();
  if (c == '\'') return "unexpected character '''; strings stand in double quotes";
  if (c == '&') return "unexpected character '&'; did you mean '&&'?";
  if (c == ';') return "unexpected character ';'; fields are separated by blanks or commas";
  if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
    char name[8];
    std::snprintf(name, sizeof name, "U+%04X",
                  static_cast<unsigned>(static_cast<unsigned char>(c)));
    return "unexpected control character " + std::string(name);
  }
  return "unexpected character '" + std::string(character) + "'";
}

}  // namespace

void Lexer::skip_blanks(Token& out) noexcept {
  const std::string_view text = source_.text;
  if (at_ == 0 && text.starts_with(kByteOrderMark)) at_ = 3;
  while (at_ < text.size()) {
    const char c = text[at_];
    if (is(c, kBlank)) {
      if (c == ',') out.after_comma = true;
      ++at_;
    } else if (c == '#') {
      while (at_ < text.size() && text[at_] != '\n' && text[at_] != '\r') ++at_;
    } else {
      return;
    }
  }
}

Status Lexer::next(Token& out) {
  out = Token{};
  skip_blanks(out);
  out.at = at_;
  out.end = at_;
  if (at_ >= source_.text.size()) return {};
  const char c = source_.text[at_];
  if (is(c, kNameStart)) {
    ++at_;
    while (at_ < source_.text.size() && is(source_.text[at_], kNameStart | kDigit)) ++at_;
    out.kind = TokenKind::kName;
    out.end = at_;
    return {};
  }
  if (is(c, kDigit)) return number(out);
  if (c == '"') return string(out);
  return symbol(out);
}

Status Lexer::number(Token& out) {
  const auto digits = [this] {
    const Offset before = at_;
    while (is(peek(), kDigit)) ++at_;
    return at_ != before;
  };
  out.kind = TokenKind::kInt;
  const bool zero_first = peek() == '0' && is(peek(1), kDigit);
  digits();
  if (peek() == '.') {
    ++at_;
    out.kind = TokenKind::kFloat;
    if (!digits()) return source_.error(at_, "expected a digit after the decimal point");
  }
  if (peek() == 'e' || peek() == 'E') {
    const Offset exponent = at_++;
    out.kind = TokenKind::kFloat;
    if (peek() == '+' || peek() == '-') ++at_;
    if (!digits()) {
      at_ = exponent;
      out.kind = TokenKind::kInt;
    }
  }
  if (is(peek(), kNameStart) || peek() == '.') {
    while (is(peek(), kNameStart | kDigit) || peek() == '.') ++at_;
    out.end = at_;
    return source_.error(out.at, "unexpected " + describe(source_, out) +
                                     "; a name cannot begin with a digit, and a number ends "
                                     "before a letter or a second point");
  }
  out.end = at_;
  if (zero_first)
    return source_.error(out.at, "number " + describe(source_, out) + " begins with a needless 0");
  return {};
}

Status Lexer::symbol(Token& out) {
  using enum TokenKind;
  const auto take = [&](TokenKind kind, Offset length) -> Status {
    out.kind = kind;
    at_ += length;
    out.end = at_;
    return {};
  };
  const char second = peek(1);
  switch (peek()) {
    case '{':
      return take(kBraceOpen, 1);
    case '}':
      return take(kBraceClose, 1);
    case '(':
      return take(kParenOpen, 1);
    case ')':
      return take(kParenClose, 1);
    case '[':
      return take(kBracketOpen, 1);
    case ']':
      return take(kBracketClose, 1);
    case ':':
      return take(kColon, 1);
    case '$':
      return take(kDollar, 1);
    case '@':
      return take(kAt, 1);
    case '?':
      return take(kQuestion, 1);
    case '+':
      return take(kPlus, 1);
    case '-':
      return take(kMinus, 1);
    case '*':
      return take(kStar, 1);
    case '/':
      return take(kSlash, 1);
    case '%':
      return take(kPercent, 1);
    case '=':
      return second == '=' ? take(kEqualEqual, 2) : take(kEqual, 1);
    case '!':
      return second == '=' ? take(kBangEqual, 2) : take(kBang, 1);
    case '<':
      return second == '=' ? take(kLessEqual, 2) : take(kLess, 1);
    case '>':
      return second == '=' ? take(kGreaterEqual, 2) : take(kGreater, 1);
    case '|':
      return second == '|' ? take(kOr, 2) : take(kPipe, 1);
    case '&':
      if (second == '&') return take(kAnd, 2);
      break;
    case '.':
      return second == '.' && peek(2) == '.' ? take(kSpread, 3) : take(kDot, 1);
    default:
      break;
  }
  return source_.error(at_, describe_stray(code_point_at(source_.text, at_)));
}

std::string describe(const Source& source, const Token& token) {
  constexpr std::size_t kShown = 40;
  if (token.kind == TokenKind::kEnd)
    return source.exact && source.base == 0 ? "end of text" : "the end of the string";
  if (token.kind == TokenKind::kBlockString) return "a block string";
  std::string text(source.text.substr(token.at, token.end - token.at));
  if (text.size() > kShown) {
    std::size_t cut = kShown;
    while ((static_cast<unsigned char>(text[cut]) & 0xC0u) == 0x80u) --cut;
    text.resize(cut);
    text += "…";
    if (token.kind == TokenKind::kString) text += '"';
  }
  if (token.kind == TokenKind::kString) return "the string " + text;
  return "'" + text + "'";
}

}  // namespace aurora::aql
