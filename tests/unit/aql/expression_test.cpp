// Expressions: precedence, pipes, calls, templates, and where their errors point.
#include "support.hpp"

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

Error expression_failure(const std::string& text) {
  INFO("expression: " << text);
  const auto expression = parse_expression(text);
  REQUIRE_FALSE(expression.has_value());
  return expression.error();
}

}  // namespace

TEST_CASE("operators bind as usual", "[aql][expression]") {
  CHECK(shape("a + b * c") == "(+ a (* b c))");
  CHECK(shape("a * b + c") == "(+ (* a b) c)");
  CHECK(shape("a - b - c") == "(- (- a b) c)");
  CHECK(shape("a / b % c * d") == "(* (% (/ a b) c) d)");
  CHECK(shape("(a + b) * c") == "(* (+ a b) c)");
  CHECK(shape("a || b && c == d < e + f") == "(|| a (&& b (== c (< d (+ e f)))))");
  CHECK(shape("a + b < c == d && e || f") == "(|| (&& (== (< (+ a b) c) d) e) f)");
  CHECK(shape("a != b >= c <= d > e") == "(!= a (> (<= (>= b c) d) e))");
  CHECK(shape("!a && !b") == "(&& (! a) (! b))");
  CHECK(shape("!!a") == "(! (! a))");
  CHECK(shape("-a * b") == "(* (- a) b)");
  CHECK(shape("a - -b") == "(- a (- b))");
  CHECK(shape("((((a))))") == "a");
}

TEST_CASE("a sign next to digits is part of the number", "[aql][expression]") {
  CHECK(shape("-9223372036854775808") == "-9223372036854775808");
  CHECK(shape("a -1") == "(- a 1)");
  CHECK(shape("a - 1") == "(- a 1)");
  CHECK(shape("a - -1") == "(- a -1)");
  CHECK(shape("- 1") == "(- 1)");
  CHECK(shape("-1.5e3 + 2") == "(+ -1500.0 2)");
  CHECK(expression_failure("9223372036854775808").message().find("64 bits") != std::string::npos);
}

TEST_CASE("conditionals branch to the right, pipes bind loosest", "[aql][expression]") {
  CHECK(shape("a ? b : c") == "(? a b c)");
  CHECK(shape("a ? b : c ? d : e") == "(? a b (? c d e))");
  CHECK(shape("a ? b ? c : d : e") == "(? a (? b c d) e)");
  CHECK(shape("a || b ? c + 1 : !d") == "(? (|| a b) (+ c 1) (! d))");
  CHECK(shape("a | f") == "(call f a)");
  CHECK(shape("a | f | g(1) | h(x: 2, y: b)") == "(call h (call g (call f a) 1) x:2 y:b)");
  CHECK(shape("a + b | round") == "(call round (+ a b))");
  CHECK(shape("a ? b : c | f") == "(call f (? a b c))");
  CHECK(shape("a ? b | f : c") == "(? a (call f b) c)");
  CHECK(shape("a ? b : (c | f)") == "(? a b (call f c))");
}

TEST_CASE("operands: paths, calls, lists, constants, variables", "[aql][expression]") {
  CHECK(shape("user.name") == "user.name");
  CHECK(shape("a.b.c.d") == "a.b.c.d");
  CHECK(shape("now()") == "(call now)");
  CHECK(shape("concat(a, \"x\", 1)") == "(call concat a \"x\" 1)");
  CHECK(shape("concat(a \"x\" 1)") == "(call concat a \"x\" 1)");
  CHECK(shape("f(a, -1)") == "(call f a -1)");
  CHECK(shape("f(a -1)") == "(call f (- a 1))");
  CHECK(shape("f(a, (b))") == "(call f a b)");
  CHECK(shape("f(a, !b, [c])") == "(call f a (! b) (list c))");
  CHECK(shape("truncate(s, length: n + 1, suffix: \"…\")") ==
        "(call truncate s length:(+ n 1) suffix:\"…\")");
  CHECK(shape("[1, a, [b]]") == "(list 1 a (list b))");
  CHECK(shape("[a -b]") == "(list (- a b))");
  CHECK(shape("[a, -b]") == "(list a (- b))");
  CHECK(shape("[]") == "(list)");
  CHECK(shape("true == null") == "(== true null)");
  CHECK(shape("$x + $y_1") == "(+ $x $y_1)");
  CHECK(shape("if(not(a), and(b, c), or(d))") ==
        "(call if (call not a) (call and b c) (call or d))");
}

