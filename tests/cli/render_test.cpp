// Results for programs and, where no terminal is, for people; error reports with their caret.
#include "cli/error_report.hpp"
#include "cli/render.hpp"

#include <aurora/io/record_reader.hpp>

#include <catch2/catch_test_macros.hpp>

#include <clocale>

using namespace aurora;
using namespace aurora::cli;

namespace {

// Of a run whose output is no terminal, as it is under ctest.
std::string table(std::string_view json) {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  const Terminal terminal;
  return render_table(*parse_json(json).value().if_object(), terminal);
}

std::string csv(std::string_view json) { return render_csv(*parse_json(json).value().if_object()); }

}  // namespace

TEST_CASE("a list of objects is a table", "[cli]") {
  CHECK(table(R"({"users":[{"name":"Ada","age":31},{"name":"Bø\u001b","age":null},)"
              R"({"name":"日本","age":7,"x":[1]}]})") ==
        " name   │ age │ x\n"
        "────────┼─────┼─────\n"
        " Ada    │  31 │\n"
        " Bø\\x1B │     │\n"
        " 日本   │   7 │ [1]\n"
        "(3 rows)\n");
  CHECK(table(R"({"users":[]})") == "(0 rows)\n");
}

TEST_CASE("connections, single objects and plain values", "[cli]") {
  CHECK(table(R"({"c":{"edges":[{"node":{"a":1},"cursor":"x"}],"totalCount":1}})") ==
        " a\n───\n 1\n(1 row)\ntotalCount: 1\n");
  CHECK(table(R"({"insertMany":{"affected":2}})") == " affected\n──────────\n        2\n");
  CHECK(table(R"({"a":{"n":1,"groups":[{"k":2}]}})") == " n\n───\n 1\na.groups\n k\n───\n 2\n(1 row)\n");
  CHECK(table(R"({"a":null,"b":[1,2]})") == "a\na: null\n\nb\nb: [1,2]\n");
}

TEST_CASE("CSV is what the CSV reader reads", "[cli]") {
  CHECK(csv(R"({"u":[{"a":"x,\"y\"\n","b":""},{"a":null,"b":1.5},{"b":[1]}]})") ==
        "a,b\n\"x,\"\"y\"\"\n\",\"\"\n,1.5\n,[1]\n");
  const std::string text = csv(R"({"u":[{"a":"\"\r\n,","b":null,"c":"ø"}]})");
  const auto source = io::text_source(text);
  const auto reader = io::make_record_reader(io::Format::kCsv, *source);
  io::Record record;
  REQUIRE(reader->next(record).value());
  CHECK(to_json(Value(record.fields)) == R"({"a":"\"\r\n,","b":null,"c":"ø"})");
}

TEST_CASE("an error shows its line with a caret under the column", "[cli]") {
  std::setlocale(LC_CTYPE, "C.UTF-8");
  const Terminal terminal;
  const Error error = Error(ErrorCode::kInvalidQuery, "unknown \033name").at(2, 5).under("users");
  CHECK(error_report(error, "{ a\n日本\tx limt }\n}", {}, terminal) ==
        "InvalidQuery: unknown \\x1Bname (line 2, column 5)\n"
        "  in users\n"
        "  2 | 日本 x limt }\n"
        "    |       ^\n");
  CHECK(error_report(error, "{", "f.aql", terminal).starts_with("f.aql:2:5: InvalidQuery: "));
  const std::string far = std::string(500, 'a') + "X" + std::string(500, 'b');
  const Error there = Error(ErrorCode::kInvalidQuery, "m").at(1, 501);
  CHECK(error_report(there, far, {}, terminal) ==
        "InvalidQuery: m (line 1, column 501)\n  1 | …" + std::string(60, 'a') + "X" + std::string(39, 'b') +
            "…\n    | " + std::string(61, ' ') + "^\n");
  // The end of the text is one past its last character.
  CHECK(error_report(Error(ErrorCode::kInvalidQuery, "m").at(1, 4), "{ a", {}, terminal)
            .ends_with("  1 | { a\n    |    ^\n"));
}
