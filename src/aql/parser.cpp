// The door of the parser: checks the text itself, reads it, checks the whole.
// Called by the statement cache, the schema room (computed fields) and handlers (templates).
#include <aurora/aql/parser.hpp>

#include "aql/check.hpp"
#include "aql/parse.hpp"

#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>

#include <algorithm>
#include <limits>

namespace aurora::aql {

namespace {

Status check_text(std::string_view text, const Limits& limits) {
  const std::size_t most =
      std::min<std::size_t>(limits.text_bytes, std::numeric_limits<Offset>::max() - 8);
  if (text.size() > most)
    return Error(ErrorCode::kLimitExceeded, "the text has " + std::to_string(text.size()) +
                                                " bytes, more than the limit of " +
                                                std::to_string(most) + " (limit 'text_bytes')");
  if (const std::size_t bad = find_invalid_utf8(text); bad != std::string_view::npos)
    return error_at(text, static_cast<Offset>(bad), ErrorCode::kInvalidQuery,
                    "the text is not valid UTF-8 here");
  if (const std::size_t nul = text.find('\0'); nul != std::string_view::npos)
    return error_at(text, static_cast<Offset>(nul), ErrorCode::kInvalidQuery,
                    "the text has a NUL byte here; in a string write \\u0000");
  return {};
}

/// Moves the places in an expression by `by`.
void shift(Expression& expression, Offset by) {
  expression.at += by;
  expression.literal.at += by;
  for (Expression& child : expression.children) shift(child, by);
  for (auto& [name, value] : expression.named) {
    name.at += by;
    shift(value, by);
  }
}

}  // namespace

Result<Document> parse(std::string_view text, const Limits& limits) {
  AURORA_TRY(check_text(text, limits));
  Document document;
  Notes notes;
  AURORA_TRY(Parser(Source::whole(text), limits, notes).document(document));
  AURORA_TRY(check(document, notes, limits, text));
  return document;
}

Result<Expression> parse_expression(std::string_view text, const Limits& limits) {
  if (text.find("${") != std::string_view::npos) return parse_template(text, 0, limits);
  AURORA_TRY(check_text(text, limits));
  Expression expression;
  Notes notes;
  AURORA_TRY(Parser(Source::whole(text), limits, notes).lone_expression(expression));
  return expression;
}

Result<Expression> parse_template(std::string_view text, Offset at, const Limits& limits) {
  AURORA_TRY(check_text(text, limits));
  Expression expression;
  if (text.find("${") == std::string_view::npos) {
    expression.at = expression.literal.at = at;
    expression.literal.kind = Literal::Kind::kString;
    expression.literal.text = text;
    return expression;
  }
  Notes notes;
  AURORA_TRY(Parser(Source::whole(text), limits, notes).template_text(expression));
  if (at != 0) shift(expression, at);
  return expression;
}

}  // namespace aurora::aql
