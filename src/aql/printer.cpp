// Prints values, expressions and selections.
// Called by explain and the tests; recursion is as deep as the tree, which the parser bounds.
#include "aql/print.hpp"

#include <aurora/aql/lexer.hpp>

#include "aql/quote.hpp"

#include <charconv>
#include <cmath>

namespace aurora::aql {

namespace {

constexpr int kConditional = 1;
constexpr int kUnary = 8;

int binary_precedence(std::string_view op) noexcept {
  if (op == "||") return 2;
  if (op == "&&") return 3;
  if (op == "==" || op == "!=") return 4;
  if (op.front() == '<' || op.front() == '>') return 5;
  return op == "+" || op == "-" ? 6 : 7;
}

void append_number(std::string& out, double number) {
  char buffer[32];
  const auto [end, status] = std::to_chars(buffer, buffer + sizeof buffer, number);
  const std::string_view text(buffer, static_cast<std::size_t>(end - buffer));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

bool is_number(const Expression& expression) noexcept {
  return expression.kind == Expression::Kind::kLiteral &&
         (expression.literal.kind == Literal::Kind::kInt ||
          expression.literal.kind == Literal::Kind::kFloat);
}

/// True for an expression that behind an alias would read as a field.
bool reads_as_field(const Expression& expression) noexcept {
  switch (expression.kind) {
    case Expression::Kind::kPath:
      return true;
    case Expression::Kind::kCall:
      return expression.children.empty() && !expression.named.empty();
    case Expression::Kind::kLiteral:
      return expression.literal.kind == Literal::Kind::kNull ||
             expression.literal.kind == Literal::Kind::kBool;
    default:
      return false;
  }
}

}  // namespace

void Printer::word(std::string_view text) {
  if (!out_.empty() && out_.back() != '{' && out_.back() != '(' && out_.back() != ' ') out_ += ' ';
  out_ += text;
}

void Printer::literal(const Literal& literal) {
  switch (literal.kind) {
    case Literal::Kind::kNull:
      out_ += "null";
      return;
    case Literal::Kind::kBool:
      out_ += literal.boolean ? "true" : "false";
      return;
    case Literal::Kind::kInt:
      out_ += std::to_string(literal.integer);
      return;
    case Literal::Kind::kFloat:
      append_number(out_, literal.number);
      return;
    case Literal::Kind::kString:
      append_quoted(out_, literal.text);
      return;
    case Literal::Kind::kEnum:
      out_ += literal.text;
      return;
    case Literal::Kind::kVariable:
      out_.append("$").append(literal.text);
      return;
    case Literal::Kind::kList:
      out_ += '[';
      for (const Literal& item : literal.items) {
        if (&item != &literal.items.front()) out_ += ", ";
        this->literal(item);
      }
      out_ += ']';
      return;
    case Literal::Kind::kObject:
      out_ += '{';
      for (const LiteralMember& member : literal.members) {
        if (&member != &literal.members.front()) out_ += ", ";
        if (is_name(member.name.text))
          out_ += member.name.text;
        else
          append_quoted(out_, member.name.text);
        out_ += ": ";
        this->literal(*member.value);
      }
      out_ += '}';
      return;
  }
}

void Printer::expression(const Expression& expression, int least) {
  switch (expression.kind) {
    case Expression::Kind::kLiteral:
      literal(expression.literal);
      return;
    case Expression::Kind::kTemplate:
      template_text(expression);
      return;
    case Expression::Kind::kPath:
      for (std::size_t i = 0; i < expression.path.size(); ++i)
        out_.append(i == 0 ? "" : ".").append(expression.path[i]);
      return;
    case Expression::Kind::kCall:
      call(expression);
      return;
    case Expression::Kind::kUnary: {
      // -(5) is not the number -5.
      const bool apart = expression.op == "-" && is_number(expression.children[0]);
      out_ += expression.op;
      if (apart) out_ += '(';
      this->expression(expression.children[0], kUnary);
      if (apart) out_ += ')';
      return;
    }
    case Expression::Kind::kBinary: {
      const int own = binary_precedence(expression.op);
      if (own < least) out_ += '(';
      this->expression(expression.children[0], own);
      out_.append(" ").append(expression.op).append(" ");
      this->expression(expression.children[1], own + 1);
      if (own < least) out_ += ')';
      return;
    }
    case Expression::Kind::kConditional:
      if (kConditional < least) out_ += '(';
      this->expression(expression.children[0], kConditional + 1);
      out_ += " ? ";
      this->expression(expression.children[1]);
      out_ += " : ";
      this->expression(expression.children[2], kConditional);
      if (kConditional < least) out_ += ')';
      return;
    case Expression::Kind::kList:
      out_ += '[';
      for (const Expression& child : expression.children) {
        if (&child != &expression.children.front()) out_ += ", ";
        this->expression(child);
      }
      out_ += ']';
      return;
  }
}

void Printer::call(const Expression& expression) {
  out_.append(expression.path.front()).append("(");
  bool first = true;
  for (const Expression& child : expression.children) {
    if (!std::exchange(first, false)) out_ += ", ";
    this->expression(child);
  }
  for (const auto& [name, value] : expression.named) {
    if (!std::exchange(first, false)) out_ += ", ";
    out_.append(name.text).append(": ");
    this->expression(value);
  }
  out_ += ')';
}

void Printer::template_text(const Expression& expression) {
  std::string text;
  for (const Expression& part : expression.children) {
    const bool plain = part.kind == Expression::Kind::kLiteral &&
                       part.literal.kind == Literal::Kind::kString &&
                       part.literal.text.find("${") == std::string::npos;
    if (plain) {
      text += part.literal.text;
      continue;
    }
    Printer inside;
    inside.expression(part);
    text.append("${").append(inside.out_).append("}");
  }
  append_quoted(out_, text);
}

void Printer::arguments(const std::vector<Argument>& arguments) {
  if (arguments.empty()) return;
  out_ += '(';
  for (const Argument& argument : arguments) {
    if (&argument != &arguments.front()) out_ += ", ";
    out_.append(argument.name.text).append(": ");
    literal(argument.value);
  }
  out_ += ')';
}

void Printer::directives(const std::vector<Directive>& directives, std::string_view sign) {
  for (const Directive& directive : directives) {
    word(sign);
    out_ += directive.name.text;
    arguments(directive.arguments);
  }
}

void Printer::selection(const Selection& selection) {
  const bool fragment = selection.kind == Selection::Kind::kSpread ||
                        selection.kind == Selection::Kind::kInlineFragment;
  word(fragment ? "..." : "");
  if (selection.alias) out_.append(selection.alias->text).append(": ");
  if (!selection.on.text.empty()) out_.append("on ").append(selection.on.text);
  out_ += selection.name.text;
  if (selection.expression) {
    const bool apart = reads_as_field(*selection.expression);
    if (apart) out_ += '(';
    expression(*selection.expression);
    if (apart) out_ += ')';
  }
  arguments(selection.arguments);
  directives(selection.directives);
  if (selection.has_selections) selections(selection.selections);
}

void Printer::selections(const std::vector<Selection>& selections) {
  word("{");
  for (const Selection& each : selections) selection(each);
  out_ += '}';
}

std::string print(const Selection& selection) {
  Printer printer;
  printer.selection(selection);
  return std::move(printer).take();
}

std::string print(const Expression& expression) {
  Printer printer;
  printer.expression(expression);
  return std::move(printer).take();
}

std::string print(const Literal& literal) {
  Printer printer;
  printer.literal(literal);
  return std::move(printer).take();
}

}  // namespace aurora::aql
