// Finds the first name given twice in a list. Called by the parser and the checks.
#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <optional>
#include <vector>

namespace aurora::aql {

struct Repetition {
  std::size_t first;
  std::size_t second;
};

/// The earliest element whose name an earlier one has too. `name_of(i)` gives the name of element
/// i. Cost: O(n log n), whatever the names; short lists allocate nothing.
template <class NameOf>
[[nodiscard]] std::optional<Repetition> find_repetition(std::size_t count, NameOf name_of) {
  constexpr std::size_t kShort = 12;
  if (count <= kShort) {
    for (std::size_t j = 1; j < count; ++j)
      for (std::size_t i = 0; i < j; ++i)
        if (name_of(i) == name_of(j)) return Repetition{i, j};
    return std::nullopt;
  }
  std::vector<std::size_t> order(count);
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    const auto compared = name_of(a) <=> name_of(b);
    return compared < 0 || (compared == 0 && a < b);
  });
  std::optional<Repetition> found;
  for (std::size_t i = 1; i < count; ++i)
    if (name_of(order[i - 1]) == name_of(order[i]) && (!found || order[i] < found->second))
      found = Repetition{order[i - 1], order[i]};
  return found;
}

}  // namespace aurora::aql
