// "did you mean": the nearest known name to an unknown one.
#pragma once

#include <span>
#include <string>
#include <string_view>

namespace aurora {

/// The candidate with the smallest Damerau–Levenshtein distance (optimal string alignment, case
/// folded for ASCII) to `name`, if that is at most a third of its length, rounded up (at least 1);
/// and less than all of it; else empty. Cost: O(candidates × lengths); names longer than 64 bytes are compared by prefix.
[[nodiscard]] std::string_view nearest_name(std::string_view name,
                                            std::span<const std::string_view> candidates);

/// "; did you mean 'x'?" or the empty string.
[[nodiscard]] std::string did_you_mean(std::string_view name,
                                       std::span<const std::string_view> candidates);

}  // namespace aurora
