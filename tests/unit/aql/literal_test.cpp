// Values: numbers at their bounds, strings and their escapes, block strings, lists and objects.
#include "support.hpp"

#include <cmath>

using namespace aurora;
using namespace aurora::aql;
using namespace aurora::aql::test;

namespace {

std::string text_of(const std::string& literal) {
  const Literal parsed_value = value(literal);
  REQUIRE(parsed_value.kind == Literal::Kind::kString);
  return parsed_value.text;
}

Error value_failure(const std::string& literal) { return failure("{ t(x: " + literal + ") }"); }

}  // namespace

TEST_CASE("integers keep 64 bits and never wrap", "[aql][literal]") {
  CHECK(value("0").integer == 0);
  CHECK(value("-0").integer == 0);
  CHECK(value("9223372036854775807").integer == INT64_MAX);
  CHECK(value("-9223372036854775808").integer == INT64_MIN);
  for (const char* text : {"9223372036854775808", "-9223372036854775809",
                           "99999999999999999999999999999999999999999999999999"}) {
    const Error error = value_failure(text);
    CHECK(error.code() == ErrorCode::kInvalidQuery);
    CHECK(error.column() == 8);
    CHECK(error.message().find("64 bits") != std::string::npos);
  }
}

TEST_CASE("floats are finite; what is too small is zero", "[aql][literal]") {
  CHECK(value("1.5").number == 1.5);
  CHECK(value("-0.25").number == -0.25);
  CHECK(value("6.02E-2").number == 6.02e-2);
  CHECK(value("1.25e+2").number == 125.0);
  CHECK(value("1.7976931348623157e308").number == 1.7976931348623157e308);
  CHECK(value("5e-324").number == 5e-324);
  CHECK(value("1e-400").number == 0.0);
  CHECK(value("-0.0000001e-999999999999999999999").number == 0.0);
  CHECK(value("0e999").number == 0.0);
  CHECK(std::signbit(value("-0.0").number));
  for (const char* text :
       {"1e400", "-1e400", "1e99999999999999999999", "0.001e312", "123456e304"}) {
    const Error error = value_failure(text);
    CHECK(error.code() == ErrorCode::kInvalidQuery);
    CHECK(error.column() == 8);
    CHECK(error.message().find("float literal out of range") != std::string::npos);
  }
  const std::string many = "1" + std::string(400, '0') + ".0";
  CHECK(value_failure(many).message().find("out of range") != std::string::npos);
  CHECK(value("0." + std::string(400, '0') + "1").number == 0.0);
  CHECK(value(many + "e-400").number == 1.0);
}

TEST_CASE("a sign belongs to the number behind it", "[aql][literal]") {
  CHECK(value_failure("- 5").message().find("directly behind '-'") != std::string::npos);
  CHECK(value_failure("-x").message().find("found 'x'") != std::string::npos);
  CHECK(value_failure("+5").message().find("found '+'") != std::string::npos);
  CHECK(value("[1 -2]").items.at(1).integer == -2);
}

