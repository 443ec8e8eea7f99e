// Bodies of lines.hpp. Called by the JSON lines reader and the line protocol.
#include <aurora/base/try.hpp>
#include <aurora/io/lines.hpp>

#include "io/readers.hpp"

#include <cstring>

namespace aurora::io {

namespace {
constexpr std::size_t kBufferBytes = 64u << 10;
}

LineReader::LineReader(Source& source, std::size_t max_line_bytes)
    : source_(source), max_line_bytes_(max_line_bytes), buffer_(kBufferBytes) {}

// False at the end. Requires: nothing unread.
Result<bool> LineReader::fill() {
  AURORA_ASSIGN(const std::size_t got, source_.read(buffer_));
  bytes_read_ += got;
  unread_ = std::string_view(buffer_.data(), got);
  return got > 0;
}

void LineReader::keep(std::string_view part) {
  carries_ = true;
  if (part.size() > max_line_bytes_ - carried_.size()) too_long_ = true;
  if (too_long_) {
    carried_.clear();
  } else {
    carried_.append(part);
  }
}

// The line that ends with `rest`. It stays in carried_ until the next line begins there.
Line LineReader::finish(std::string_view rest) {
  Line line{.text = rest, .number = ++number_, .too_long = false};
  if (carries_) {
    keep(rest);
    line.text = carried_;
    line.too_long = too_long_;
  } else if (rest.size() > max_line_bytes_) {
    line.text = {};
    line.too_long = true;
  }
  carries_ = false;
  too_long_ = false;
  return line;
}

Result<std::optional<Line>> LineReader::next() {
  if (!carries_) carried_.clear();
  for (;;) {
    if (const auto* end = static_cast<const char*>(
            unread_.empty() ? nullptr : std::memchr(unread_.data(), '\n', unread_.size()))) {
      const std::string_view text = unread_.substr(0, static_cast<std::size_t>(end - unread_.data()));
      unread_.remove_prefix(text.size() + 1);
      return std::optional<Line>(finish(text));
    }
    if (!carries_) line_bytes_ = 0;
    line_bytes_ += unread_.size();
    if (is_endless(ReadLimits{.record_bytes = max_line_bytes_}, line_bytes_))
      return Error(ErrorCode::kLimitExceeded, "a line does not end within " + std::to_string(kFarTooLong) + " times the " +
                                                  std::to_string(max_line_bytes_) + " bytes it may have");
    if (!unread_.empty()) keep(std::exchange(unread_, {}));
    AURORA_ASSIGN(const bool more, fill());
    if (more) continue;
    if (!carries_) return std::optional<Line>();
    return std::optional<Line>(finish({}));
  }
}

}  // namespace aurora::io
