// Order-preserving encoding of values as bytes: memcmp of keys is compare() of values.
// Called by index maintenance, the planner (bounds) and cursors.
//
//   null 0x05 | false 0x10 | true 0x11 | number 0x20 … | string 0x30 escaped 0x00 0x00 | uuid 0x40
//   16 bytes date 0x50 4 bytes | time 0x58 8 bytes | datetime 0x60 8 bytes | list 0x70 elements
//   0x00 | object 0x80 pairs 0x00
// Number: the greatest double <= the value in 8 order-preserving bytes; when its magnitude is 2^53
// or more, 2 bytes (BE) of what an Int exceeds it by. Equal numbers of either kind have equal keys.
// In a string, 0x00 is written 0x00 0xFF. Each key is self-delimiting, so a compound key is a
// concatenation.
#pragma once

#include <aurora/value.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace aurora {

/// Longest key an index keeps whole. Longer ones are cut: kMaxKeyBytes - 17 bytes, 0xFE … (see
/// append_key).
inline constexpr std::size_t kMaxKeyBytes = 512;

void append_key(std::string& out, ValueView value);
void append_key(std::string& out, const Value& value);

/// Cuts `key` to kMaxKeyBytes when longer, ending in a 128-bit hash of the whole so that different
/// keys stay different. Returns true when it cut: order within a common prefix is then lost and
/// readers must recheck.
bool cut_key(std::string& key);

/// The value a whole key stands for when it is null, a Bool, a number, a Date, a Time or a DateTime; numbers as Ints when
/// `as_int`, else as Floats. Nothing for other keys, and for a number that is not of that kind.
[[nodiscard]] std::optional<ValueView> read_scalar_key(std::string_view key, bool as_int) noexcept;

/// As read_scalar_key, and texts and Uuids besides. Nothing for keys of lists and objects, and for cut ones.
[[nodiscard]] std::optional<Value> read_key(std::string_view key, bool as_int);

/// Smallest key greater than every key starting with `prefix`; empty when there is none.
[[nodiscard]] std::string prefix_end(std::string_view prefix);

/// Appends the start of every key of strings that begin with `text` (no terminator).
void append_string_prefix_key(std::string& out, std::string_view text);

}  // namespace aurora
