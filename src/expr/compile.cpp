// Body of Program::compile: names become slots, operators functions, arguments find their places.
// Called once an expression; calls the caller's Scope.
#include "expr/node.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>
#include <utility>

namespace aurora::expr {

namespace {

using aql::Expression;
using aql::Literal;

struct OperatorFunction {
  std::string_view op;
  std::string_view function;
};
constexpr OperatorFunction kBinary[] = {
    {"||", "or"},      {"&&", "and"},   {"==", "eq"},  {"!=", "ne"}, {"<", "lt"},
    {"<=", "lte"},     {">", "gt"},     {">=", "gte"}, {"+", "add"}, {"-", "subtract"},
    {"*", "multiply"}, {"/", "divide"}, {"%", "mod"},
};

std::string counted(std::size_t count) {
  return std::to_string(count) + (count == 1 ? " argument" : " arguments");
}

/// "uppercase(text)", "concat(value, …)", "substring(text, start[, length])"
std::string signature(const Function& function) {
  std::string text(function.name);
  text += '(';
  for (std::size_t i = 0; i < function.parameter_count; ++i) {
    const auto& parameter = function.parameters[i];
    if (parameter.optional) text += '[';
    if (i > 0) text += ", ";
    text += parameter.name;
    if (parameter.optional) text += ']';
  }
  if (function.variadic) text += ", …";
  return text + ')';
}

template <class T>
void add_once(std::vector<T>& all, const T& one) {
  if (std::find(all.begin(), all.end(), one) == all.end()) all.push_back(one);
}

}  // namespace

class Compiler {
 public:
  Compiler(Scope& scope, Program& program) : scope_(scope), program_(program) {}

  // The parser has bounded the depth of expressions, so this recursion ends.
  Result<Node> compile(const Expression& expression) {
    using Kind = Expression::Kind;
    Node node;
    node.at = expression.at;
    switch (expression.kind) {
      case Kind::kLiteral:
        return literal(expression.literal, std::move(node));
      case Kind::kPath: {
        AURORA_ASSIGN(node.slot, scope_.resolve(expression.path, expression.at));
        node.kind = Node::Kind::kSlot;
        add_once(program_.slots_, node.slot);
        return node;
      }
      case Kind::kTemplate:
        node.kind = Node::Kind::kTemplate;
        break;
      case Kind::kList:
        node.kind = Node::Kind::kList;
        break;
      case Kind::kCall:
        return call(expression, std::move(node));
      case Kind::kConditional:
        return operation("if", "?:", std::move(node), expression);
      case Kind::kUnary:
        return operation(expression.op == "!" ? "not" : "negate", expression.op, std::move(node),
                         expression);
      case Kind::kBinary:
        for (const auto& [op, function] : kBinary)
          if (op == expression.op) return operation(function, op, std::move(node), expression);
        return scope_.error(expression.at, "unknown operator '" + expression.op + "'");
    }
    AURORA_TRY(children(expression, node));
    return node;
  }

 private:
  Status children(const Expression& expression, Node& node) {
    node.children.reserve(expression.children.size());
    for (const auto& child : expression.children) {
      AURORA_ASSIGN(auto compiled, compile(child));
      node.children.push_back(std::move(compiled));
    }
    return {};
  }

  Result<Node> literal(const Literal& literal, Node node) {
    if (literal.kind == Literal::Kind::kVariable) {
      node.kind = Node::Kind::kVariable;
      node.name = literal.text;
      add_once(program_.variables_, node.name);
      return node;
    }
    AURORA_ASSIGN(node.constant, constant(literal));
    return node;
  }

  Result<Value> constant(const Literal& literal) const {
    switch (literal.kind) {
      case Literal::Kind::kNull:
        return Value();
      case Literal::Kind::kBool:
        return Value(literal.boolean);
      case Literal::Kind::kInt:
        return Value(literal.integer);
      case Literal::Kind::kFloat:
        return Value(literal.number);
      case Literal::Kind::kString:
        return Value(literal.text);
      default:
        return scope_.error(literal.at, "an expression cannot hold this value");
    }
  }

  Result<Node> operation(std::string_view function, std::string_view label, Node node,
                         const Expression& expression) {
    node.kind = Node::Kind::kCall;
    node.function = function == "negate" ? &kNegate() : find_function(function);
    node.name = label;
    AURORA_TRY(children(expression, node));
    return node;
  }

