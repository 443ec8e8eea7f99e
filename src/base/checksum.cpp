// Body of the checksums and hashes: the one place that knows xxHash.
// Called by the record codec, keys and tables; calls xxHash, compiled in.
#include <aurora/base/checksum.hpp>

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace aurora {

std::uint32_t checksum32(std::string_view bytes) noexcept {
  return static_cast<std::uint32_t>(XXH3_64bits(bytes.data(), bytes.size()));
}

std::uint64_t hash64(std::string_view bytes) noexcept {
  return XXH3_64bits(bytes.data(), bytes.size());
}

Hash128 hash128(std::string_view bytes) noexcept {
  const auto hash = XXH3_128bits(bytes.data(), bytes.size());
  return {hash.low64, hash.high64};
}

}  // namespace aurora
