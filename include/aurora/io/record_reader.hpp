// Records of an import, one at a time, from any format.
// Called by the command line and by the import mutation; calls the reader of each format.
//
// A record that cannot be read is handed out as its problem and reading goes on after it; what leaves no
// way to go on (a broken array, a column named twice, a failing disk) is the error of next().
#pragma once

#include <aurora/error.hpp>
#include <aurora/io/format.hpp>
#include <aurora/io/source.hpp>
#include <aurora/value.hpp>

namespace aurora::io {

struct Record {
  std::uint64_t line = 0;            ///< where it begins, from 1
  Object fields;                     ///< for CSV: texts, to be converted by cells.hpp
  std::optional<Error> problem;      ///< why it could not be read, with its place in the stream
};

/// True for what is wrong with one document that was read; after any other error the next one would fail as well.
[[nodiscard]] bool is_of_record(ErrorCode code) noexcept;

struct ReadLimits {
  /// Longest record; a longer one is LimitExceeded.
  std::size_t record_bytes = 16u << 20;
};

/// Threads: one at a time. Cost: memory for one record and a buffer.
class RecordReader {
 public:
  RecordReader() = default;
  RecordReader(const RecordReader&) = delete;
  RecordReader& operator=(const RecordReader&) = delete;
  virtual ~RecordReader() = default;

  /// Puts the next record into `record`; false at the end.
  /// Errors: InvalidInput with line and column for a stream that cannot be read on; IoError. Final.
  [[nodiscard]] virtual Result<bool> next(Record& record) = 0;
  /// Bytes taken from the source so far.
  [[nodiscard]] virtual std::uint64_t bytes_read() const noexcept = 0;
};

/// Requires: a source that outlives the reader.
[[nodiscard]] std::unique_ptr<RecordReader> make_record_reader(Format format, Source& source,
                                                               const ReadLimits& limits = {});

}  // namespace aurora::io
