// Lines of a stream, however long, without ever holding more than one of bounded length.
// Called by the reader of JSON lines and by the line protocol of the command line.
#pragma once

#include <aurora/io/source.hpp>

#include <vector>

namespace aurora::io {

struct Line {
  std::string_view text;       ///< without its newline; valid until the next call
  std::uint64_t number = 0;    ///< from 1
  bool too_long = false;       ///< longer than allowed: `text` is empty, the line was skipped
};

/// What is so many times as long as a record may be is no record, but a stream without an end.
inline constexpr std::uint64_t kFarTooLong = 16;

/// Threads: one at a time. Cost: one pass; copies only lines that cross two reads.
class LineReader {
 public:
  /// Requires: a source that outlives the reader.
  LineReader(Source& source, std::size_t max_line_bytes);

  /// The next line, at once when it is there; nothing at the end. What follows the last newline is a
  /// line when it is not empty. Errors: those of the source; LimitExceeded for a line that is kFarTooLong times as
  /// long as allowed, behind which no end is looked for.
  [[nodiscard]] Result<std::optional<Line>> next();
  /// Bytes taken from the source so far.
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  [[nodiscard]] Result<bool> fill();
  void keep(std::string_view part);
  [[nodiscard]] Line finish(std::string_view rest);

  Source& source_;
  std::size_t max_line_bytes_;
  std::vector<char> buffer_;
  std::string_view unread_;     // of buffer_
  std::string carried_;         // the start of a line that crosses reads
  bool carries_ = false;        // a line has begun in an earlier read
  bool too_long_ = false;
  std::uint64_t line_bytes_ = 0;   // of a line that crosses reads
  std::uint64_t number_ = 0;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace aurora::io
