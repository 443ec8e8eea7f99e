// Body of clone.hpp. Recursion is as deep as the trees, which the parser bounds.
// Called by the splitting of deferred fields; calls nothing.
#include <aurora/aql/clone.hpp>

#include <algorithm>

namespace aurora::aql {

namespace {

std::vector<Argument> clone_arguments(const std::vector<Argument>& arguments) {
  std::vector<Argument> copy;
  copy.reserve(arguments.size());
  for (const auto& argument : arguments) copy.push_back({argument.name, clone(argument.value)});
  return copy;
}

bool has(const std::vector<Directive>& directives, std::string_view name) noexcept {
  return std::any_of(directives.begin(), directives.end(), [&](const Directive& each) { return each.name.text == name; });
}

bool any_uses(const std::vector<Selection>& selections, std::string_view name) noexcept {
  return std::any_of(selections.begin(), selections.end(), [&](const Selection& each) {
    return has(each.directives, name) || any_uses(each.selections, name);
  });
}

}  // namespace

Literal clone(const Literal& literal) {
  Literal copy;
  copy.kind = literal.kind;
  copy.at = literal.at;
  copy.boolean = literal.boolean;
  copy.integer = literal.integer;
  copy.number = literal.number;
  copy.text = literal.text;
  copy.items.reserve(literal.items.size());
  for (const auto& item : literal.items) copy.items.push_back(clone(item));
  copy.members.reserve(literal.members.size());
  for (const auto& member : literal.members)
    copy.members.push_back({member.name, std::make_unique<Literal>(clone(*member.value))});
  return copy;
}

Expression clone(const Expression& expression) {
  Expression copy;
  copy.kind = expression.kind;
  copy.at = expression.at;
  copy.literal = clone(expression.literal);
  copy.path = expression.path;
  copy.op = expression.op;
  for (const auto& child : expression.children) copy.children.push_back(clone(child));
  for (const auto& argument : expression.named) copy.named.push_back({argument.first, clone(argument.second)});
  return copy;
}

std::vector<Directive> clone_without(const std::vector<Directive>& directives, std::string_view name) {
  std::vector<Directive> copy;
  for (const auto& directive : directives)
    if (directive.name.text != name) copy.push_back({directive.name, clone_arguments(directive.arguments)});
  return copy;
}

Selection clone_shell(const Selection& selection) {
  Selection copy;
  copy.kind = selection.kind;
  copy.at = selection.at;
  copy.alias = selection.alias;
  copy.name = selection.name;
  copy.arguments = clone_arguments(selection.arguments);
  if (selection.expression) copy.expression = clone(*selection.expression);
  copy.on = selection.on;
  copy.directives = clone_without(selection.directives, {});
  copy.has_selections = selection.has_selections;
  return copy;
}

Selection clone(const Selection& selection) {
  auto copy = clone_shell(selection);
  copy.selections = clone(selection.selections);
  return copy;
}

std::vector<Selection> clone(const std::vector<Selection>& selections) {
  std::vector<Selection> copy;
  copy.reserve(selections.size());
  for (const auto& selection : selections) copy.push_back(clone(selection));
  return copy;
}

bool uses_directive(const Document& document, std::string_view name) noexcept {
  return std::any_of(document.operations.begin(), document.operations.end(),
                     [&](const Operation& each) {
                       return each.kind == Operation::Kind::kQuery &&
                              (has(each.directives, name) || any_uses(each.selections, name));
                     }) ||
         std::any_of(document.fragments.begin(), document.fragments.end(),
                     [&](const FragmentDefinition& each) { return any_uses(each.selections, name); });
}

}  // namespace aurora::aql
