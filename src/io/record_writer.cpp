// Bodies of record_writer.hpp. Called by the export mutation.
#include <aurora/io/record_writer.hpp>

#include <aurora/base/try.hpp>

namespace aurora::io {

namespace {

void append_object(std::string& out, std::span<const Field> fields) {
  out += '{';
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, fields[i].name);
    out += ':';
    append_json(out, fields[i].value);
  }
  out += '}';
}

class JsonLinesWriter final : public RecordWriter {
 public:
  explicit JsonLinesWriter(FileSink& sink) : sink_(sink) {}
  Status add(std::span<const Field> fields) override {
    line_.clear();
    append_object(line_, fields);
    line_ += '\n';
    return sink_.write(line_);
  }
  Status finish() override { return {}; }

 private:
  FileSink& sink_;
  std::string line_;
};

class JsonArrayWriter final : public RecordWriter {
 public:
  explicit JsonArrayWriter(FileSink& sink) : sink_(sink) {}
  Status add(std::span<const Field> fields) override {
    line_ = any_ ? ",\n" : "[\n";
    any_ = true;
    append_object(line_, fields);
    return sink_.write(line_);
  }
  Status finish() override { return sink_.write(any_ ? "\n]\n" : "[]\n"); }

 private:
  FileSink& sink_;
  std::string line_;
  bool any_ = false;
};

class CsvWriter final : public RecordWriter {
 public:
  CsvWriter(FileSink& sink, std::vector<Column> columns) : sink_(sink), columns_(std::move(columns)) {}

  Status add(std::span<const Field> fields) override {
    AURORA_TRY(begin());
    line_.clear();
    for (std::size_t i = 0; i < fields.size(); ++i) {
      if (i > 0) line_ += ',';
      append_cell(columns_[i].type, fields[i].value);
    }
    line_ += '\n';
    return sink_.write(line_);
  }
  // The names stand there even with no record.
  Status finish() override { return begin(); }

 private:
  Status begin() {
    if (begun_) return {};
    begun_ = true;
    line_.clear();
    for (const auto& column : columns_) {
      if (!line_.empty()) line_ += ',';
      append_text(column.name);
    }
    line_ += '\n';
    return sink_.write(line_);
  }

  // Null is the empty cell; a line of one empty cell alone would be no line, so it is quoted.
  void append_cell(CellType type, ValueView value) {
    if (value.is_null()) {
      if (columns_.size() == 1) line_ += "\"\"";
      return;
    }
    cell_.clear();
    if (type == CellType::kText && value.type() == Type::kString) return append_text(value.string_value());
    append_json(cell_, value);
    // Dates and uuids are quoted in JSON and plain in a cell.
    const bool plain = type == CellType::kText && cell_.size() >= 2 && cell_.front() == '"';
    append_text(plain ? std::string_view(cell_).substr(1, cell_.size() - 2) : std::string_view(cell_));
  }

  void append_text(std::string_view text) {
    if (!text.empty() && text.find_first_of("\",\r\n") == std::string_view::npos) {
      line_ += text;
      return;
    }
    line_ += '"';
    for (const char c : text) {
      if (c == '"') line_ += '"';
      line_ += c;
    }
    line_ += '"';
  }

  FileSink& sink_;
  const std::vector<Column> columns_;
  bool begun_ = false;
  std::string line_;
  std::string cell_;
};

}  // namespace

std::unique_ptr<RecordWriter> make_record_writer(Format format, FileSink& sink, std::vector<Column> columns) {
  switch (format) {
    case Format::kJsonLines: return std::make_unique<JsonLinesWriter>(sink);
    case Format::kJson: return std::make_unique<JsonArrayWriter>(sink);
    case Format::kCsv: break;
  }
  return std::make_unique<CsvWriter>(sink, std::move(columns));
}

}  // namespace aurora::io
