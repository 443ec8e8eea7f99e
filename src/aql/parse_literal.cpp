// Values as written: numbers, strings, variables, lists, objects; arguments and directives.
// Called by every other part of the parser.
#include "aql/parse.hpp"
#include "aql/unique.hpp"

#include <aurora/base/try.hpp>

#include <charconv>

namespace aurora::aql {

namespace {

/// True when the decimal number `text`, known not to fit a double, is too small rather than too
/// big.
bool is_tiny(std::string_view text) {
  std::int64_t magnitude = 0;  // of the first digit that is not 0, as a power of ten
  bool seen_point = false;
  bool seen_digit = false;
  std::size_t i = text.front() == '-' ? 1 : 0;
  for (; i < text.size() && text[i] != 'e' && text[i] != 'E'; ++i) {
    if (text[i] == '.') {
      seen_point = true;
      continue;
    }
    if (seen_point && !seen_digit) --magnitude;
    if (seen_digit && !seen_point) ++magnitude;
    if (text[i] != '0') seen_digit = true;
  }
  if (!seen_digit) return true;
  if (i == text.size()) return magnitude < 0;
  ++i;
  const bool negative = text[i] == '-';
  if (text[i] == '+' || text[i] == '-') ++i;
  std::int64_t exponent = 0;
  const auto [end, status] = std::from_chars(text.data() + i, text.data() + text.size(), exponent);
  if (status != std::errc()) return negative;
  // Both are bounded far below overflow: the magnitude by the text, the exponent by saturation.
  constexpr std::int64_t kFar = std::int64_t{1} << 40;
  exponent = exponent > kFar ? kFar : exponent;
  return magnitude + (negative ? -exponent : exponent) < 0;
}

}  // namespace

Status Parser::literal(Literal& out, std::string_view owner) {
  switch (token_.kind) {
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kMinus:
      return number(out);
    case TokenKind::kString:
    case TokenKind::kBlockString:
      return string_value(out);
    case TokenKind::kDollar:
      return variable(out);
    case TokenKind::kBracketOpen:
      return list(out);
    case TokenKind::kBraceOpen:
      return object(out);
    case TokenKind::kName:
      break;
    default: {
      std::string expected = "a value";
      if (!owner.empty()) expected.append(" for '").append(owner).append("'");
      return unexpected(expected);
    }
  }
  out.at = here();
  const std::string_view word = lexer_.text(token_);
  if (word == "null") {
    out.kind = Literal::Kind::kNull;
  } else if (word == "true" || word == "false") {
    out.kind = Literal::Kind::kBool;
    out.boolean = word == "true";
  } else {
    out.kind = Literal::Kind::kEnum;
    out.text = word;
  }
  return advance();
}

Status Parser::number(Literal& out) {
  out.at = here();
  const Offset begin = token_.at;
  if (at(TokenKind::kMinus)) {
    const Offset sign_end = token_.end;
    AURORA_TRY(advance());
    if ((!at(TokenKind::kInt) && !at(TokenKind::kFloat)) || token_.at != sign_end)
      return unexpected("a number directly behind '-'");
  }
  const std::string_view text = lexer_.source().text.substr(begin, token_.end - begin);
  const char* const first = text.data();
  const char* const last = text.data() + text.size();
  if (at(TokenKind::kInt)) {
    out.kind = Literal::Kind::kInt;
    if (std::from_chars(first, last, out.integer).ec != std::errc())
      return fail(out.at, "integer " + std::string(text.substr(0, 40)) +
                              " is out of range; an Int has 64 bits");
    return advance();
  }
  out.kind = Literal::Kind::kFloat;
  if (std::from_chars(first, last, out.number).ec != std::errc()) {
    if (!is_tiny(text))
      return fail(out.at, "float literal out of range: " + std::string(text.substr(0, 40)));
    out.number = 0;
  }
  return advance();
}

Status Parser::string_value(Literal& out) {
  out.kind = Literal::Kind::kString;
  out.at = here();
  AURORA_TRY(read_string(lexer_.source(), token_, out.text));
  return advance();
}

Status Parser::variable(Literal& out) {
  out.kind = Literal::Kind::kVariable;
  out.at = here();
  AURORA_TRY(advance());
  Name variable;
  AURORA_TRY(name(variable, "a variable name behind '$'"));
  if (!variables_allowed_)
    return fail(out.at, "a default value cannot hold a variable, found '$" + variable.text + "'");
  const bool from_event = in_action_ && variable.text.front() == '_';
  if (!from_event) notes_.uses.push_back({variable.text, out.at});
  out.text = std::move(variable.text);
  return {};
}

Status Parser::list(Literal& out) {
  out.kind = Literal::Kind::kList;
  out.at = here();
  AURORA_TRY(open(TokenKind::kBracketOpen, "'['"));
  while (!at(TokenKind::kBracketClose)) {
    AURORA_TRY(check_length(out.items.size(), "the list"));
    if (at(TokenKind::kEnd) || at(TokenKind::kBraceClose) || at(TokenKind::kParenClose))
      return unexpected("a value or ']'");
    AURORA_TRY(literal(out.items.emplace_back(), {}));
  }
  return close(TokenKind::kBracketClose, "']'");
}

Status Parser::object(Literal& out) {
  out.kind = Literal::Kind::kObject;
  out.at = here();
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{'"));
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(check_length(out.members.size(), "the object"));
    LiteralMember& member = out.members.emplace_back();
    if (at(TokenKind::kString)) {
      member.name.at = here();
      AURORA_TRY(read_string(lexer_.source(), token_, member.name.text));
      AURORA_TRY(advance());
    } else {
      AURORA_TRY(name(member.name, "a field name or '}'"));
    }
    if (!at(TokenKind::kColon)) return unexpected("':' after '" + member.name.text + "'");
    AURORA_TRY(advance());
    member.value = std::make_unique<Literal>();
    AURORA_TRY(literal(*member.value, member.name.text));
  }
  const auto name_of = [&](std::size_t i) -> std::string_view { return out.members[i].name.text; };
  if (const auto twice = find_repetition(out.members.size(), name_of)) {
    const Name& second = out.members[twice->second].name;
    return fail(second.at, "'" + second.text + "' is given twice in one object");
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::argument(std::vector<Argument>& out) {
  AURORA_TRY(check_length(out.size(), "the argument list"));
  Argument& argument = out.emplace_back();
  AURORA_TRY(name(argument.name, "an argument name"));
  if (!at(TokenKind::kColon)) return unexpected("':' after argument '" + argument.name.text + "'");
  AURORA_TRY(advance());
  return literal(argument.value, argument.name.text);
}

Status Parser::argument_end() const {
  if (at(TokenKind::kName) || at(TokenKind::kParenClose)) return {};
  return unexpected("an argument or ')'");
}

Status Parser::check_arguments(const std::vector<Argument>& list) const {
  const auto name_of = [&](std::size_t i) -> std::string_view { return list[i].name.text; };
  const auto twice = find_repetition(list.size(), name_of);
  if (!twice) return {};
  const Name& second = list[twice->second].name;
  return fail(second.at, "argument '" + second.text + "' is given twice");
}

Status Parser::arguments(std::vector<Argument>& out) {
  AURORA_TRY(open(TokenKind::kParenOpen, "'('"));
  do {
    AURORA_TRY(argument(out));
    AURORA_TRY(argument_end());
  } while (!at(TokenKind::kParenClose));
  AURORA_TRY(check_arguments(out));
  return close(TokenKind::kParenClose, "')'");
}

Status Parser::directive(Directive& out) {
  AURORA_TRY(expect(TokenKind::kAt, "'@'"));
  if (at(TokenKind::kAt))
    return fail(here(), "'@@' begins a rule of a collection; a directive has one '@'");
  AURORA_TRY(name(out.name, "a directive name behind '@'"));
  if (at(TokenKind::kParenOpen)) return arguments(out.arguments);
  return {};
}

Status Parser::directives(std::vector<Directive>& out) {
  if (!at(TokenKind::kAt)) return {};
  while (at(TokenKind::kAt)) {
    AURORA_TRY(check_length(out.size(), "the list of directives"));
    AURORA_TRY(directive(out.emplace_back()));
  }
  const auto name_of = [&](std::size_t i) -> std::string_view { return out[i].name.text; };
  if (const auto twice = find_repetition(out.size(), name_of)) {
    const Name& second = out[twice->second].name;
    return fail(second.at, "directive '@" + second.text + "' is given twice");
  }
  return {};
}

}  // namespace aurora::aql
