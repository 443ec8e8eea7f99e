// Body of the UTF-8 helpers: eight bytes a step while the text is ASCII, one sequence a step after
// that. Called by the lexer, validation, JSON and the record codec; calls nothing.
#include <aurora/base/utf8.hpp>

#include <aurora/base/bytes.hpp>

namespace aurora {

namespace {

constexpr std::uint64_t kHighBits = 0x8080808080808080u;

[[nodiscard]] bool in_range(unsigned char byte, unsigned low, unsigned high) noexcept {
  return byte >= low && byte <= high;
}

// Length of the well-formed sequence at `p`, 0 when there is none. Requires: left > 0, *p >= 0x80.
// The bounds of the second byte are what rules out overlongs, surrogates and values above U+10FFFF.
[[nodiscard]] std::size_t sequence_length(const unsigned char* p, std::size_t left) noexcept {
  const unsigned char lead = p[0];
  if (in_range(lead, 0xC2, 0xDF)) {
    return left >= 2 && in_range(p[1], 0x80, 0xBF) ? 2 : 0;
  }
  if (in_range(lead, 0xE0, 0xEF)) {
    const unsigned low = lead == 0xE0 ? 0xA0 : 0x80;
    const unsigned high = lead == 0xED ? 0x9F : 0xBF;
    return left >= 3 && in_range(p[1], low, high) && in_range(p[2], 0x80, 0xBF) ? 3 : 0;
  }
  if (in_range(lead, 0xF0, 0xF4)) {
    const unsigned low = lead == 0xF0 ? 0x90 : 0x80;
    const unsigned high = lead == 0xF4 ? 0x8F : 0xBF;
    return left >= 4 && in_range(p[1], low, high) && in_range(p[2], 0x80, 0xBF) &&
                   in_range(p[3], 0x80, 0xBF)
               ? 4
               : 0;
  }
  return 0;
}

}  // namespace

std::size_t find_invalid_utf8(std::string_view text) noexcept {
  const char* const data = text.data();
  const std::size_t size = text.size();
  std::size_t at = 0;
  while (at < size) {
    if (at + 8 <= size && (load_le<std::uint64_t>(data + at) & kHighBits) == 0) {
      at += 8;
      continue;
    }
    const auto* p = reinterpret_cast<const unsigned char*>(data + at);
    if (*p < 0x80) {
      ++at;
      continue;
    }
    const std::size_t length = sequence_length(p, size - at);
    if (length == 0) return at;
    at += length;
  }
  return std::string_view::npos;
}

std::size_t count_code_points(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return count;
}

void append_utf8(std::string& out, std::uint32_t code_point) {
  const auto put = [&out](std::uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  const auto put_tail = [&put](std::uint32_t bits) { put(0x80 | (bits & 0x3F)); };
  if (code_point < 0x80) {
    put(code_point);
  } else if (code_point < 0x800) {
    put(0xC0 | (code_point >> 6));
    put_tail(code_point);
  } else if (code_point < 0x10000) {
    put(0xE0 | (code_point >> 12));
    put_tail(code_point >> 6);
    put_tail(code_point);
  } else {
    put(0xF0 | (code_point >> 18));
    put_tail(code_point >> 12);
    put_tail(code_point >> 6);
    put_tail(code_point);
  }
}

}  // namespace aurora
