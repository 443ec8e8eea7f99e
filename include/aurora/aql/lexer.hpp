// Cuts AQL text into tokens, one at a time and without copying.
// Called by the parser; knows characters, no grammar.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace aurora::aql {

enum class TokenKind : std::uint8_t {
  kEnd,
  kName,
  kInt,  ///< digits; a sign is a token of its own
  kFloat,
  kString,       ///< "…", quotes included
  kBlockString,  ///< """…""", quotes included
  kSpread,       ///< ...
  kBraceOpen,
  kBraceClose,
  kParenOpen,
  kParenClose,
  kBracketOpen,
  kBracketClose,
  kColon,
  kEqual,
  kBang,
  kDollar,
  kAt,
  kDot,
  kPipe,
  kQuestion,
  kOr,
  kAnd,
  kEqualEqual,
  kBangEqual,
  kLess,
  kLessEqual,
  kGreater,
  kGreaterEqual,
  kPlus,
  kMinus,
  kStar,
  kSlash,
  kPercent,
};

struct Token {
  TokenKind kind = TokenKind::kEnd;
  bool after_comma = false;  ///< commas are blanks, except that they end an expression
  bool plain = true;         ///< a string whose value is exactly what stands between its quotes
  Offset at = 0;
  Offset end = 0;
};

/// A text being read and where it stands in what the user wrote: an expression inside a string
/// literal is a text of its own, yet its errors name the place in the whole.
struct Source {
  std::string_view text;
  std::string_view outer;  ///< what the user wrote; `text` itself or what holds it
  Offset base = 0;         ///< where `text` begins in `outer`
  bool exact = true;       ///< false: `text` was unescaped, so all its places are told as `base`

  [[nodiscard]] static Source whole(std::string_view text) noexcept {
    return {text, text, 0, true};
  }
  [[nodiscard]] Offset place(Offset at) const noexcept { return exact ? base + at : base; }
  [[nodiscard]] Error error(Offset at, std::string message,
                            ErrorCode code = ErrorCode::kInvalidQuery) const;
};

/// Reads tokens from left to right. Copying a lexer is cheap and marks a place to come back to.
///
/// Owns: nothing; the texts of its Source must outlive it.
/// Errors: InvalidQuery for a character no token begins with, an unterminated string, and a number
/// that runs into a letter.
/// Cost: linear in the text, each byte is looked at once.
class Lexer {
 public:
  explicit Lexer(const Source& source) noexcept : source_(source) {}

  /// The next token; kEnd at the end, again and again.
  [[nodiscard]] Status next(Token& out);
  /// Goes on reading at `at`.
  void seek(Offset at) noexcept { at_ = at; }

  [[nodiscard]] const Source& source() const noexcept { return source_; }
  [[nodiscard]] std::string_view text(const Token& token) const noexcept {
    return source_.text.substr(token.at, token.end - token.at);
  }

 private:
  [[nodiscard]] char peek(Offset ahead = 0) const noexcept {
    const std::size_t at = std::size_t{at_} + ahead;
    return at < source_.text.size() ? source_.text[at] : '\0';
  }
  void skip_blanks(Token& out) noexcept;
  [[nodiscard]] Status number(Token& out);
  [[nodiscard]] Status string(Token& out);
  [[nodiscard]] Status block_string(Token& out);
  [[nodiscard]] Status symbol(Token& out);

  Source source_;
  Offset at_ = 0;
};

/// Appends the value of a kString or kBlockString token to `out`.
/// Errors: InvalidQuery at an escape that JSON does not know and at a lone surrogate.
[[nodiscard]] Status read_string(const Source& source, const Token& token, std::string& out);

/// A token as messages name it: "'limit'", "the string \"abc\"", "end of text".
[[nodiscard]] std::string describe(const Source& source, const Token& token);

/// True when `text` is `[A-Za-z_][A-Za-z0-9_]*`.
[[nodiscard]] bool is_name(std::string_view text) noexcept;

}  // namespace aurora::aql
