// Expressions: precedence climbing over operands, paths, calls, lists and templates.
// Called for selections, migrations and computed fields.
#include "aql/parse.hpp"
#include "aql/unique.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>

namespace aurora::aql {

namespace {

struct Operator {
  TokenKind kind;
  std::string_view text;
  int precedence;  // higher binds tighter
};

constexpr int kLoosest = 1;

constexpr Operator kOperators[] = {
    {TokenKind::kOr, "||", 1},         {TokenKind::kAnd, "&&", 2},
    {TokenKind::kEqualEqual, "==", 3}, {TokenKind::kBangEqual, "!=", 3},
    {TokenKind::kLess, "<", 4},        {TokenKind::kLessEqual, "<=", 4},
    {TokenKind::kGreater, ">", 4},     {TokenKind::kGreaterEqual, ">=", 4},
    {TokenKind::kPlus, "+", 5},        {TokenKind::kMinus, "-", 5},
    {TokenKind::kStar, "*", 6},        {TokenKind::kSlash, "/", 6},
    {TokenKind::kPercent, "%", 6},
};

const Operator* find_operator(TokenKind kind) noexcept {
  if (kind < TokenKind::kOr) return nullptr;
  for (const Operator& candidate : kOperators)
    if (candidate.kind == kind) return &candidate;
  return nullptr;
}

/// True for a token that begins an operand and cannot go on with the one before it.
bool begins_operand(TokenKind kind) noexcept {
  switch (kind) {
    case TokenKind::kName:
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kString:
    case TokenKind::kBlockString:
    case TokenKind::kDollar:
      return true;
    default:
      return false;
  }
}

/// Makes `node` the first child of a new node in its place.
void wrap(Expression& node, Expression::Kind kind, std::string_view op) {
  Expression parent;
  parent.kind = kind;
  parent.at = node.at;
  parent.op = op;
  parent.children.reserve(3);
  parent.children.push_back(std::move(node));
  node = std::move(parent);
}

}  // namespace

bool Parser::at_operator() const noexcept {
  if (token_.after_comma) return false;
  return at(TokenKind::kPipe) || at(TokenKind::kQuestion) || find_operator(token_.kind) != nullptr;
}

Status Parser::check_height(Height height) const {
  if (height <= std::uint64_t{kOperatorsPerLevel} * limits_.depth) return {};
  return fail(here(),
              "the expression chains more than " +
                  std::to_string(std::uint64_t{kOperatorsPerLevel} * limits_.depth) +
                  " operators (" + std::to_string(kOperatorsPerLevel) +
                  " for each level of limit 'depth')",
              ErrorCode::kLimitExceeded);
}

Status Parser::lone_expression(Expression& out) {
  Height height = 0;
  AURORA_TRY(advance());
  AURORA_TRY(expression(out, height));
  if (!at(TokenKind::kEnd)) return unexpected("an operator or the end of the expression");
  return {};
}

Status Parser::template_text(Expression& out) {
  Height height = 0;
  return template_parts(out, height);
}

Status Parser::expression(Expression& out, Height& height) {
  AURORA_TRY(conditional(out, height));
  return pipes(out, height);
}

Status Parser::conditional(Expression& out, Height& height) {
  AURORA_TRY(check_height(++operators_));
  AURORA_TRY(binary(out, height, kLoosest));
  AURORA_TRY(conditional_rest(out, height));
  --operators_;
  return {};
}

Status Parser::rest_of_expression(Expression& out, Height& height) {
  AURORA_TRY(binary_rest(out, height, kLoosest));
  AURORA_TRY(conditional_rest(out, height));
  return pipes(out, height);
}

Status Parser::pipes(Expression& out, Height& height) {
  while (continues(TokenKind::kPipe)) {
    AURORA_TRY(check_height(++height));
    AURORA_TRY(advance());
    Name function;
    AURORA_TRY(name(function, "a function name behind '|'"));
    wrap(out, Expression::Kind::kCall, {});
    out.at = function.at;
    out.path.push_back(std::move(function.text));
    if (continues(TokenKind::kParenOpen)) AURORA_TRY(call_arguments(out, height));
  }
  return {};
}

Status Parser::conditional_rest(Expression& out, Height& height) {
  if (!continues(TokenKind::kQuestion)) return {};
  wrap(out, Expression::Kind::kConditional, {});
  AURORA_TRY(advance());
  Height branch = 0;
  AURORA_TRY(expression(out.children.emplace_back(), branch));
  height = std::max(height, branch);
  AURORA_TRY(expect(TokenKind::kColon, "':' between the branches of '?'"));
  branch = 0;
  AURORA_TRY(conditional(out.children.emplace_back(), branch));
  height = std::max(height, branch);
  return check_height(++height);
}

Status Parser::binary(Expression& out, Height& height, int least) {
  AURORA_TRY(unary(out, height));
  return binary_rest(out, height, least);
}

Status Parser::binary_rest(Expression& out, Height& height, int least) {
  while (!token_.after_comma) {
    const Operator* const op = find_operator(token_.kind);
    if (op == nullptr || op->precedence < least) break;
    wrap(out, Expression::Kind::kBinary, op->text);
    AURORA_TRY(advance());
    Height right = 0;
    AURORA_TRY(binary(out.children.emplace_back(), right, op->precedence + 1));
    height = std::max(height, right);
    AURORA_TRY(check_height(++height));
  }
  return {};
}

Status Parser::unary(Expression& out, Height& height) {
  const bool minus = at(TokenKind::kMinus);
  if (!minus && !at(TokenKind::kBang)) return primary(out, height);
  if (minus) {
    Token operand;
    AURORA_TRY(peek(operand));
    const bool number_follows =
        operand.kind == TokenKind::kInt || operand.kind == TokenKind::kFloat;
    if (number_follows && operand.at == token_.end) return primary(out, height);
  }
  out.kind = Expression::Kind::kUnary;
  out.at = here();
  out.op = minus ? "-" : "!";
  AURORA_TRY(check_height(++operators_));
  AURORA_TRY(advance());
  AURORA_TRY(unary(out.children.emplace_back(), height));
  --operators_;
  return check_height(++height);
}

Status Parser::primary(Expression& out, Height& height) {
  out.at = here();
  switch (token_.kind) {
    case TokenKind::kInt:
    case TokenKind::kFloat:
    case TokenKind::kMinus:
      out.literal.at = out.at;
      return number(out.literal);
    case TokenKind::kString:
    case TokenKind::kBlockString:
      return string_expression(out, height);
    case TokenKind::kDollar:
      return variable(out.literal);
    case TokenKind::kName:
      return named_primary(out, height);
    case TokenKind::kParenOpen:
      AURORA_TRY(open(TokenKind::kParenOpen, "'('"));
      AURORA_TRY(expression(out, height));
      return close(TokenKind::kParenClose, "an operator or ')'");
    case TokenKind::kBracketOpen:
      return list_elements(out, height);
    case TokenKind::kBraceOpen:
      return fail(here(), "expected an expression, found '{'; an object cannot stand in one");
    default:
      return unexpected("an expression");
  }
}

Status Parser::named_primary(Expression& out, Height& height) {
  Name first;
  AURORA_TRY(name(first, "a name"));
  if (continues(TokenKind::kParenOpen)) {
    out.kind = Expression::Kind::kCall;
    out.path.push_back(std::move(first.text));
    return call_arguments(out, height);
  }
  if (continues(TokenKind::kDot)) {
    out.kind = Expression::Kind::kPath;
    out.path.push_back(std::move(first.text));
    return path_rest(out);
  }
  word_expression(std::move(first), out);
  return {};
}

/// A constant, else a field.
void Parser::word_expression(Name&& word, Expression& out) {
  out.at = word.at;
  if (word.text != "true" && word.text != "false" && word.text != "null") {
    out.kind = Expression::Kind::kPath;
    out.path.push_back(std::move(word.text));
    return;
  }
  out.kind = Expression::Kind::kLiteral;
  out.literal.at = word.at;
  out.literal.kind = word.text == "null" ? Literal::Kind::kNull : Literal::Kind::kBool;
  out.literal.boolean = word.text == "true";
}

Status Parser::path_rest(Expression& out) {
  while (continues(TokenKind::kDot)) {
    AURORA_TRY(check_length(out.path.size(), "the path"));
    AURORA_TRY(advance());
    Name step;
    AURORA_TRY(name(step, "a field name behind '.'"));
    out.path.push_back(std::move(step.text));
  }
  if (continues(TokenKind::kParenOpen))
    return fail(here(),
                "'" + out.path.back() + "' cannot be called: a function has no dotted name");
  return {};
}

Status Parser::call_arguments(Expression& out, Height& height) {
  AURORA_TRY(open(TokenKind::kParenOpen, "'('"));
  if (!at(TokenKind::kParenClose)) {
    AURORA_TRY(call_argument(out, height));
    AURORA_TRY(rest_of_arguments(out, height));
    return {};
  }
  AURORA_TRY(close(TokenKind::kParenClose, "')'"));
  return check_height(++height);
}

/// What stands behind the first argument of a call.
Status Parser::rest_of_arguments(Expression& out, Height& height) {
  while (!at(TokenKind::kParenClose)) {
    if (!token_.after_comma && !begins_operand(token_.kind))
      return unexpected("an operator, an argument or ')'");
    AURORA_TRY(check_length(out.children.size() + out.named.size(), "the argument list"));
    AURORA_TRY(call_argument(out, height));
  }
  const auto name_of = [&](std::size_t i) -> std::string_view { return out.named[i].first.text; };
  if (const auto twice = find_repetition(out.named.size(), name_of)) {
    const Name& second = out.named[twice->second].first;
    return fail(second.at, "argument '" + second.text + "' is given twice");
  }
  AURORA_TRY(close(TokenKind::kParenClose, "')'"));
  return check_height(++height);
}

/// `height` becomes that of the argument if it is higher.
Status Parser::call_argument(Expression& out, Height& height) {
  bool named = false;
  if (at(TokenKind::kName)) {
    Token after;
    AURORA_TRY(peek(after));
    named = after.kind == TokenKind::kColon;
  }
  if (!named && !out.named.empty()) return unexpected("a named argument: these come last");
  Height argument = 0;
  if (named) {
    auto& [argument_name, value] = out.named.emplace_back();
    AURORA_TRY(name(argument_name, "an argument name"));
    AURORA_TRY(advance());
    AURORA_TRY(expression(value, argument));
  } else {
    AURORA_TRY(expression(out.children.emplace_back(), argument));
  }
  height = std::max(height, argument);
  return {};
}

Status Parser::list_elements(Expression& out, Height& height) {
  out.kind = Expression::Kind::kList;
  AURORA_TRY(open(TokenKind::kBracketOpen, "'['"));
  while (!at(TokenKind::kBracketClose)) {
    AURORA_TRY(check_length(out.children.size(), "the list"));
    if (at(TokenKind::kEnd) || at(TokenKind::kBraceClose) || at(TokenKind::kParenClose))
      return unexpected("a value or ']'");
    Height element = 0;
    AURORA_TRY(expression(out.children.emplace_back(), element));
    height = std::max(height, element);
  }
  AURORA_TRY(close(TokenKind::kBracketClose, "']'"));
  return check_height(++height);
}

/// A string, or a template when it holds "${".
Status Parser::string_expression(Expression& out, Height& height) {
  const bool plain = token_.plain;
  AURORA_TRY(string_value(out.literal));
  if (out.literal.text.find("${") == std::string::npos) return {};
  const std::string text = std::move(out.literal.text);
  const Source& whole = lexer_.source();
  Source inside{text, whole.outer, out.literal.at, whole.exact && plain};
  if (inside.exact) ++inside.base;  // the quote
  Parser parts(inside, limits_, notes_);
  parts.depth_ = depth_;
  parts.operators_ = operators_;
  parts.in_action_ = in_action_;
  out.literal = {};
  return parts.template_parts(out, height);
}

Status Parser::template_parts(Expression& out, Height& height) {
  const Source& source = lexer_.source();
  out.kind = Expression::Kind::kTemplate;
  std::size_t from = 0;
  const auto add_text = [&](std::size_t end) {
    if (end == from) return;
    Expression& part = out.children.emplace_back();
    part.at = part.literal.at = source.place(static_cast<Offset>(from));
    part.literal.kind = Literal::Kind::kString;
    part.literal.text = source.text.substr(from, end - from);
  };
  for (std::size_t mark; (mark = source.text.find("${", from)) != std::string_view::npos;) {
    AURORA_TRY(check_length(out.children.size(), "the template"));
    add_text(mark);
    // Read the brace as a token of its own, so that it counts as a level.
    lexer_.seek(static_cast<Offset>(mark + 1));
    AURORA_TRY(advance());
    AURORA_TRY(open(TokenKind::kBraceOpen, "'{'"));
    Height part = 0;
    AURORA_TRY(expression(out.children.emplace_back(), part));
    height = std::max(height, part);
    if (!at(TokenKind::kBraceClose)) return unexpected("an operator or '}' at the end of '${'");
    --depth_;  // not close(): what follows is text, no token
    from = token_.end;
  }
  add_text(source.text.size());
  return check_height(++height);
}

}  // namespace aurora::aql
