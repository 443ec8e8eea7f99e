// How the parser takes tokens: expecting, opening, closing, and the messages when it finds another.
// Called by the other parse_*.cpp files.
#include "aql/parse.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <span>

namespace aurora::aql {

Status Parser::peek(Token& out) const {
  Lexer ahead = lexer_;
  return ahead.next(out);
}

Error Parser::fail(Offset place, std::string message, ErrorCode code) const {
  return error_at(lexer_.source().outer, place, code, std::move(message));
}

Error Parser::unexpected(std::string_view expected) const {
  return fail(here(),
              "expected " + std::string(expected) + ", found " + describe(lexer_.source(), token_));
}

Error Parser::unknown_word(std::string_view kind,
                           std::initializer_list<std::string_view> known) const {
  const std::span<const std::string_view> words(known.begin(), known.size());
  std::string message = "unknown " + std::string(kind) + " " + describe(lexer_.source(), token_);
  const std::string hint = did_you_mean(lexer_.text(token_), words);
  if (!hint.empty()) return fail(here(), message + hint);
  message += "; expected one of";
  for (const std::string_view word : words) message.append(" ").append(word);
  return fail(here(), std::move(message));
}

Status Parser::expect(TokenKind kind, std::string_view what) {
  if (!at(kind)) return unexpected(what);
  return advance();
}

Status Parser::expect_word(std::string_view word, std::string_view where) {
  if (at_word(word)) return advance();
  std::string expected = "'" + std::string(word) + "'";
  if (!where.empty()) expected.append(" ").append(where);
  return unexpected(expected);
}

Status Parser::open(TokenKind kind, std::string_view what) {
  if (!at(kind)) return unexpected(what);
  if (depth_ >= limits_.depth)
    return fail(here(),
                "nesting is deeper than the limit of " + std::to_string(limits_.depth) +
                    " open brackets (limit 'depth')",
                ErrorCode::kLimitExceeded);
  ++depth_;
  if (depth_ > notes_.deepest) notes_.deepest = depth_;
  return advance();
}

Status Parser::close(TokenKind kind, std::string_view what) {
  if (!at(kind)) return unexpected(what);
  --depth_;
  return advance();
}

Status Parser::name(Name& out, std::string_view what) {
  if (!at(TokenKind::kName)) return unexpected(what);
  out.text = lexer_.text(token_);
  out.at = here();
  return advance();
}

Status Parser::quoted_name(Name& out, std::string_view what) {
  if (!at(TokenKind::kString)) return unexpected(what);
  out.at = here();
  AURORA_TRY(read_string(lexer_.source(), token_, out.text));
  if (out.text.empty())
    return fail(out.at, "expected " + std::string(what) + ", found an empty string");
  return advance();
}

Status Parser::check_length(std::size_t count, std::string_view what) const {
  if (count < limits_.list_length) return {};
  return fail(here(),
              std::string(what) + " has more than the limit of " +
                  std::to_string(limits_.list_length) + " elements (limit 'list_length')",
              ErrorCode::kLimitExceeded);
}

}  // namespace aurora::aql