  Result<Node> call(const Expression& expression, Node node) {
    const auto& name = expression.path.front();
    const auto* function = find_function(name);
    if (function == nullptr)
      return scope_.error(expression.at,
                          "unknown function '" + name + "'" + did_you_mean(name, function_names()));
    node.kind = Node::Kind::kCall;
    node.function = function;
    node.name = name;
    AURORA_TRY(check_count(*function, expression));
    AURORA_TRY(children(expression, node));
    AURORA_TRY(named(*function, expression, node));
    AURORA_TRY(check_constants(*function, node));
    if (function->name == "now") program_.uses_now_ = true;
    return node;
  }

  Status check_count(const Function& function, const Expression& expression) const {
    const auto given = expression.children.size();
    if (given <= function.parameter_count || function.variadic) return {};
    return scope_.error(expression.at, wrong_count(function, given));
  }

  static std::string wrong_count(const Function& function, std::size_t given) {
    const auto most = function.parameter_count;
    const auto least = static_cast<std::size_t>(
        std::count_if(function.parameters.begin(), function.parameters.begin() + most,
                      [](const Parameter& parameter) { return !parameter.optional; }));
    std::string takes = function.variadic ? "at least " + counted(least)
                        : least == most   ? counted(most)
                                          : std::to_string(least) + " to " + counted(most);
    return "function '" + std::string(function.name) + "' takes " + takes + ", found " +
           std::to_string(given) + ": " + signature(function);
  }

  // Puts named arguments behind the positional ones, each in its place.
  Status named(const Function& function, const Expression& expression, Node& node) {
    const auto positional = node.children.size();
    std::vector<const aql::NamedExpression*> places(function.parameter_count, nullptr);
    for (const auto& argument : expression.named) {
      const auto place = place_of(function, argument.first.text);
      if (!place) return unknown_argument(function, argument.first);
      if (*place < positional)
        return scope_.error(argument.first.at, "argument '" + argument.first.text + "' of '" +
                                                   std::string(function.name) +
                                                   "' is given twice: " + signature(function));
      places[*place] = &argument;
    }
    for (std::size_t i = positional; i < places.size(); ++i) {
      if (places[i] != nullptr) {
        if (node.children.size() != i) return missing(function, node.children.size(), expression);
        AURORA_ASSIGN(auto compiled, compile(places[i]->second));
        node.children.push_back(std::move(compiled));
      } else if (!function.parameters[i].optional) {
        return missing(function, i, expression);
      }
    }
    return {};
  }

  static std::optional<std::size_t> place_of(const Function& function, std::string_view name) {
    for (std::size_t i = 0; i < function.parameter_count; ++i)
      if (function.parameters[i].name == name) return i;
    return std::nullopt;
  }

  Error unknown_argument(const Function& function, const aql::Name& name) const {
    std::vector<std::string_view> names;
    for (std::size_t i = 0; i < function.parameter_count; ++i)
      names.push_back(function.parameters[i].name);
    return scope_.error(name.at, "unknown argument '" + name.text + "' of function '" +
                                     std::string(function.name) + "'" +
                                     did_you_mean(name.text, names) + ": " + signature(function));
  }

  Error missing(const Function& function, std::size_t place, const Expression& expression) const {
    if (expression.named.empty()) return scope_.error(expression.at, wrong_count(function, place));
    return scope_.error(expression.at, "function '" + std::string(function.name) +
                                           "' lacks the argument '" +
                                           std::string(function.parameters[place].name) +
                                           "': " + signature(function));
  }

  Status check_constants(const Function& function, const Node& node) const {
    if (function.check == nullptr) return {};
    for (std::size_t i = 0; i < node.children.size(); ++i) {
      const auto& child = node.children[i];
      if (child.kind != Node::Kind::kConstant || child.constant.is_null()) continue;
      if (const auto wrong = function.check(i, child.constant))
        return scope_.error(child.at, "'" + std::string(function.name) + "': " + *wrong);
    }
    return {};
  }

  static const Function& kNegate();

  Scope& scope_;
  Program& program_;
};

// The one operator without a function of its own name.
const Function& Compiler::kNegate() {
  static constexpr Function negate = define(
      "-",
      [](Call& call) -> Result<Value> {
        const auto& value = call.arguments[0];
        if (const auto* number = value.if_float()) return Value(-*number);
        const auto* whole = value.if_int();
        if (whole == nullptr) return call.wrong_kind("a number", value);
        if (*whole == INT64_MIN) return call.fail("the result does not fit an Int");
        return Value(-*whole);
      },
      Parameter{"value"});
  return negate;
}

Result<Program> Program::compile(const aql::Expression& expression, Scope& scope) {
  Program program;
  Compiler compiler(scope, program);
  AURORA_ASSIGN(auto root, compiler.compile(expression));
  program.root_ = std::make_shared<const Node>(std::move(root));
  return program;
}

}  // namespace aurora::expr
