// One JSON array of objects, read an element at a time: the element's end is found by its brackets, the
// JSON parser reads what is between. Nothing here recurses, and no more than one element is held.
// Called through make_record_reader.
//
//   start --'['--> first --value--> after value --','--> value … --']'--> done
#include <aurora/base/try.hpp>

#include "io/readers.hpp"

namespace aurora::io {

namespace {

bool is_space(int c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

std::string shown(int c) {
  if (c == Characters::kEnd) return "the end";
  if (c < 0x20 || c >= 0x7F) return "byte " + std::to_string(c);
  return "'" + std::string(1, static_cast<char>(c)) + "'";
}

class JsonArrayReader final : public RecordReader {
 public:
  JsonArrayReader(Source& source, const ReadLimits& limits) : limits_(limits), characters_(source) {}

  Result<bool> next(Record& record) override {
    if (state_ == State::kDone) return false;
    AURORA_ASSIGN(const bool more, to_element());
    if (!more) return false;
    record.line = characters_.place().line;
    record.fields = Object();
    record.problem.reset();
    AURORA_TRY(read_element(record));
    state_ = State::kAfterValue;
    return true;
  }
  std::uint64_t bytes_read() const noexcept override { return characters_.bytes_read(); }

 private:
  enum class State : std::uint8_t { kStart, kFirst, kAfterValue, kDone };

  int skip_space() {
    while (is_space(characters_.peek())) characters_.take();
    return characters_.peek();
  }

  // Every error leaves the reader at its end.
  Error stop(std::string message, Place place) {
    state_ = State::kDone;
    if (characters_.failure()) return *characters_.failure();
    return error_at(ErrorCode::kInvalidInput, std::move(message), place);
  }
  Error unexpected(const std::string& wanted) {
    return stop(wanted + " is expected, not " + shown(characters_.peek()), characters_.place());
  }

  // Stands at the first byte of an element, or gives false behind the array.
  Result<bool> to_element() {
    if (state_ == State::kStart) {
      characters_.skip_byte_order_mark();
      if (skip_space() != '[')
        return unexpected("the '[' of an array of objects (for an object a line, the format is jsonl)");
      characters_.take();
      state_ = State::kFirst;
    }
    const int c = skip_space();
    if (c == ']') return finish();
    if (state_ == State::kAfterValue) {
      if (c != ',') return unexpected("',' or ']'");
      characters_.take();
      skip_space();
    }
    const int first = characters_.peek();
    if (first == Characters::kEnd || first == ']' || first == ',' || first == '}' || first == ':')
      return unexpected("a document");
    return true;
  }

  Result<bool> finish() {
    characters_.take();
    if (skip_space() != Characters::kEnd) return unexpected("the end after the array");
    if (characters_.failure()) return *characters_.failure();
    state_ = State::kDone;
    return false;
  }

  Status read_element(Record& record) {
    const Place start = characters_.place();
    text_.clear();
    over_ = false;
    begun_ = characters_.bytes_read();
    if (!collect()) {
      if (is_endless()) {
        state_ = State::kDone;
        return endless(limits_, start);
      }
      return stop("the text ends inside the document that begins on line " + std::to_string(start.line),
                  characters_.place());
    }
    if (over_) {
      record.problem.emplace(too_long(limits_, start));
    } else {
      read_object(text_, start, record);
    }
    return {};
  }

  [[nodiscard]] bool is_endless() const { return over_ && io::is_endless(limits_, characters_.bytes_read() - begun_); }

  void keep(int c) {
    if (text_.size() == limits_.record_bytes) over_ = true;
    if (!over_) text_.push_back(static_cast<char>(c));
    characters_.take();
  }

  // Takes bytes up to the end of the value; false when the stream ends before.
  bool collect() {
    std::size_t depth = 0;
    for (;;) {
      const int c = characters_.peek();
      if (c == Characters::kEnd || is_endless()) return false;
      if (depth == 0 && (c == ',' || c == ']' || c == '}' || is_space(c))) return true;
      keep(c);
      if (c == '"' && !collect_string()) return false;
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      if (depth == 0 && (c == '"' || c == '}' || c == ']')) return true;
    }
  }

  bool collect_string() {
    for (bool escaped = false;;) {
      const int c = characters_.peek();
      if (c == Characters::kEnd || is_endless()) return false;
      keep(c);
      if (escaped) {
        escaped = false;
      } else if (c == '"') {
        return true;
      } else {
        escaped = c == '\\';
      }
    }
  }

  ReadLimits limits_;
  Characters characters_;
  State state_ = State::kStart;
  std::string text_;
  std::uint64_t begun_ = 0;   // the bytes read before the element
  bool over_ = false;   // the element is longer than allowed and no longer kept
};

}  // namespace

std::unique_ptr<RecordReader> make_json_array_reader(Source& source, const ReadLimits& limits) {
  return std::make_unique<JsonArrayReader>(source, limits);
}

}  // namespace aurora::io
