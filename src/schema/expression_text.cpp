// Body of expression texts. Called by alter; calls the parser for the places of names.
#include "schema/expression_text.hpp"

#include <aurora/aql/parser.hpp>

#include <algorithm>
#include <vector>

namespace aurora {

namespace {

// The parser has bounded the depth, so this recursion ends.
void add_places(const aql::Expression& expression, std::string_view field,
                std::vector<aql::Offset>& places) {
  if (expression.kind == aql::Expression::Kind::kPath && expression.path.front() == field)
    places.push_back(expression.at);
  for (const auto& child : expression.children) add_places(child, field, places);
  for (const auto& argument : expression.named) add_places(argument.second, field, places);
}

}  // namespace

std::string rename_in_expression(std::string_view text, std::string_view from,
                                 std::string_view to) {
  std::string renamed(text);
  const auto parsed = aql::parse_expression(text);
  if (!parsed) return renamed;  // a definition in force parses
  std::vector<aql::Offset> places;
  add_places(*parsed, from, places);
  std::sort(places.rbegin(), places.rend());
  for (const auto at : places) renamed.replace(at, from.size(), to);
  return renamed;
}

}  // namespace aurora
