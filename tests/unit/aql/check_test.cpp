// Fragments and variables across a text.
#include "support.hpp"

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

TEST_CASE("fragments must be there, once, and not contain themselves", "[aql][check]") {
  const Error unknown = failure("{ t { ...Missing } } fragment Mising on t { a }");
  CHECK(unknown.code() == ErrorCode::kInvalidQuery);
  CHECK(unknown.column() == 7);
  CHECK(unknown.message() == "unknown fragment 'Missing'; did you mean 'Mising'?");
  CHECK(failure("{ t } fragment A on t { ...Missing }").message() == "unknown fragment 'Missing'");

  const Error twice = failure("{ t { ...A } } fragment A on t { a } fragment A on t { a }");
  CHECK(twice.message() == "fragment 'A' is defined twice");
  CHECK(twice.column() == 47);

  CHECK(failure("{ t { ...A } } fragment A on t { a ...A }").message() ==
        "fragment 'A' contains itself");
  CHECK(failure("{ t { ...A } } fragment A on t { b { ...A } }").column() == 38);
  const Error cycle = failure(
      "{ t { ...X } } fragment X on t { ...A } fragment A on t { ...B } fragment B on t { c { ... "
      "{ "
      "...C } } } fragment C on t { ...A }");
  CHECK(cycle.code() == ErrorCode::kInvalidQuery);
  CHECK(cycle.message() == "fragment 'A' contains itself: A → B → C → A");
  CHECK(failure("{ t } fragment A on t { ...A }").message().find("contains itself") !=
        std::string::npos);
}

TEST_CASE("a long cycle is named in part", "[aql][check]") {
  std::string text = "{ t { ...f0 } }";
  for (int i = 0; i < 100; ++i)
    text +=
        " fragment f" + std::to_string(i) + " on t { ...f" + std::to_string((i + 1) % 100) + " }";
  const Error error = failure(text);
  CHECK(error.message().find("→ …") != std::string::npos);
  CHECK(error.message().size() < 200);
}

TEST_CASE("unused fragments are fine", "[aql][check]") {
  CHECK(parse("{ t } fragment A on t { a(x: $nobody) ...B } fragment B on t { b }"));
}

TEST_CASE("variables are declared and used", "[aql][check]") {
  CHECK(parse("query($a: Int) { t(x: $a, y: [$a]) }"));
  CHECK(parse(
      "query($a: Int) { t { ...F } } fragment F on t { x: b + $a ...G } fragment G on t { c }"));
  CHECK(parse(
      "query($a: Int) { t { ...F } } query($a: Int) { u: t { ...F } } fragment F on t { x: $a }"));
  CHECK(parse("query($a: Boolean!) @include(if: $a) { t }"));
  CHECK(parse("query($a: Boolean!) { t { ... @include(if: $a) { b } } }"));
  CHECK(parse("query($a: String) { t { x: \"${concat(b, $a)}\" } }"));
  CHECK(
      parse("mutation($a: Int) { x: insert(a: 1) schema { drop collection c } y: insert(a: $a) }"));

  const Error undeclared = failure("{ a } mutation { b: insert(data: {name: $nope}) }");
  CHECK(undeclared.code() == ErrorCode::kUndefinedVariable);
  CHECK(undeclared.column() == 41);
  CHECK(undeclared.message() == "variable '$nope' is not declared by its operation");
  CHECK(failure("query($limit: Int) { t(a: $limit, b: $limt) }").message() ==
        "variable '$limt' is not declared by its operation; did you mean '$limit'?");

  const Error in_fragment =
      failure("query($a: Int) { t(a: $a) { ...F } } { u { ...F } } fragment F on t { x: $a }");
  CHECK(in_fragment.code() == ErrorCode::kUndefinedVariable);
  CHECK(in_fragment.column() == 74);

  const Error unused = failure("query($a: Int, $b: Int, $c: Int) { t(x: $b) }");
  CHECK(unused.code() == ErrorCode::kInvalidQuery);
  CHECK(unused.column() == 7);
  CHECK(unused.message() == "variable '$a' is declared and never used");

  const Error twice = failure("query($a: Int, $a: Int) { t(x: $a) }");
  CHECK(twice.code() == ErrorCode::kInvalidQuery);
  CHECK(twice.column() == 16);
  CHECK(twice.message() == "variable '$a' is declared twice");

  CHECK(failure("query($a: Int = $b, $b: Int) { t(x: $a) }").message().find("default value") !=
        std::string::npos);
  CHECK(failure("schema { define collection c { a: Int = $x } }").message().find("default value") !=
        std::string::npos);
  CHECK(failure("migrate { \"v\": { migrate data in c { set a = $x } } }").code() ==
        ErrorCode::kUndefinedVariable);
  CHECK(failure("schema { define collection c { a: Int @validate(min: $x) } }").code() ==
        ErrorCode::kUndefinedVariable);
}

TEST_CASE("many variables are looked up by name", "[aql][check]") {
  std::string head = "query(";
  std::string body = "{ t(x: [";
  for (int i = 0; i < 300; ++i) {
    head += "$v" + std::to_string(i) + ": Int ";
    body += "$v" + std::to_string(299 - i) + " ";
  }
  CHECK(parse(head + ")" + body + "]) }"));
  CHECK(failure(head + "$extra: Int)" + body + "]) }").message().find("'$extra'") !=
        std::string::npos);
  CHECK(failure(head + "$v7: Int)" + body + "]) }").message().find("'$v7' is declared twice") !=
        std::string::npos);
}
