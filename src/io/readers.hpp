// The reader of each format. Private to this room; made by make_record_reader.
#pragma once

#include <aurora/io/record_reader.hpp>

#include "io/characters.hpp"

namespace aurora::io {

[[nodiscard]] std::unique_ptr<RecordReader> make_json_lines_reader(Source& source, const ReadLimits& limits);
[[nodiscard]] std::unique_ptr<RecordReader> make_json_array_reader(Source& source, const ReadLimits& limits);
[[nodiscard]] std::unique_ptr<RecordReader> make_csv_reader(Source& source, const ReadLimits& limits);

/// Reads `text`, which begins at `start` of the stream, as one object into `record`; what is wrong with
/// it becomes the record's problem, at its place in the stream.
void read_object(std::string_view text, Place start, Record& record);
/// The problem of a record above the limit.
[[nodiscard]] Error too_long(const ReadLimits& limits, Place place);

/// Whether `bytes` of one record mean that it will not end.
[[nodiscard]] bool is_endless(const ReadLimits& limits, std::uint64_t bytes) noexcept;
/// The error of such a stream.
[[nodiscard]] Error endless(const ReadLimits& limits, Place place);

}  // namespace aurora::io
