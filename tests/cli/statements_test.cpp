// Where a statement typed line by line ends.
#include "cli/statements.hpp"

#include <catch2/catch_test_macros.hpp>

#include <initializer_list>
#include <random>
#include <string>

using aurora::cli::StatementBuffer;

namespace {

// After each line '1' when the statement is complete, '0' when more is wanted.
std::string completeness(std::initializer_list<std::string_view> lines) {
  StatementBuffer buffer;
  std::string out;
  for (const auto line : lines) {
    buffer.add_line(line);
    out += buffer.is_complete() ? '1' : '0';
  }
  return out;
}

}  // namespace

TEST_CASE("a statement ends with its last bracket", "[cli]") {
  CHECK(completeness({"{ users { name } }"}) == "1");
  CHECK(completeness({"{ users {", "name", "} }"}) == "001");
  CHECK(completeness({"query($a: Int)", "{ users(where: {age: {gt: $a}})", "{ name } }"}) == "001");
  CHECK(completeness({"query Q(", "$a: In = {x: 1})", "@explain", "{ a { b } }"}) == "0001");
  CHECK(completeness({"schema {", "  define collection c {", "  a: Int", "  }", "}"}) == "00001");
  CHECK(completeness({"drop handler \"h\""}) == "1");
  CHECK(completeness({"define handler \"h\"", "{ on: \"insert:c\" }"}) == "01");
}

TEST_CASE("brackets in strings and comments do not count", "[cli]") {
  CHECK(completeness({"{ a(x: \"}\") {", "b } }"}) == "01");
  CHECK(completeness({"{ a(x: \"\\\"}\") {", "b } }"}) == "01");
  CHECK(completeness({"{ a # }}", "}"}) == "01");
  CHECK(completeness({"{ a(x: \"\"\"", "}} \" \\\"\"\" }", "\"\"\") }"}) == "001");
  CHECK(completeness({"{ a(x: \"open", "b) }"}) == "01");  // a string ends with its line, in error
}

TEST_CASE("fragments wait for the operation that uses them", "[cli]") {
  CHECK(completeness({"fragment F on users { name }", "query { users { ...F } }"}) == "01");
  CHECK(completeness({"fragment F on users { name } { users { ...F } }"}) == "1");
}

TEST_CASE("what is no statement is complete at once, so that the parser can object", "[cli]") {
  CHECK(completeness({"hello"}) == "1");
  CHECK(completeness({"}"}) == "1");
  CHECK(completeness({"\"text\""}) == "1");
  CHECK(completeness({"select * from users"}) == "1");
}

TEST_CASE("an empty line runs what is there, unless a bracket is open", "[cli]") {
  CHECK(completeness({"query Q", ""}) == "01");
  CHECK(completeness({"{ a", "", "}"}) == "001");
  CHECK(completeness({"", "  "}) == "00");
}

TEST_CASE("take gives the text and starts anew", "[cli]") {
  StatementBuffer buffer;
  buffer.add_line("{ a");
  buffer.add_line("}");
  CHECK(buffer.take() == "{ a\n}");
  CHECK(buffer.empty());
  buffer.add_line("# only a comment");
  CHECK_FALSE(buffer.is_complete());
}

TEST_CASE("any bytes can be typed", "[cli]") {
  constexpr std::string_view kAlphabet = "{}[]()\"\\#abc .,\xC3\xB8";
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 2'000; ++round) {
    StatementBuffer buffer;
    std::string text;
    for (std::size_t lines = 1 + random() % 4; lines > 0; --lines) {
      std::string line;
      for (std::size_t i = random() % 12; i > 0; --i) line += kAlphabet[random() % kAlphabet.size()];
      const bool skipped = text.empty() && line.find_first_not_of(" \t\r") == std::string::npos;
      buffer.add_line(line);
      if (!skipped) text += line + "\n";
    }
    CHECK(buffer.empty() == text.empty());
    if (!text.empty()) text.pop_back();
    CHECK(buffer.take() == text);
  }
}
