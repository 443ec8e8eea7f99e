// Body of duration.hpp. Called by rules of definitions; calls nothing.
#include <aurora/schema/duration.hpp>

#include <charconv>

namespace aurora {

namespace {

struct Unit {
  std::string_view name;
  std::int64_t micros;
  std::int64_t months;
};

constexpr std::int64_t kSecond = 1'000'000;
constexpr Unit kUnits[] = {
    {"s", kSecond, 0},
    {"m", 60 * kSecond, 0},
    {"h", 3'600 * kSecond, 0},
    {"d", 86'400 * kSecond, 0},
    {"w", 604'800 * kSecond, 0},
    {"mo", 0, 1},
    {"y", 0, 12},
};

}  // namespace

std::optional<Duration> parse_duration(std::string_view text) noexcept {
  std::int64_t count = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, failure] = std::from_chars(text.data(), end, count);
  if (failure != std::errc()) return std::nullopt;
  const std::string_view name(rest, static_cast<std::size_t>(end - rest));
  for (const auto& unit : kUnits) {
    if (unit.name != name) continue;
    Duration duration;
    if (__builtin_mul_overflow(count, unit.micros, &duration.micros) ||
        __builtin_mul_overflow(count, unit.months, &duration.months))
      return std::nullopt;
    return duration;
  }
  return std::nullopt;
}

}  // namespace aurora
