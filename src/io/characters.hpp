// A stream of bytes with a place: what the readers of CSV and of JSON arrays scan.
// Private to this room.
#pragma once

#include <aurora/io/source.hpp>

#include <array>
#include <cstring>
#include <vector>

namespace aurora::io {

/// A place in a stream, from 1; columns count code points.
struct Place {
  std::uint64_t line = 1;
  std::uint64_t column = 1;
};

/// Threads: one at a time. Errors: a failing source looks like the end; ask failure() there.
class Characters {
 public:
  static constexpr int kEnd = -1;

  explicit Characters(Source& source) : source_(source), buffer_(64u << 10) {}

  /// The next byte without taking it, or kEnd.
  [[nodiscard]] int peek() {
    if (at_ == filled_ && !fill()) return kEnd;
    return static_cast<unsigned char>(buffer_[at_]);
  }
  /// Takes the byte that peek() showed. Requires: it was not kEnd.
  void take() {
    const auto byte = static_cast<unsigned char>(buffer_[at_++]);
    if (byte == '\n') {
      ++place_.line;
      place_.column = 1;
    } else if ((byte & 0xC0u) != 0x80u) {
      ++place_.column;
    }
  }
  /// Takes a byte order mark, if the stream starts with one. Requires: nothing taken yet.
  void skip_byte_order_mark() {
    constexpr std::array<int, 3> kMark{0xEF, 0xBB, 0xBF};
    for (const int byte : kMark) {
      if (peek() != byte) break;  // a part of a mark is no text either: the reader will object
      take();
    }
    place_ = {};
  }
  /// Of the byte that peek() shows.
  [[nodiscard]] Place place() const noexcept { return place_; }
  [[nodiscard]] const std::optional<Error>& failure() const noexcept { return failure_; }
  [[nodiscard]] std::uint64_t bytes_read() const noexcept { return bytes_read_; }

 private:
  bool fill() {
    if (ended_) return false;
    const auto got = source_.read(buffer_);
    if (!got) failure_.emplace(got.error());
    filled_ = got ? *got : 0;
    at_ = 0;
    bytes_read_ += filled_;
    ended_ = filled_ == 0;
    return !ended_;
  }

  Source& source_;
  std::vector<char> buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
  bool ended_ = false;
  std::uint64_t bytes_read_ = 0;
  Place place_;
  std::optional<Error> failure_;
};

/// An error with its place in the stream.
[[nodiscard]] Error error_at(ErrorCode code, std::string message, Place place);

}  // namespace aurora::io
