// CSV as RFC 4180 has it: a line of column names, cells in quotes where they hold commas, quotes or line
// ends. Called through make_record_reader.
//
// Beyond the RFC: rows may end with LF alone; a byte order mark and empty lines are ignored; a quote
// inside a cell that does not begin with one stands for itself. A cell is null when it is empty and the
// empty text when it is empty in quotes. A row that is wrong is a problem and is skipped to its line's end.
#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>

#include "io/readers.hpp"

#include <unordered_set>

namespace aurora::io {

namespace {

constexpr std::size_t kMaxCells = 100'000;

class CsvReader final : public RecordReader {
 public:
  CsvReader(Source& source, const ReadLimits& limits) : limits_(limits), characters_(source) {}

  Result<bool> next(Record& record) override {
    if (!started_) AURORA_TRY(read_header());
    AURORA_ASSIGN(const bool more, read_row());
    if (!more) return false;
    record.line = start_.line;
    record.fields = Object();
    record.problem.reset();
    if (!problem_) check_row();
    if (problem_) {
      record.problem.swap(problem_);
    } else {
      give(record.fields);
    }
    return true;
  }
  std::uint64_t bytes_read() const noexcept override { return characters_.bytes_read(); }

 private:
  struct Cell {
    std::string text;
    bool quoted = false;
  };

  Status read_header() {
    started_ = true;
    characters_.skip_byte_order_mark();
    AURORA_ASSIGN(const bool any, read_row());
    if (!any) return {};
    if (problem_) return fail(*problem_);
    std::unordered_set<std::string_view> names;
    for (std::size_t i = 0; i < count_; ++i) {
      const std::string& name = cells_[i].text;
      if (name.empty() || !is_valid_utf8(name))
        return fail(at_start("column " + std::to_string(i + 1) +
                             (name.empty() ? " has no name" : " has a name that is not UTF-8")));
      if (!names.insert(name).second)
        return fail(at_start("the column '" + name + "' is named twice"));
      columns_.push_back(name);
    }
    return {};
  }

  [[nodiscard]] Error at_start(std::string message) const {
    return error_at(ErrorCode::kInvalidInput, std::move(message), start_);
  }
  Error fail(const Error& error) {
    failed_ = true;
    return error;
  }

  void check_row() {
    if (count_ != columns_.size()) {
      problem_.emplace(at_start("the row has " + std::to_string(count_) + " cells, the header has " +
                                std::to_string(columns_.size())));
      return;
    }
    for (std::size_t i = 0; i < count_; ++i) {
      if (is_valid_utf8(cells_[i].text)) continue;
      problem_.emplace(at_start("the cell under '" + columns_[i] + "' is not valid UTF-8"));
      return;
    }
  }

  void give(Object& fields) {
    fields.reserve(count_);
    for (std::size_t i = 0; i < count_; ++i) {
      Cell& cell = cells_[i];
      const bool null = cell.text.empty() && !cell.quoted;
      fields.append(columns_[i], null ? Value() : Value(std::move(cell.text)));
      cell.text.clear();
    }
  }

  // The next row that is not an empty line into cells_; false at the end. What is wrong with the row is
  // left in problem_.
  Result<bool> read_row() {
    if (failed_) return false;
    while (characters_.peek() == '\n' || characters_.peek() == '\r') characters_.take();
    const bool ended = characters_.peek() == Characters::kEnd;
    start_ = characters_.place();
    count_ = 0;
    row_bytes_ = 0;
    begun_ = characters_.bytes_read();
    problem_.reset();
    while (!ended && read_cell()) {
    }
    if (characters_.failure()) return fail(*characters_.failure());
    if (is_endless()) return fail(endless(limits_, start_));
    return !ended;
  }

  // One cell and what ends it; true when another one follows in this row.
  bool read_cell() {
    if (count_ == kMaxCells) {
      problem_.emplace(error_at(ErrorCode::kLimitExceeded,
                                "the row has more than " + std::to_string(kMaxCells) + " cells", start_));
      return skip_row();
    }
    if (count_ == cells_.size()) cells_.emplace_back();
    Cell& cell = cells_[count_++];
    cell.text.clear();
    cell.quoted = characters_.peek() == '"';
    if (!(cell.quoted ? read_quoted(cell.text) : read_plain(cell.text))) return skip_row();
    if (characters_.peek() == ',') {
      characters_.take();
      return true;
    }
    end_row();
    return false;
  }

  bool keep(std::string& text, int c) {
    characters_.take();
    if (++row_bytes_ > limits_.record_bytes) {
      problem_.emplace(too_long(limits_, start_));
      return false;
    }
    text.push_back(static_cast<char>(c));
    return true;
  }

  bool read_plain(std::string& text) {
    for (;;) {
      const int c = characters_.peek();
      if (c == Characters::kEnd || c == ',' || c == '\n') return true;
      if (!keep(text, c)) return false;
      const int after = c == '\r' ? characters_.peek() : 0;
      if (after == '\n' || (c == '\r' && after == Characters::kEnd)) {
        text.pop_back();
        return true;
      }
    }
  }

  bool read_quoted(std::string& text) {
    const Place opened = characters_.place();
    characters_.take();
    for (;;) {
      const int c = characters_.peek();
      if (c == Characters::kEnd) {
        problem_.emplace(error_at(ErrorCode::kInvalidInput, "the quote of this cell is never closed", opened));
        return false;
      }
      if (c == '"') {
        characters_.take();
        if (characters_.peek() != '"') return ends_after_quote();
      }
      if (!keep(text, c)) return false;
    }
  }

  bool ends_after_quote() {
    int c = characters_.peek();
    const Place place = characters_.place();
    if (c == '\r') {
      characters_.take();
      c = characters_.peek();
    }
    if (c == ',' || c == '\n' || c == Characters::kEnd) return true;
    problem_.emplace(error_at(ErrorCode::kInvalidInput, "there is text after the closing quote of a cell", place));
    return false;
  }

  [[nodiscard]] bool is_endless() const { return io::is_endless(limits_, characters_.bytes_read() - begun_); }
  bool skip_row() {
    while (characters_.peek() != Characters::kEnd && characters_.peek() != '\n' && !is_endless()) characters_.take();
    end_row();
    return false;
  }
  void end_row() {
    if (characters_.peek() == '\n') characters_.take();
  }

  ReadLimits limits_;
  Characters characters_;
  bool started_ = false;
  bool failed_ = false;
  std::uint64_t begun_ = 0;   // the bytes read before the row
  std::vector<std::string> columns_;

  // Of the row being read; the cells keep their memory from row to row.
  Place start_;
  std::vector<Cell> cells_;
  std::size_t count_ = 0;
  std::size_t row_bytes_ = 0;
  std::optional<Error> problem_;
};

}  // namespace

std::unique_ptr<RecordReader> make_csv_reader(Source& source, const ReadLimits& limits) {
  return std::make_unique<CsvReader>(source, limits);
}

}  // namespace aurora::io
