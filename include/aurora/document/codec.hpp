// How values become bytes inside a record, and back without copying.
// Called by record.hpp (fields), value.hpp (ListView, ObjectView, EncodedValue) and index pages.
//
// A stored type is one byte; the payload follows the table that names it (all numbers
// little-endian):
//
//   tag          payload
//   0  null      none
//   1  false     none            2  true      none
//   3..6 int     1, 2, 4, 8 bytes, two's complement, the shortest that holds the value
//   7  float     8 bytes IEEE 754
//   8  string    its UTF-8 bytes (length from the offset table)
//   9  uuid      16 bytes
//  10  date      4 bytes         11 time      8 bytes       12 datetime  8 bytes
//  13  list      container       14 object    container
//
// A container is   width u8 (2 or 4) | count (width) | tags u8[count] | ends (width)[count] |
// payloads for lists, where ends[i] is where payload i ends, counted from the start of the
// payloads; for objects a second table `name_ends (width)[count]` precedes `ends`, and the names'
// bytes precede the payloads. A container narrower than 64 KiB uses width 2.
#pragma once

#include <aurora/value.hpp>

#include <cstdint>
#include <string>
#include <string_view>

namespace aurora::codec {

/// Deepest nesting of lists and objects a record may hold; deeper values are LimitExceeded on write
/// and Corruption on read.
inline constexpr std::uint32_t kMaxDepth = 100;

/// Appends the payload of `value` to `out` and returns its tag. Requires: depth below kMaxDepth
/// (checked by `check_depth` at the edges).
std::uint8_t append_payload(std::string& out, const Value& value);
std::uint8_t append_payload(std::string& out, ValueView value);

/// The value stored under `tag` with `payload`. Requires: validated bytes.
[[nodiscard]] ValueView view_payload(std::uint8_t tag, std::string_view payload) noexcept;

/// True when `payload` is a well-formed payload of `tag` in every nested part: every offset inside
/// its table, text valid UTF-8, depth within kMaxDepth. After that, views on it never read out of
/// bounds.
[[nodiscard]] bool is_valid_payload(std::uint8_t tag, std::string_view payload,
                                    std::uint32_t depth = 0) noexcept;

/// LimitExceeded when `value` nests deeper than kMaxDepth.
[[nodiscard]] Status check_depth(const Value& value);

}  // namespace aurora::codec
