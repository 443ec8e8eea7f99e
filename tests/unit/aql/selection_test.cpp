// Selections: fields and expressions told apart, aliases, directives, fragments.
#include "support.hpp"

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

using Kind = Selection::Kind;

std::string selected_shape(const std::string& text) {
  const Selection selection = selected(text);
  REQUIRE(selection.kind == Kind::kExpression);
  REQUIRE(selection.arguments.empty());
  REQUIRE(selection.name.text.empty());
  return shape(*selection.expression);
}

Error selection_failure(const std::string& text) { return failure("{ t { " + text + " } }"); }

}  // namespace

TEST_CASE("plain fields", "[aql][selection]") {
  const Selection field = selected("name");
  CHECK(field.kind == Kind::kField);
  CHECK(field.key() == "name");
  CHECK_FALSE(field.alias);
  CHECK_FALSE(field.has_selections);
  CHECK(field.at == 12);

  const Selection nested = selected("place: addr { where: county geo { lat } }");
  CHECK(nested.key() == "place");
  CHECK(nested.name.text == "addr");
  CHECK(nested.has_selections);
  REQUIRE(nested.selections.size() == 2);
  CHECK(nested.selections[0].key() == "where");
  CHECK(nested.selections[1].selections[0].name.text == "lat");

  const Selection called = selected("t: sum(field: \"kg\") @include(if: true) @defer");
  CHECK(called.kind == Kind::kField);
  CHECK(called.arguments.at(0).name.text == "field");
  CHECK(called.arguments.at(0).value.text == "kg");
  REQUIRE(called.directives.size() == 2);
  CHECK(called.directives[0].arguments.at(0).value.boolean);
  CHECK(called.directives[1].name.text == "defer");
}

TEST_CASE("no word is reserved", "[aql][selection]") {
  const Document document = parsed(
      "query mutation { query(where: {limit: {gt: 1}}) { limit where on fragment true null } "
      "mutation { query schema } fragment: on { on: on true: null } }");
  const Operation& query = document.operations.at(0);
  CHECK(query.name.text == "mutation");
  CHECK(query.selections.at(0).selections.size() == 6);
  CHECK(query.selections.at(1).selections.at(1).name.text == "schema");
  CHECK(query.selections.at(2).selections.at(1).key() == "true");
  CHECK(query.selections.at(2).selections.at(1).kind == Kind::kField);
}

TEST_CASE("behind an alias: a field", "[aql][selection]") {
  const Selection path = selected("city: address.city");
  CHECK(path.kind == Kind::kField);
  CHECK(path.name.text == "address.city");
  CHECK(selected("x: a.b.c { d }").selections.size() == 1);
  CHECK(selected("x: true").kind == Kind::kField);
  CHECK(selected("x: round(value: price, decimals: 2)").kind == Kind::kField);
  CHECK(selected("x: f(a: {b: [1, ENUM]}, c: \"${d}\") { e }").kind == Kind::kField);
  CHECK(selected("x: f(a: {b: [1, ENUM]}, c: \"${d}\") { e }").arguments[1].value.text == "${d}");
}

TEST_CASE("behind an alias: an expression", "[aql][selection]") {
  CHECK(selected_shape("x: \"no fields\"") == "\"no fields\"");
  CHECK(selected_shape("x: \"${a} b\"") == "(template a \" b\")");
  CHECK(selected_shape("x: 5") == "5");
  CHECK(selected_shape("x: -5") == "-5");
  CHECK(selected_shape("x: (name)") == "name");
  CHECK(selected_shape("x: [a]") == "(list a)");
  CHECK(selected_shape("x: !a") == "(! a)");
  CHECK(selected_shape("x: name | trim | truncate(length: 20)") ==
        "(call truncate (call trim name) length:20)");
  CHECK(selected_shape("x: a.b | f") == "(call f a.b)");
  CHECK(selected_shape("x: true || a") == "(|| true a)");
  CHECK(selected_shape("x: null == a") == "(== null a)");
  CHECK(selected_shape("x: now()") == "(call now)");
  CHECK(selected_shape("x: now() | year") == "(call year (call now))");
  CHECK(selected_shape("x: multiply(price, 1.15) | round(decimals: 2)") ==
        "(call round (call multiply price 1.15) decimals:2)");
  CHECK(selected_shape("x: truncate(s, length: 20)") == "(call truncate s length:20)");
  CHECK(selected_shape("x: f(a) + g(b)") == "(+ (call f a) (call g b))");
  CHECK(selected_shape("x: a ? b : c") == "(? a b c)");
}

