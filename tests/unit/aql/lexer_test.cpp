// Tokens: kinds, places, commas, and what no token begins with.
#include <aurora/aql/lexer.hpp>
#include <aurora/aql/parser.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <vector>

using namespace aurora;
using namespace aurora::aql;

namespace {

std::vector<std::string> texts(std::string_view text) {
  Lexer lexer(Source::whole(text));
  std::vector<std::string> out;
  for (Token token;;) {
    const Status status = lexer.next(token);
    REQUIRE(status.has_value());
    if (token.kind == TokenKind::kEnd) return out;
    out.emplace_back(lexer.text(token));
  }
}

Error lex_failure(std::string_view text) {
  Lexer lexer(Source::whole(text));
  for (Token token;;) {
    const Status status = lexer.next(token);
    if (!status) return status.error();
    REQUIRE(token.kind != TokenKind::kEnd);
  }
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("names, numbers and symbols are cut apart", "[aql][lexer]") {
  CHECK(texts("a _b1 C9") == Texts{"a", "_b1", "C9"});
  CHECK(texts("1 0 2.5 1e3 1.5E-2 0.0") == Texts{"1", "0", "2.5", "1e3", "1.5E-2", "0.0"});
  CHECK(texts("a-1") == Texts{"a", "-", "1"});
  CHECK(texts("{}()[]:$@?+-*/%") ==
        Texts{"{", "}", "(", ")", "[", "]", ":", "$", "@", "?", "+", "-", "*", "/", "%"});
  CHECK(texts("| || && == = != ! <= < >= > . ...") ==
        Texts{"|", "||", "&&", "==", "=", "!=", "!", "<=", "<", ">=", ">", ".", "..."});
  CHECK(texts("|||") == Texts{"||", "|"});
  CHECK(texts("....") == Texts{"...", "."});
  CHECK(texts("@@index") == Texts{"@", "@", "index"});
}

TEST_CASE("blanks, comments, commas and a byte order mark are no tokens", "[aql][lexer]") {
  CHECK(texts("\xEF\xBB\xBF a,,\t,b\r\n#c { \"\n,d#e") == Texts{"a", "b", "d"});
  CHECK(texts("# one\r# two\rx") == Texts{"x"});
  CHECK(texts("").empty());
  CHECK(texts(" ,\n#").empty());
}

TEST_CASE("a token remembers the comma before it", "[aql][lexer]") {
  Lexer lexer(Source::whole("a, b c #,\n d , e"));
  std::string commas;
  for (Token token; lexer.next(token) && token.kind != TokenKind::kEnd;)
    commas += token.after_comma ? 'y' : 'n';
  CHECK(commas == "nynny");
}

TEST_CASE("the end comes again and again", "[aql][lexer]") {
  Lexer lexer(Source::whole("a "));
  Token token;
  for (int i = 0; i < 4; ++i) {
    REQUIRE(lexer.next(token));
    CHECK(token.kind == (i == 0 ? TokenKind::kName : TokenKind::kEnd));
  }
  CHECK(token.at == 2);
  CHECK(token.end == 2);
}

TEST_CASE("numbers end before letters and points", "[aql][lexer]") {
  CHECK(lex_failure("9boats").message().find("'9boats'") != std::string::npos);
  CHECK(lex_failure("1.5.2").message().find("'1.5.2'") != std::string::npos);
  CHECK(lex_failure("3eggs").message().find("'3eggs'") != std::string::npos);
  CHECK(lex_failure("2e").message().find("'2e'") != std::string::npos);
  CHECK(lex_failure("007").message().find("needless 0") != std::string::npos);
  const Error point = lex_failure("a 1.");
  CHECK(point.column() == 5);
  CHECK(point.message().find("digit after the decimal point") != std::string::npos);
  CHECK(lex_failure("1.e5").column() == 3);
}

TEST_CASE("characters no token begins with are named", "[aql][lexer]") {
  CHECK(lex_failure("a ; b").column() == 3);
  CHECK(lex_failure("'x'").message().find("double quotes") != std::string::npos);
  CHECK(lex_failure("a & b").message().find("'&&'") != std::string::npos);
  CHECK(lex_failure("å").message() == "unexpected character 'å'");
  CHECK(lex_failure("🚀").message() == "unexpected character '🚀'");
  CHECK(lex_failure("\x01").message() == "unexpected control character U+0001");
  CHECK(lex_failure(std::string_view("\0", 1)).message() == "unexpected control character U+0000");
}

TEST_CASE("places count code points, and CRLF once", "[aql][lexer]") {
  const auto place = [](std::string_view text, Offset at) {
    const aql::Place p = locate(text, at);
    return std::to_string(p.line) + ":" + std::to_string(p.column);
  };
  CHECK(place("", 0) == "1:1");
  CHECK(place("abc", 3) == "1:4");
  CHECK(place("abc", 99) == "1:4");
  CHECK(place("a\nb", 2) == "2:1");
  CHECK(place("a\r\nb", 3) == "2:1");
  CHECK(place("a\r\n", 3) == "2:1");
  CHECK(place("a\rb", 2) == "2:1");
  CHECK(place("a\n\r\n\rb", 5) == "4:1");
  CHECK(place("åß🚀x", 8) == "1:4");
  CHECK(place("\r", 1) == "2:1");
}

TEST_CASE("long and many-line tokens are shortened in messages", "[aql][lexer]") {
  const std::string name(300, 'x');
  Token token;
  Lexer lexer(Source::whole(name));
  REQUIRE(lexer.next(token));
  CHECK(describe(lexer.source(), token).size() < 60);

  const std::string text = "\"" + std::string(38, 'a') + "åååå\"";
  Lexer strings(Source::whole(text));
  REQUIRE(strings.next(token));
  CHECK(describe(strings.source(), token) == "the string \"" + std::string(38, 'a') + "…\"");
}
