// CSV: RFC 4180 and what real files add to it.
#include "support.hpp"

#include <catch2/catch_test_macros.hpp>

#include <algorithm>
#include <optional>
#include <random>

using namespace aurora;
using namespace aurora::io;

TEST_CASE("CSV: the header names the cells; empty is null, empty in quotes is the empty text", "[io][csv]") {
  CHECK(read_all(Format::kCsv, "a,b\n1,\n,\"\"\n") ==
        Lines{"2 {\"a\":\"1\",\"b\":null}", "3 {\"a\":null,\"b\":\"\"}", "end"});
  CHECK(read_all(Format::kCsv, "") == Lines{"end"});
  CHECK(read_all(Format::kCsv, "a,b\r\n") == Lines{"end"});
  CHECK(read_all(Format::kCsv, "\xEF\xBB\xBF\"a\"\r\nx") == Lines{"2 {\"a\":\"x\"}", "end"});
}

TEST_CASE("CSV: quotes keep commas, quotes and line ends", "[io][csv]") {
  CHECK(read_all(Format::kCsv, "a,b\r\n\"x,\"\"y\"\"\r\nz\",2\r\n3, 4 \n") ==
        Lines{"2 {\"a\":\"x,\\\"y\\\"\\r\\nz\",\"b\":\"2\"}", "4 {\"a\":\"3\",\"b\":\" 4 \"}", "end"});
}

TEST_CASE("CSV: empty lines are ignored, a quote inside a cell is itself, a lone CR too", "[io][csv]") {
  CHECK(read_all(Format::kCsv, "\n\na\n\r\n5\" pipe\n\nx\ry\n") ==
        Lines{"5 {\"a\":\"5\\\" pipe\"}", "7 {\"a\":\"x\\ry\"}", "end"});
}

TEST_CASE("CSV: a row that is wrong is a problem, and reading goes on behind it", "[io][csv]") {
  CHECK(read_all(Format::kCsv, "a,b\n1\n1,2,3\n\"x\"y,2\n\xFF,1\n1,2") ==
        Lines{"2 ! InvalidInput 2:1 the row has 1 cells, the header has 2",
              "3 ! InvalidInput 3:1 the row has 3 cells, the header has 2",
              "4 ! InvalidInput 4:4 there is text after the closing quote of a cell",
              "5 ! InvalidInput 5:1 the cell under 'a' is not valid UTF-8", "6 {\"a\":\"1\",\"b\":\"2\"}", "end"});
  CHECK(read_all(Format::kCsv, "a\n\"open\n\n") ==
        Lines{"2 ! InvalidInput 2:1 the quote of this cell is never closed", "end"});
  CHECK(read_all(Format::kCsv, "a\nlonger than ten\nshort\n", 3, 10) ==
        Lines{"2 ! LimitExceeded 2:1 the record is longer than 10 bytes", "3 {\"a\":\"short\"}", "end"});
}

TEST_CASE("CSV: a header that cannot be used ends the reading", "[io][csv]") {
  CHECK(read_all(Format::kCsv, "a,b,a\n1,2,3\n") == Lines{"stopped InvalidInput 1:1 the column 'a' is named twice"});
  CHECK(read_all(Format::kCsv, "a,,b\n") == Lines{"stopped InvalidInput 1:1 column 2 has no name"});
  CHECK(read_all(Format::kCsv, std::string(200'000, ',')) ==
        Lines{"stopped LimitExceeded 1:1 the row has more than 100000 cells"});
}

namespace {

using Cell = std::optional<std::string>;

// The slow obvious twin of the reader: writes cells the way the RFC says, with a free choice of quotes.
std::string written(const Cell& cell, bool quotes) {
  if (!cell) return "";
  if (!quotes && !cell->empty() && cell->find_first_of(",\"\r\n") == std::string::npos) return *cell;
  std::string out = "\"";
  for (const char c : *cell) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

}  // namespace

TEST_CASE("CSV: what was written is read, whatever the cells hold", "[io][csv]") {
  constexpr std::string_view kPieces[] = {"a", ",", "\"", "\r", "\n", "ø", "😀", " ", "1", "\t"};
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 500; ++round) {
    const std::size_t columns = 2 + random() % 4;
    std::string text;
    Lines expected;
    const char* end = random() % 2 == 0 ? "\n" : "\r\n";
    for (std::size_t i = 0; i < columns; ++i) text += (i > 0 ? ",c" : "c") + std::to_string(i);
    text += end;
    for (std::size_t rows = random() % 6; rows > 0; --rows) {
      Object object;
      const auto line = 1 + std::count(text.begin(), text.end(), '\n');
      for (std::size_t i = 0; i < columns; ++i) {
        Cell cell;
        if (random() % 5 != 0) {
          cell.emplace();
          for (std::size_t parts = random() % 5; parts > 0; --parts) *cell += kPieces[random() % std::size(kPieces)];
        }
        text += (i > 0 ? "," : "") + written(cell, random() % 2 == 0);
        object.append("c" + std::to_string(i), cell ? Value(*cell) : Value());
      }
      text += end;
      expected.push_back(std::to_string(line) + " " + to_json(Value(object)));
    }
    expected.emplace_back("end");
    CAPTURE(text);
    CHECK(read_all(Format::kCsv, text, 1 + random() % 9) == expected);
  }
}
