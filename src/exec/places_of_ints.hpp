// Ints that a join met before, and what was found for them. Private to lookups.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace aurora::exec {

/// Ints with a number each, by open addressing.
class PlacesOfInts {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  PlacesOfInts() : slots_(64) {}
  /// kNone at first.
  std::uint32_t& at(std::int64_t number) {
    auto& slot = find(number);
    if (slot.place != kNone) return slot.place;
    if (++used_ * 2 <= slots_.size()) {
      slot.number = number;
      return slot.place;
    }
    auto old = std::exchange(slots_, std::vector<Slot>(slots_.size() * 4));
    for (const auto& moved : old)
      if (moved.place != kNone) find(moved.number) = moved;
    auto& fresh = find(number);
    fresh.number = number;
    return fresh.place;
  }

 private:
  struct Slot {
    std::int64_t number = 0;
    std::uint32_t place = kNone;
  };
  Slot& find(std::int64_t number) {
    const auto mask = slots_.size() - 1;
    auto at = (static_cast<std::uint64_t>(number) * 0x9E3779B97F4A7C15ull >> 32) & mask;
    while (slots_[at].place != kNone && slots_[at].number != number) at = (at + 1) & mask;
    return slots_[at];
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

}  // namespace aurora::exec
