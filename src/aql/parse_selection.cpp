// Selections: fields, aliases, fragments, and telling a field from an expression without going
// back. Called for the root fields of operations and for fragments.
#include <aurora/aql/names.hpp>

#include "aql/merge.hpp"
#include "aql/parse.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <utility>

namespace aurora::aql {

namespace {

void split_path(std::string_view dotted, std::vector<std::string>& out) {
  for (std::size_t dot; (dot = dotted.find('.')) != std::string_view::npos;) {
    out.emplace_back(dotted.substr(0, dot));
    dotted.remove_prefix(dot + 1);
  }
  out.emplace_back(dotted);
}

/// Of two ways to read a text, the one that came further knows better what is wrong.
const Error& further(const Error& first, const Error& second) noexcept {
  const auto place = [](const Error& error) { return std::pair(error.line(), error.column()); };
  return place(second) > place(first) ? second : first;
}

}  // namespace

Status Parser::count_selection() {
  if (++notes_.selections <= limits_.selections) return {};
  return fail(here(),
              "the text has more than the limit of " + std::to_string(limits_.selections) +
                  " selections (limit 'selections')",
              ErrorCode::kLimitExceeded);
}

Status Parser::selection_set(std::vector<Selection>& out, Site site) {
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{'"));
  if (at(TokenKind::kBraceClose)) return unexpected("at least one field");
  out.reserve(4);
  while (!at(TokenKind::kBraceClose)) AURORA_TRY(selection(out.emplace_back(), site));
  // Two mutations of one kind are two operations, never one.
  const bool may_merge = site == Site::kQuery || site == Site::kFields;
  AURORA_TRY(merge_repeated(out, may_merge, lexer_.source().outer));
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::selection(Selection& out, Site site) {
  AURORA_TRY(count_selection());
  if (at(TokenKind::kSpread)) return spread(out, site);
  out.at = here();
  Name first;
  AURORA_TRY(name(first, "a field or '}'"));
  if (!at(TokenKind::kColon)) {
    out.name = std::move(first);
    return field_tail(out, site);
  }
  AURORA_TRY(advance());
  out.alias = std::move(first);
  if (site == Site::kFields) return aliased_value(out);
  AURORA_TRY(name(out.name, "a name behind the alias '" + out.alias->text + ":'"));
  return field_tail(out, site);
}

Status Parser::check_field_name(const Selection& field, Site site) const {
  if (site == Site::kQuery || site == Site::kSubscription || site == Site::kFields) return {};
  if (!is_mutation_name(field.name.text))
    return fail(field.name.at, "unknown mutation '" + field.name.text + "'" +
                                   did_you_mean(field.name.text, kMutationNames));
  if (field.name.text != "schema") return {};
  if (site != Site::kMutation)
    return fail(field.name.at, "schema statements cannot stand here; expected another mutation");
  return fail(field.name.at,
              "expected a block 'schema { … }' without alias, arguments or directives");
}

/// A field without alias must not turn out to be an expression.
Status Parser::check_unaliased(const Selection& field) const {
  const std::string& called = field.name.text;
  if (continues(TokenKind::kDot) || at_operator())
    return fail(here(), "found " + describe(lexer_.source(), token_) + " behind '" + called +
                            "': a path or an expression needs an alias, as in 'alias: " + called +
                            " …'");
  if (!continues(TokenKind::kParenOpen)) return {};
  Token argument;
  AURORA_TRY(peek(argument));
  bool named = argument.kind == TokenKind::kParenClose;
  if (!named) AURORA_TRY(named_argument_ahead(named));
  if (named) return {};
  return fail(lexer_.source().place(argument.at),
              "expected an argument name, found " + describe(lexer_.source(), argument) +
                  "; a call of a function needs an alias, as in 'alias: " + called + "(…)'");
}

/// What stands behind a field's name: arguments, directives, selections.
Status Parser::field_tail(Selection& out, Site site) {
  AURORA_TRY(check_field_name(out, site));
  if (site == Site::kFields && !out.alias) AURORA_TRY(check_unaliased(out));
  // An aliased call has read its arguments.
  if (out.arguments.empty() && continues(TokenKind::kParenOpen))
    AURORA_TRY(arguments(out.arguments));
  AURORA_TRY(directives(out.directives));
  const bool mutates =
      site == Site::kMutation || site == Site::kAction || site == Site::kTransaction;
  const bool transaction = mutates && out.name.text == "transaction";
  if (!at(TokenKind::kBraceOpen) && !transaction) return {};
  out.has_selections = true;
  return selection_set(out.selections, transaction ? Site::kTransaction : Site::kFields);
}

Status Parser::spread(Selection& out, Site site) {
  out.at = here();
  if (site != Site::kFields)
    return fail(here(), "a fragment cannot stand among root fields; expected a field, found '...'");
  AURORA_TRY(advance());
  out.kind = Selection::Kind::kInlineFragment;
  if (at_word("on")) {
    AURORA_TRY(advance());
    AURORA_TRY(name(out.on, "a collection behind '... on'"));
  } else if (at(TokenKind::kName)) {
    out.kind = Selection::Kind::kSpread;
    AURORA_TRY(name(out.name, "a fragment name"));
    notes_.spreads.push_back({out.name.text, out.at, depth_});
    return directives(out.directives);
  }
  notes_.has_inline_fragment = true;
  AURORA_TRY(directives(out.directives));
  out.has_selections = true;
  if (!at(TokenKind::kBraceOpen)) return unexpected("a fragment name, 'on' or '{' behind '...'");
  return selection_set(out.selections, Site::kFields);
}

/// What stands behind "alias:" in a selection of fields: a field or an expression.
Status Parser::aliased_value(Selection& out) {
  if (at(TokenKind::kName)) {
    AURORA_TRY(name(out.name, "a field"));
    if (continues(TokenKind::kParenOpen)) {
      AURORA_TRY(aliased_call(out));
    } else if (continues(TokenKind::kDot)) {
      Expression path;
      AURORA_TRY(path_rest(path));
      for (const std::string& step : path.path) out.name.text.append(".").append(step);
    }
    if (out.kind == Selection::Kind::kField) {
      if (!at_operator()) return field_tail(out, Site::kFields);
      AURORA_TRY(become_expression(out));
    }
  } else {
    out.kind = Selection::Kind::kExpression;
    Height height = 0;
    AURORA_TRY(expression(out.expression.emplace(), height));
  }
  AURORA_TRY(directives(out.directives));
  if (at(TokenKind::kBraceOpen))
    return fail(here(),
                "an expression has no fields to select; expected a field or '}', found '{'");
  return {};
}

/// "alias: name(": a field when all arguments are named and plain values and nothing goes on behind
/// them, else a call. Read as a field first and, if that fails, once more as a call; there are no
/// selections inside, so nothing is read more than twice.
Status Parser::aliased_call(Selection& out) {
  const Mark mark{lexer_, token_};
  const std::uint32_t depth = depth_;
  const std::size_t uses = notes_.uses.size();
  Status as_field;
  bool named = false;
  AURORA_TRY(named_argument_ahead(named));
  if (named) {
    as_field = arguments(out.arguments);
    if (as_field && !at_operator()) return {};
    if (!as_field && as_field.error().code() != ErrorCode::kInvalidQuery) return as_field;
    lexer_ = mark.lexer;
    token_ = mark.token;
    depth_ = depth;
    notes_.uses.resize(uses);
    out.arguments.clear();
  }
  out.kind = Selection::Kind::kExpression;
  Expression& call = out.expression.emplace();
  call.kind = Expression::Kind::kCall;
  call.at = out.name.at;
  call.path.push_back(std::move(out.name.text));
  out.name = {};
  Height height = 0;
  if (const Status as_call = call_arguments(call, height); !as_call)
    return as_field ? as_call : further(as_field.error(), as_call.error());
  return rest_of_expression(call, height);
}

/// True at '(' when a name and ':' stand behind it.
Status Parser::named_argument_ahead(bool& out) const {
  Lexer ahead = lexer_;
  Token token;
  AURORA_TRY(ahead.next(token));
  if (token.kind != TokenKind::kName) return {};
  AURORA_TRY(ahead.next(token));
  out = token.kind == TokenKind::kColon;
  return {};
}

/// A name or a dotted path turns out to be the first operand of an expression.
Status Parser::become_expression(Selection& out) {
  out.kind = Selection::Kind::kExpression;
  Expression& operand = out.expression.emplace();
  if (out.name.text.find('.') == std::string::npos) {
    word_expression(std::move(out.name), operand);
  } else {
    operand.kind = Expression::Kind::kPath;
    operand.at = out.name.at;
    split_path(out.name.text, operand.path);
  }
  out.name = {};
  Height height = 0;
  return rest_of_expression(operand, height);
}

}  // namespace aurora::aql
