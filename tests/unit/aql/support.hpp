// What the tests of the aql room share: parse or fail the test, and trees as short texts.
#pragma once

#include <aurora/aql/parser.hpp>
#include <aurora/aql/printer.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace aurora::aql::test {

inline Document parsed(std::string_view text, const Limits& limits = {}) {
  INFO("text: " << text);
  auto document = parse(text, limits);
  if (!document) FAIL(document.error().what());
  return std::move(*document);
}

inline Error failure(std::string_view text, const Limits& limits = {}) {
  INFO("text: " << text);
  const auto document = parse(text, limits);
  REQUIRE_FALSE(document.has_value());
  return document.error();
}

/// The only selection inside the only root field: `{ t { <text> } }`.
inline Selection selected(const std::string& text) {
  Document document = parsed("query { t { " + text + " } }");
  REQUIRE(document.operations.size() == 1);
  REQUIRE(document.operations[0].selections.size() == 1);
  REQUIRE(document.operations[0].selections[0].selections.size() == 1);
  return std::move(document.operations[0].selections[0].selections[0]);
}

/// The value of the argument `x` of a root field: `{ t(x: <text>) }`.
inline Literal value(const std::string& text) {
  Document document = parsed("{ t(x: " + text + ") }");
  return std::move(document.operations.at(0).selections.at(0).arguments.at(0).value);
}

/// An expression with every node in brackets of its own: "(+ a (* b 2))".
inline std::string shape(const Expression& e) {
  using Kind = Expression::Kind;
  std::string out;
  switch (e.kind) {
    case Kind::kLiteral:
      return print(e.literal);
    case Kind::kPath:
      for (const std::string& step : e.path) out += (out.empty() ? "" : ".") + step;
      return out;
    case Kind::kTemplate:
      out = "(template";
      break;
    case Kind::kCall:
      out = "(call " + e.path.at(0);
      break;
    case Kind::kUnary:
    case Kind::kBinary:
      out = "(" + e.op;
      break;
    case Kind::kConditional:
      out = "(?";
      break;
    case Kind::kList:
      out = "(list";
      break;
  }
  for (const Expression& child : e.children) out += " " + shape(child);
  for (const auto& [name, child] : e.named) out += " " + name.text + ":" + shape(child);
  return out + ")";
}

inline std::string shape(const std::string& text) {
  INFO("expression: " << text);
  const auto expression = parse_expression(text);
  if (!expression) FAIL(expression.error().what());
  return shape(*expression);
}

}  // namespace aurora::aql::test
