// Figures of the hot cache. Public.
#pragma once

#include <cstdint>

namespace aurora {

struct CacheStats {
  std::uint64_t hits = 0;
  std::uint64_t misses = 0;
  std::uint64_t evictions = 0;
  std::uint64_t entries = 0;
  std::uint64_t bytes = 0;            ///< records and what keeping them costs
  std::uint64_t capacity_bytes = 0;

  /// Hits of all look-ups, 0 to 1; 0 before the first. Scans are not counted.
  [[nodiscard]] double hit_rate() const noexcept {
    const auto all = hits + misses;
    return all == 0 ? 0 : static_cast<double>(hits) / static_cast<double>(all);
  }
};

}  // namespace aurora
