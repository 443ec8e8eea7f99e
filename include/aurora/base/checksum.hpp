// The checksum of everything Aurora writes itself (I9), and the hash of its tables.
#pragma once

#include <cstdint>
#include <string_view>

namespace aurora {

/// Low 32 bits of XXH3-64. Not cryptographic: it finds damage, not forgery.
[[nodiscard]] std::uint32_t checksum32(std::string_view bytes) noexcept;
/// XXH3-64.
[[nodiscard]] std::uint64_t hash64(std::string_view bytes) noexcept;

struct Hash128 {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
};
/// XXH3-128.
[[nodiscard]] Hash128 hash128(std::string_view bytes) noexcept;

}  // namespace aurora