TEST_CASE("templates are cut at ${", "[aql][expression]") {
  CHECK(shape("${first} ${last}") == "(template first \" \" last)");
  CHECK(shape("Hi ${full}!") == "(template \"Hi \" full \"!\")");
  CHECK(shape("${a}") == "(template a)");
  CHECK(shape("$a {b} ${ c . d }$") == "(template \"$a {b} \" c.d \"$\")");
  CHECK(shape("${a | f(\"}\")}}") == "(template (call f a \"}\") \"}\")");
  CHECK(shape("${a ? \"x\" : \"y\"}") == "(template (? a \"x\" \"y\"))");
  CHECK(shape("${\"in ${b}\"}") == "(template (template \"in \" b))");
  CHECK(shape("concat(a, b)") == "(call concat a b)");
  const Selection selection = selected(R"(x: concat("${a}", "b", suffix: "${c}"))");
  CHECK(shape(*selection.expression) == "(call concat (template a) \"b\" suffix:(template c))");
}

TEST_CASE("parse_template gives a string when there is nothing to fill in", "[aql][expression]") {
  const auto plain = parse_template("a $b { } \"", 7);
  REQUIRE(plain);
  CHECK(plain->kind == Expression::Kind::kLiteral);
  CHECK(plain->literal.text == "a $b { } \"");
  CHECK(plain->at == 7);
  const auto filled = parse_template("ab${c + 1}", 100);
  REQUIRE(filled);
  CHECK(filled->children.at(0).at == 100);
  CHECK(filled->children.at(1).at == 104);
  CHECK(filled->children.at(1).children.at(1).at == 108);
  CHECK(parse_template("", 0)->literal.text.empty());
}

TEST_CASE("errors inside a string point into it", "[aql][expression]") {
  const Error plain = failure("{ t { label: \"ab ${first + } c\" } }");
  CHECK(plain.column() == 28);
  CHECK(plain.message() == "expected an expression, found '}'");
  const Error second_line = failure("{ t {\n  label: \"ß ${a.} ${b\" } }");
  CHECK(second_line.line() == 2);
  CHECK(second_line.column() == 17);
  CHECK(second_line.message() == "expected a field name behind '.', found '}'");
  // With escapes places cannot be told: the string is.
  CHECK(failure("{ t { label: \"\\t${first + }\" } }").column() == 14);
  CHECK(failure("{ t { label: \"\"\"ab ${first + }\"\"\" } }").column() == 14);
  CHECK(failure("{ t { x: \"${concat(\\\"${b + }\\\")}\" } }").column() == 10);
  // A string in a template, both without escapes.
  CHECK(failure("{ t { label: \"${}\" } }").column() == 17);
  const Error open = failure("{ t { label: \"a ${b c\" } }");
  CHECK(open.column() == 21);
  CHECK(failure("{ t { label: \"a ${b\" } }").message().find("end of the string") !=
        std::string::npos);
}

TEST_CASE("nodes know where they begin", "[aql][expression]") {
  const auto parse_ok = parse_expression("aa + f(bb, c: 1)");
  REQUIRE(parse_ok);
  CHECK(parse_ok->at == 0);
  CHECK(parse_ok->children[1].at == 5);
  CHECK(parse_ok->children[1].children[0].at == 7);
  CHECK(parse_ok->children[1].named[0].first.at == 11);
  const Document document = parsed("{ t { x: \"a${b}\" } }");
  const Expression& label = *document.operations[0].selections[0].selections[0].expression;
  CHECK(label.at == 9);
  CHECK(label.children[0].at == 10);
  CHECK(label.children[1].at == 13);
}

TEST_CASE("wrong expressions say what is missing", "[aql][expression]") {
  const auto message = [](const std::string& text) { return expression_failure(text).message(); };
  CHECK(message("") == "expected an expression, found end of text");
  CHECK(message("a +") == "expected an expression, found end of text");
  CHECK(message("a b") == "expected an operator or the end of the expression, found 'b'");
  CHECK(message("a, + b").find("found '+'") != std::string::npos);
  CHECK(message("(a") == "expected an operator or ')', found end of text");
  CHECK(message("a ? b") == "expected ':' between the branches of '?', found end of text");
  CHECK(message("a | 3") == "expected a function name behind '|', found '3'");
  CHECK(message("a |").find("function name") != std::string::npos);
  CHECK(message("a.") == "expected a field name behind '.', found end of text");
  CHECK(message("a.b(c)").find("cannot be called") != std::string::npos);
  CHECK(message("{a: 1}").find("object cannot stand") != std::string::npos);
  CHECK(message("f(a: 1, b)").find("named argument") != std::string::npos);
  CHECK(message("f(a: 1, a: 2)").find("'a' is given twice") != std::string::npos);
  CHECK(message("f(a [1])").find("found '['") != std::string::npos);
  CHECK(message("f(a").find("found end of text") != std::string::npos);
  CHECK(message("[a").find("expected") == 0);
  CHECK(message("$").find("variable name behind '$'") != std::string::npos);
  CHECK(message("a === b").find("found '='") != std::string::npos);
  CHECK(message("${a").find("'}'") != std::string::npos);
  CHECK(message("a & b").find("'&&'") != std::string::npos);
}
