// Unaligned little- and big-endian access and order-preserving number bytes.
// Used by every codec; includes only std.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace aurora {

static_assert(std::endian::native == std::endian::little,
              "Aurora's codecs assume a little-endian machine");

template <class T>
[[nodiscard]] inline T load_le(const char* p) noexcept {
  T value;
  std::memcpy(&value, p, sizeof value);
  return value;
}

template <class T>
inline void store_le(char* p, T value) noexcept {
  std::memcpy(p, &value, sizeof value);
}

template <class T>
inline void append_le(std::string& out, T value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

[[nodiscard]] constexpr std::uint16_t byteswap(std::uint16_t v) noexcept {
  return __builtin_bswap16(v);
}
[[nodiscard]] constexpr std::uint32_t byteswap(std::uint32_t v) noexcept {
  return __builtin_bswap32(v);
}
[[nodiscard]] constexpr std::uint64_t byteswap(std::uint64_t v) noexcept {
  return __builtin_bswap64(v);
}

template <class T>
[[nodiscard]] inline T load_be(const char* p) noexcept {
  return byteswap(load_le<T>(p));
}

template <class T>
inline void append_be(std::string& out, T value) {
  append_le(out, byteswap(value));
}

template <class T>
inline void store_be(char* p, T value) noexcept {
  store_le(p, byteswap(value));
}

}  // namespace aurora
