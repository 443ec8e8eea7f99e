// Stepping through valid UTF-8. Private to the text room.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

namespace aurora::text {

/// The code point at `at`, which moves behind it. Requires: valid UTF-8, at < text.size().
[[nodiscard]] inline std::uint32_t next_code_point(std::string_view text, std::size_t& at) noexcept {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint32_t>(static_cast<unsigned char>(text[i])); };
  const auto first = byte(at);
  const std::size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  if (size == 1 || at + size > text.size()) {
    ++at;
    return first;
  }
  auto point = first & (0x7Fu >> size);
  for (std::size_t i = 1; i < size; ++i) point = (point << 6) | (byte(at + i) & 0x3F);
  at += size;
  return point;
}

[[nodiscard]] inline std::vector<std::uint32_t> code_points(std::string_view text) {
  std::vector<std::uint32_t> points;
  for (std::size_t at = 0; at < text.size();) points.push_back(next_code_point(text, at));
  return points;
}

}  // namespace aurora::text
