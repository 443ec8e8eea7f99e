// What the readers share: making one by format, JSON objects with their place in the stream.
// Called by imports; calls the reader of each format and the JSON parser.
#include "io/readers.hpp"

#include <aurora/io/lines.hpp>

#include <algorithm>
#include <limits>

namespace aurora::io {

namespace {

std::uint32_t to_place(std::uint64_t number) {
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(number, std::numeric_limits<std::uint32_t>::max()));
}

// The parser's place, which counts from the start of the text, in the stream.
Place in_stream(const Error& error, Place start) {
  if (error.line() <= 1) return {start.line, start.column + std::max<std::uint64_t>(error.column(), 1) - 1};
  return {start.line + error.line() - 1, error.column()};
}

}  // namespace

bool is_of_record(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::kTypeError:
    case ErrorCode::kValidationError:
    case ErrorCode::kUniqueConstraintViolation:
    case ErrorCode::kLimitExceeded:
    case ErrorCode::kInvalidInput: return true;
    default: return false;
  }
}

Error error_at(ErrorCode code, std::string message, Place place) {
  return Error(code, std::move(message)).at(to_place(place.line), to_place(place.column));
}

Error too_long(const ReadLimits& limits, Place place) {
  return error_at(ErrorCode::kLimitExceeded,
                  "the record is longer than " + std::to_string(limits.record_bytes) + " bytes", place);
}

bool is_endless(const ReadLimits& limits, std::uint64_t bytes) noexcept {
  constexpr std::size_t kLeast = 64u << 10;   // below that nobody minds
  return bytes / kFarTooLong > std::max(limits.record_bytes, kLeast);
}

Error endless(const ReadLimits& limits, Place place) {
  return error_at(ErrorCode::kLimitExceeded,
                  "the record does not end within " + std::to_string(kFarTooLong) + " times the " +
                      std::to_string(limits.record_bytes) + " bytes it may have",
                  place);
}

void read_object(std::string_view text, Place start, Record& record) {
  auto value = parse_json(text);
  if (!value) {
    const Error& error = value.error();
    record.problem.emplace(error_at(error.code(), error.message(), in_stream(error, start)));
    return;
  }
  if (auto* object = value->if_object()) {
    record.fields = std::move(*object);
  } else {
    record.problem.emplace(error_at(ErrorCode::kInvalidInput, "a record must be a JSON object", start));
  }
}

std::unique_ptr<RecordReader> make_record_reader(Format format, Source& source, const ReadLimits& limits) {
  switch (format) {
    case Format::kJsonLines: return make_json_lines_reader(source, limits);
    case Format::kJson: return make_json_array_reader(source, limits);
    case Format::kCsv: return make_csv_reader(source, limits);
  }
  return make_json_lines_reader(source, limits);
}

}  // namespace aurora::io
