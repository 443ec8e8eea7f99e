// Lines of a stream against the obvious splitting of a text.
#include <aurora/io/lines.hpp>

#include <catch2/catch_test_macros.hpp>

#include <random>
#include <string>
#include <vector>

using namespace aurora;
using namespace aurora::io;

namespace {

std::vector<std::string> split(std::string_view text, std::size_t limit) {
  std::vector<std::string> out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    out.push_back(line.size() > limit ? "too long" : std::string(line));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  }
  return out;
}

std::vector<std::string> read(std::string_view text, std::size_t limit, std::size_t piece) {
  const auto source = text_source(text, piece);
  LineReader lines(*source, limit);
  std::vector<std::string> out;
  for (;;) {
    const auto line = lines.next();
    REQUIRE(line.has_value());
    if (!*line) break;
    CHECK((*line)->number == out.size() + 1);
    CHECK(((*line)->text.empty() || !(*line)->too_long));
    out.push_back((*line)->too_long ? "too long" : std::string((*line)->text));
  }
  CHECK(lines.bytes_read() == text.size());
  return out;
}

class FailingSource final : public Source {
 public:
  Result<std::size_t> read(std::span<char> buffer) override {
    if (reads_++ > 0) return Error(ErrorCode::kIoError, "the disk is gone");
    buffer[0] = 'x';
    return std::size_t{1};
  }

 private:
  int reads_ = 0;
};

}  // namespace

TEST_CASE("lines are those of the text, however it arrives", "[io]") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 1'000; ++round) {
    std::string text;
    for (std::size_t i = random() % 60; i > 0; --i)
      text += random() % 5 == 0 ? '\n' : static_cast<char>('a' + random() % 3);
    CAPTURE(text);
    for (const std::size_t limit : {0u, 1u, 4u, 5u, 100u})
      for (const std::size_t piece : {1u, 2u, 7u, 1000u}) CHECK(read(text, limit, piece) == split(text, limit));
  }
}

TEST_CASE("a failing source is the reader's error, not an end", "[io]") {
  FailingSource source;
  LineReader lines(source, 100);
  const auto line = lines.next();
  REQUIRE_FALSE(line.has_value());
  CHECK(line.error().code() == ErrorCode::kIoError);
}

TEST_CASE("files that are not there or are no files are IoError", "[io]") {
  CHECK(open_source("/nowhere/at/all").error().code() == ErrorCode::kIoError);
  CHECK(open_source("/").error().code() == ErrorCode::kIoError);
}