TEST_CASE("strings take the escapes of JSON", "[aql][literal]") {
  CHECK(text_of(R"("")").empty());
  CHECK(text_of(R"("a\"b\\c\/d\b\f\n\r\t")") == "a\"b\\c/d\b\f\n\r\t");
  CHECK(text_of(R"("\u0041\u00e9\u9DD7")") == "Aé鷗");
  CHECK(text_of(R"("\uD83D\uDE80")") == "🚀");
  CHECK(text_of(R"("\uDBFF\uDFFF")") == "\xF4\x8F\xBF\xBF");
  CHECK(text_of(R"("\u0000")") == std::string(1, '\0'));
  CHECK(text_of("\"raw\ttab, å and 🌊\"") == "raw\ttab, å and 🌊");
  CHECK(text_of(R"("# no comment { } , $x ${y}")") == "# no comment { } , $x ${y}");
}

TEST_CASE("bad escapes are errors at the escape", "[aql][literal]") {
  const auto column = [](const std::string& literal) {
    const Error error = value_failure(literal);
    CHECK(error.code() == ErrorCode::kInvalidQuery);
    return error.column();
  };
  CHECK(column(R"("ab\q")") == 11);
  CHECK(column(R"("\u12")") == 9);
  CHECK(column(R"("\u12g4")") == 9);
  CHECK(column(R"("\U0041")") == 9);
  CHECK(column(R"("\uD83D")") == 9);
  CHECK(column(R"("\uD83Dx")") == 9);
  CHECK(column(R"("\uD83D\n")") == 9);
  CHECK(column(R"("\uD83D\u0041")") == 9);
  CHECK(column(R"("\uDE80\uD83D")") == 9);
  CHECK(column(R"("\uD83D\uD83D\uDE80")") == 9);
  CHECK(value_failure(R"("\uD83D")").message().find("lone surrogate") != std::string::npos);
  CHECK(value_failure("\"\\å\"").message().find("'\\å'") != std::string::npos);
}

TEST_CASE("a string ends on its line", "[aql][literal]") {
  for (const char* text : {"\"abc", "\"abc\n\"", "\"abc\r\"", "\"abc\\", "\"abc\\\n\"", "\"\\\""}) {
    const Error error = failure("{ t(x: " + std::string(text));
    CHECK(error.column() == 8);
    CHECK(error.message().find("unterminated string") != std::string::npos);
  }
}

TEST_CASE("block strings lose the common indentation", "[aql][literal]") {
  CHECK(text_of(R"("""""")").empty());
  CHECK(text_of(R"("""one""")") == "one");
  CHECK(text_of(R"("""  one  """)") == "  one  ");
  CHECK(text_of("\"\"\"\n    first\n      second\n\n    third\n  \"\"\"") ==
        "first\n  second\n\nthird");
  CHECK(text_of("\"\"\"a\n    b\n  c\"\"\"") == "a\n  b\nc");
  CHECK(text_of("\"\"\"\n\n  \n x\n \t\n\"\"\"") == "x");
  CHECK(text_of("\"\"\"\r\n  x\r  y\n  z\"\"\"") == "x\ny\nz");
  CHECK(text_of("\"\"\"\n\t\tx\n\t y\"\"\"") == "x\ny");
  CHECK(text_of("\"\"\"   \n  \n\"\"\"").empty());
  CHECK(text_of("\"\"\"\n  x\n y\n\n   \"\"\"") == " x\ny");
}

TEST_CASE("block strings take quotes and know one escape", "[aql][literal]") {
  CHECK(text_of(R"("""say "ahoy" now""")") == "say \"ahoy\" now");
  CHECK(text_of(R"("""a \""" b""")") == "a \"\"\" b");
  CHECK(text_of(R"("""\""" """)") == "\"\"\" ");
  CHECK(text_of(R"("""a \n \q \u00e9""")") == "a \\n \\q \\u00e9");
  CHECK(text_of("\"\"\"a ${b} \"\"\"") == "a ${b} ");
  for (const char* text : {"\"\"\"abc", "\"\"\"abc\"\"", "\"\"\"abc\\\"\"\""}) {
    const Error error = failure("{ t(x: " + std::string(text));
    CHECK(error.column() == 8);
    CHECK(error.message().find("unterminated block string") != std::string::npos);
  }
}

TEST_CASE("words are constants or enum words", "[aql][literal]") {
  CHECK(value("null").kind == Literal::Kind::kNull);
  CHECK(value("true").boolean);
  CHECK(value("false").kind == Literal::Kind::kBool);
  CHECK(value("DESC").kind == Literal::Kind::kEnum);
  CHECK(value("DESC").text == "DESC");
  CHECK(value("nulls").kind == Literal::Kind::kEnum);
}

TEST_CASE("lists and objects nest, with commas where you like", "[aql][literal]") {
  const Literal list = value("[1, [2 3,], , {a: 4 \"b.c\": [],}, \"x\"]");
  REQUIRE(list.kind == Literal::Kind::kList);
  REQUIRE(list.items.size() == 4);
  CHECK(list.items[1].items.size() == 2);
  const Literal& object = list.items[2];
  REQUIRE(object.members.size() == 2);
  CHECK(object.find("a")->integer == 4);
  CHECK(object.find("b.c")->kind == Literal::Kind::kList);
  CHECK(object.find("z") == nullptr);
  CHECK(value("{}").members.empty());
  CHECK(value("{true: 1, null: 2, query: 3}").members.size() == 3);
  CHECK(value("{a: 1}").members[0].name.at == 8);
  CHECK(value("{a: 1}").members[0].value->at == 11);
}

TEST_CASE("a key stands once in an object", "[aql][literal]") {
  const Error error = value_failure("{a: 1, \"a\": 2}");
  CHECK(error.code() == ErrorCode::kInvalidQuery);
  CHECK(error.column() == 15);
  CHECK(error.message().find("'a' is given twice") != std::string::npos);

  std::string many = "{";
  for (int i = 0; i < 50; ++i) many += "k" + std::to_string(i) + ": 0 ";
  CHECK(value(many + "}").members.size() == 50);
  CHECK(value_failure(many + "k7: 1 k3: 1}").message().find("'k7'") != std::string::npos);
}

TEST_CASE("variables stand anywhere in a value", "[aql][literal]") {
  const Document document = parsed("query($a: Int, $b: Int) { t(x: [$a, {y: $b}]) }");
  const Literal& list = document.operations[0].selections[0].arguments[0].value;
  CHECK(list.items[0].kind == Literal::Kind::kVariable);
  CHECK(list.items[0].text == "a");
  CHECK(list.items[1].find("y")->text == "b");
}
