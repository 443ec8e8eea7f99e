// UTF-8: validation, code point count and stepping. Used by the lexer, validation and JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aurora {

/// Position of the first byte that is not well-formed UTF-8 (RFC 3629: no overlongs, surrogates or
/// values above U+10FFFF), or npos when all of `text` is valid.
[[nodiscard]] std::size_t find_invalid_utf8(std::string_view text) noexcept;
[[nodiscard]] inline bool is_valid_utf8(std::string_view text) noexcept {
  return find_invalid_utf8(text) == std::string_view::npos;
}
/// Code points in valid UTF-8 (bytes that are no continuation, in any other text).
[[nodiscard]] std::size_t count_code_points(std::string_view text) noexcept;
/// Appends `code_point` in UTF-8. Requires: a Unicode scalar value.
void append_utf8(std::string& out, std::uint32_t code_point);

}  // namespace aurora
