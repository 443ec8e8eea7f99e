// Which cached records go first when room is needed. Public, as an option of opening; used by the hot cache.
#pragma once

#include <cstdint>

namespace aurora {

/// All are approximations that cost a read one store at most. docs/benchmarks.md compares them on recorded traces.
enum class EvictionPolicy : std::uint8_t {
  kLru,     ///< least recently used: CLOCK, one bit a record
  kLfu,     ///< least often used: generalised CLOCK, uses counted to 7 and worn off by each round
  kHybrid,  ///< newcomers prove themselves in a tenth of the cache before they may push out others (S3-FIFO)
};

}  // namespace aurora