TEST_CASE("named arguments turn into an expression when one goes on", "[aql][selection]") {
  CHECK(selected_shape("x: round(decimals: 2) + 1") == "(+ (call round decimals:2) 1)");
  CHECK(selected_shape("x: f(a: \"${b}\", c: D) | g") == "(call g (call f a:(template b) c:D))");
  CHECK(selected_shape("x: f(a: b + 1, c: [d, true], e: g(h))") ==
        "(call f a:(+ b 1) c:(list d true) e:(call g h))");
}

TEST_CASE("the rest of a call with named arguments", "[aql][selection]") {
  CHECK(selected_shape("x: f(a: b.c, d: 1)") == "(call f a:b.c d:1)");
  CHECK(selected_shape("x: f(a: g(b), d: -1)") == "(call f a:(call g b) d:-1)");
  CHECK(selected_shape("x: f(a: 1, b: 2 * c, d: [e], s: \"${k}\") / 2") ==
        "(/ (call f a:1 b:(* 2 c) d:(list e) s:(template k)) 2)");
  CHECK(selected_shape("x: f(a: b ? c : d)") == "(call f a:(? b c d))");
  // Read both ways, the error is that of the way that came further.
  CHECK(selection_failure("x: f(a: {b: 1} + 2)").message().find("found '+'") != std::string::npos);
  CHECK(selection_failure("x: f(a: {b: })").message() == "expected a value for 'b', found '}'");
  CHECK(selection_failure("x: f(a: )").message() == "expected a value for 'a', found ')'");
  CHECK(selection_failure("x: f(a: b + )").message() == "expected an expression, found ')'");
  CHECK(parse("query($v: Int) { t { x: f(a: $v, b: $v + 1) } }"));
  CHECK(selected_shape("x: f(a: (b), c: !d, e: - g, h: [i + 1])") ==
        "(call f a:b c:(! d) e:(- g) h:(list (+ i 1)))");
  CHECK(selected_shape("x: f(a: 1) - 1") == "(- (call f a:1) 1)");
  CHECK(selection_failure("x: f(a: 1 + 2, a: 3)").message().find("given twice") !=
        std::string::npos);
}

TEST_CASE("an expression ends where the next selection begins", "[aql][selection]") {
  const Document document = parsed(
      "{ t { a: price * qty k b: price + 0.5 c: x | f d: \"s\" ...F e: f(a) @skip(if: true) g: n "
      "-1, h: -1 i: m (1) } } fragment F on t { z }");
  const std::vector<Selection>& set = document.operations[0].selections[0].selections;
  std::string keys;
  for (const Selection& each : set) keys += each.key() + " ";
  CHECK(keys == "a k b c d F e g h i ");
  CHECK(shape(*set[7].expression) == "(- n 1)");
  CHECK(shape(*set[9].expression) == "(call m 1)");
  CHECK(set[6].directives.size() == 1);
}

TEST_CASE("what needs an alias or cannot stand is told so", "[aql][selection]") {
  CHECK(selection_failure("address.city").message().find("needs an alias") != std::string::npos);
  CHECK(selection_failure("name | trim").message().find("needs an alias") != std::string::npos);
  CHECK(selection_failure("a + b").column() == 9);
  CHECK(selection_failure("f(\"x\")").message().find("needs an alias") != std::string::npos);
  CHECK(selection_failure("f(x)").message().find("needs an alias, as in 'alias: f(…)'") !=
        std::string::npos);
  CHECK(selection_failure("x: a + b { c }").message().find("no fields to select") !=
        std::string::npos);
  CHECK(selection_failure("x: f(a) { c }").message().find("no fields to select") !=
        std::string::npos);
  CHECK(selection_failure("x:").message() == "expected an expression, found '}'");
  CHECK(selection_failure("x: y: z").message().find("found ':'") != std::string::npos);
  CHECK(selection_failure("\"x\"").message().find("expected a field or '}'") != std::string::npos);
  CHECK(selection_failure("x: a, | f").message().find("found '|'") != std::string::npos);
  CHECK(selection_failure("a @@b").message().find("one '@'") != std::string::npos);
  CHECK(selection_failure("a @b @c @b").message().find("'@b' is given twice") != std::string::npos);
  CHECK(selection_failure("f(a: 1, a: 2)").message() == "argument 'a' is given twice");
  CHECK(selection_failure("x: f(a: 1)(b: 2)").message() == "expected a field or '}', found '('");
  CHECK(selection_failure("f()").message() == "expected an argument name, found ')'");
}

