// JSON lines: an object a line, empty lines between them ignored.
// Called through make_record_reader; calls LineReader and the JSON parser.
#include <aurora/base/try.hpp>
#include <aurora/io/lines.hpp>

#include "io/readers.hpp"

namespace aurora::io {

namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class JsonLinesReader final : public RecordReader {
 public:
  JsonLinesReader(Source& source, const ReadLimits& limits)
      : limits_(limits), lines_(source, limits.record_bytes) {}

  Result<bool> next(Record& record) override {
    for (;;) {
      AURORA_ASSIGN(const std::optional<Line> line, lines_.next());
      if (!line) return false;
      std::string_view text = line->text;
      if (line->number == 1 && text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
      if (!line->too_long && text.find_first_not_of(" \t\r") == std::string_view::npos) continue;
      read(*line, text, record);
      return true;
    }
  }
  std::uint64_t bytes_read() const noexcept override { return lines_.bytes_read(); }

 private:
  void read(const Line& line, std::string_view text, Record& record) const {
    record.line = line.number;
    record.fields = Object();
    record.problem.reset();
    const Place start{line.number, 1};
    if (line.too_long) {
      record.problem.emplace(too_long(limits_, start));
    } else {
      read_object(text, start, record);
    }
  }

  ReadLimits limits_;
  LineReader lines_;
};

}  // namespace

std::unique_ptr<RecordReader> make_json_lines_reader(Source& source, const ReadLimits& limits) {
  return std::make_unique<JsonLinesReader>(source, limits);
}

}  // namespace aurora::io
