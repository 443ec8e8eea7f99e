// Body of "did you mean": optimal string alignment over three rolling rows, no allocation a
// candidate. Called where a name is unknown: parser, planner, validation, CLI. Calls nothing.
#include <aurora/base/nearest.hpp>

#include <algorithm>
#include <array>
#include <cstddef>

namespace aurora {

namespace {

constexpr std::size_t kLongest = 64;

[[nodiscard]] char fold(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

[[nodiscard]] std::size_t distance(std::string_view a, std::string_view b) noexcept {
  using Row = std::array<std::size_t, kLongest + 1>;
  Row rows[3];
  Row* before = &rows[0];
  Row* previous = &rows[1];
  Row* current = &rows[2];
  for (std::size_t j = 0; j <= b.size(); ++j) (*current)[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::swap(before, previous);
    std::swap(previous, current);
    (*current)[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const char x = fold(a[i - 1]);
      const char y = fold(b[j - 1]);
      std::size_t best = (*previous)[j - 1] + (x == y ? 0 : 1);
      best = std::min({best, (*previous)[j] + 1, (*current)[j - 1] + 1});
      if (i > 1 && j > 1 && x == fold(b[j - 2]) && y == fold(a[i - 2])) {
        best = std::min(best, (*before)[j - 2] + 1);
      }
      (*current)[j] = best;
    }
  }
  return (*current)[b.size()];
}

}  // namespace

std::string_view nearest_name(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.empty()) return {};
  const std::string_view wanted = name.substr(0, kLongest);
  std::size_t limit = (wanted.size() + 2) / 3;
  std::string_view nearest;
  for (const std::string_view candidate : candidates) {
    if (candidate.empty()) continue;
    const std::string_view known = candidate.substr(0, kLongest);
    const std::size_t longer = std::max(wanted.size(), known.size());
    if (longer - std::min(wanted.size(), known.size()) > limit) continue;
    const std::size_t found = distance(wanted, known);
    if (found > limit || (found == limit && !nearest.empty())) continue;
    if (found == longer) continue;  // no letter in common
    nearest = candidate;
    limit = found;
    if (limit == 0) break;
  }
  return nearest;
}

std::string did_you_mean(std::string_view name, std::span<const std::string_view> candidates) {
  const std::string_view nearest = nearest_name(name, candidates);
  if (nearest.empty()) return {};
  return std::string("; did you mean '").append(nearest).append("'?");
}

}  // namespace aurora