TEST_CASE("fragments", "[aql][selection]") {
  const Document document = parsed(
      "fragment Brief on towns { name } { towns { ...Brief @include(if: true) "
      "... on towns @skip(if: false) { pop } ... { bio } ... @defer { x } ...onward } } "
      "fragment onward on towns { y }");
  const std::vector<Selection>& set = document.operations[0].selections[0].selections;
  REQUIRE(set.size() == 5);
  CHECK(set[0].kind == Kind::kSpread);
  CHECK(set[0].name.text == "Brief");
  CHECK(set[0].directives.size() == 1);
  CHECK(set[1].kind == Kind::kInlineFragment);
  CHECK(set[1].on.text == "towns");
  CHECK(set[1].selections[0].name.text == "pop");
  CHECK(set[2].on.text.empty());
  CHECK(set[3].directives[0].name.text == "defer");
  CHECK(set[4].name.text == "onward");
  CHECK(document.fragments.at(0).on.text == "towns");

  CHECK(selection_failure("...").message().find("expected a fragment name") != std::string::npos);
  CHECK(selection_failure("... on { a }").message().find("expected a collection") !=
        std::string::npos);
  CHECK(selection_failure("... on c").message().find("expected") == 0);
  CHECK(failure("{ ...F } fragment F on c { a }").message().find("among root fields") !=
        std::string::npos);
  CHECK(failure("{a} fragment on on c { a }").message().find("cannot be 'on'") !=
        std::string::npos);
  CHECK(failure("{a} fragment F c { a }").message().find("expected 'on'") == 0);
}

TEST_CASE("fields given twice merge when they are the same", "[aql][selection]") {
  const Document document = parsed(
      "{ t { a b: f(x: 1) a b: f(x: 1) c { d d } c { d } a: a } t2: t(limit: 1) { a } t2: t(limit: "
      "1) { a } }");
  REQUIRE(document.operations[0].selections.size() == 2);
  const std::vector<Selection>& set = document.operations[0].selections[0].selections;
  REQUIRE(set.size() == 3);
  CHECK(set[2].selections.size() == 1);

  for (const char* text :
       {"a a: b", "x: a x: b", "a a @skip(if: true)", "a a { b }", "a { b } a { c }",
        "x: f(a: 1) x: f(a: 2)", "x: f(a: 1) x: f(a: 1.0)", "x: a + b x: a - b", "x: a x: (a)",
        "x: f(a, b: 1) x: f(a, b: 2)", "x: f(v: [{a: 1}]) x: f(v: [{a: 2}])"}) {
    const Error error = selection_failure(text);
    CHECK(error.code() == ErrorCode::kInvalidQuery);
    CHECK(error.message().find("is given twice with different fields") != std::string::npos);
  }
  CHECK(selection_failure("a b: c b: d").column() == 14);

  std::string many;
  for (int i = 0; i < 40; ++i) many += "f" + std::to_string(i % 30) + " ";
  CHECK(parsed("{ t { " + many + " } }").operations[0].selections[0].selections.size() == 30);
  CHECK(selection_failure(many + " f29: f3").message().find("'f29'") != std::string::npos);
}

TEST_CASE("fields given twice through fragments", "[aql][selection]") {
  CHECK(parse("{ t { a ...F ...G } } fragment F on t { a b } fragment G on t { b ...F }"));
  CHECK(parse("{ t { a ... { a ... on t { a } } } }"));
  for (const char* text : {
           "{ t { x: a ...F } } fragment F on t { x: b }",
           "{ t { ...F ...G } } fragment F on t { x: a } fragment G on t { x: b }",
           "{ t { x: a ... { x: b } } }",
           "{ t { c { ...F x: b } } } fragment F on t { x: a }",
           "{ t { ...F } } fragment F on t { c { x: a ...G } } fragment G on t { x: b }",
           "mutation { update(collection: \"t\") { x: a ...F } } fragment F on t { x: b }",
       }) {
    INFO(text);
    CHECK(failure(text).message().find("result key 'x' is given twice") == 0);
  }
}
