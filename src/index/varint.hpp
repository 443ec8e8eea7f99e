// Numbers in 7-bit groups, least significant first, for the pages of an index.
// Used by page_codec only.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace aurora::index {

inline void append_varint(std::string& out, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7) out.push_back(static_cast<char>(value | 0x80));
  out.push_back(static_cast<char>(value));
}

/// Takes bytes and numbers off the front of untrusted text. After the first failure all else fails
/// too.
class ByteReader {
 public:
  explicit ByteReader(std::string_view bytes) noexcept : bytes_(bytes) {}

  /// False when there are too few bytes, or the number is above `most`.
  bool take_varint(std::uint64_t& value, std::uint64_t most) noexcept {
    value = 0;
    for (unsigned shift = 0; shift < 64; shift += 7) {
      if (bytes_.empty()) return false;
      const auto byte = static_cast<unsigned char>(bytes_.front());
      bytes_.remove_prefix(1);
      const std::uint64_t group = byte & 0x7Fu;
      if (group << shift >> shift != group) break;
      value |= group << shift;
      if (byte < 0x80) {
        if (value <= most) return true;
        break;
      }
    }
    bytes_ = {};
    return false;
  }
  bool take_bytes(std::uint64_t count, std::string_view& taken) noexcept {
    if (count > bytes_.size()) {
      bytes_ = {};
      return false;
    }
    taken = bytes_.substr(0, count);
    bytes_.remove_prefix(count);
    return true;
  }
  [[nodiscard]] std::size_t left() const noexcept { return bytes_.size(); }

 private:
  std::string_view bytes_;
};

}  // namespace aurora::index
