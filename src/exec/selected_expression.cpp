// Body of selections that are expressions. Called by projections.
#include "selected_expression.hpp"

#include <aurora/expr/program.hpp>

namespace aurora::exec {

namespace {

// A bare word is a field there; the parser has seen to it that nothing else needs a name.
aql::Expression operand(const aql::Literal& literal) {
  aql::Expression expression;
  expression.at = literal.at;
  if (literal.kind == aql::Literal::Kind::kEnum) {
    expression.kind = aql::Expression::Kind::kPath;
    expression.path.push_back(literal.text);
  } else if (literal.kind == aql::Literal::Kind::kList) {
    expression.kind = aql::Expression::Kind::kList;
    for (const auto& item : literal.items) expression.children.push_back(operand(item));
  } else {
    expression.kind = aql::Expression::Kind::kLiteral;
    expression.literal.kind = literal.kind;
    expression.literal.at = literal.at;
    expression.literal.boolean = literal.boolean;
    expression.literal.integer = literal.integer;
    expression.literal.number = literal.number;
    expression.literal.text = literal.text;
  }
  return expression;
}

}  // namespace

bool is_expression(const aql::Selection& selection) noexcept {
  if (selection.kind == aql::Selection::Kind::kExpression) return true;
  return selection.kind == aql::Selection::Kind::kField && selection.alias && !selection.arguments.empty() &&
         !selection.has_selections && expr::is_function(selection.name.text);
}

std::optional<aql::Expression> path_of(const aql::Selection& selection) {
  aql::Expression path;
  path.kind = aql::Expression::Kind::kPath;
  path.at = selection.name.at;
  std::string_view rest = selection.name.text;
  for (auto dot = rest.find('.'); dot != std::string_view::npos; dot = rest.find('.')) {
    path.path.emplace_back(rest.substr(0, dot));
    rest.remove_prefix(dot + 1);
  }
  path.path.emplace_back(rest);
  return path;
}

std::optional<aql::Expression> call_of(const aql::Selection& selection) {
  if (selection.expression) return std::nullopt;
  aql::Expression call;
  call.kind = aql::Expression::Kind::kCall;
  call.at = selection.name.at;
  call.path.push_back(selection.name.text);
  for (const auto& argument : selection.arguments) call.named.push_back({argument.name, operand(argument.value)});
  return call;
}

}  // namespace aurora::exec
