// Body of running sums. Called by aggregates and windows.
#include <aurora/exec/running_sum.hpp>

#include <algorithm>
#include <limits>

namespace aurora::exec {

double RunningSum::total(double by) const noexcept {
  const double usual = floats_.sum + floats_.lost + static_cast<double>(ints_);
  if (floats_.huge == 0 && floats_.huge_lost == 0) return usual / by;
  const double units = floats_.huge + floats_.huge_lost + std::ldexp(usual, -Floats::kUnit);
  return std::ldexp(units / by, Floats::kUnit);
}

Result<Value> RunningSum::sum(std::string_view name) const {
  if (float_count_ > 0) {
    const double sum = total(1);
    if (std::isfinite(sum)) return Value(sum);
    return Error(ErrorCode::kTypeError, "the sum '" + std::string(name) + "' is outside the range of Float");
  }
  if (ints_ > INT64_MAX || ints_ < INT64_MIN)
    return Error(ErrorCode::kTypeError, "the sum '" + std::string(name) + "' is outside the 64-bit range of Int");
  return Value(static_cast<std::int64_t>(ints_));
}

Value RunningSum::average() const {
  if (count_ == 0) return {};
  constexpr double kMost = std::numeric_limits<double>::max();
  return Value(std::clamp(total(static_cast<double>(count_)), -kMost, kMost));   // a last rounding may step out
}

}  // namespace aurora::exec
