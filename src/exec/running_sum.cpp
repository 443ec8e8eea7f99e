// Body of running sums. Called by aggregates and windows.
#include <aurora/exec/running_sum.hpp>

#include <aurora/base/try.hpp>

namespace aurora::exec {

Result<double> RunningSum::total(std::string_view name) const {
  const double sum = floats_ + lost_ + static_cast<double>(ints_);
  if (std::isfinite(sum)) return sum;
  return Error(ErrorCode::kTypeError, "the sum '" + std::string(name) + "' is outside the range of Float");
}

Result<Value> RunningSum::sum(std::string_view name) const {
  if (float_count_ > 0) {
    AURORA_ASSIGN(const double sum, total(name));
    return Value(sum);
  }
  if (ints_ > INT64_MAX || ints_ < INT64_MIN)
    return Error(ErrorCode::kTypeError, "the sum '" + std::string(name) + "' is outside the 64-bit range of Int");
  return Value(static_cast<std::int64_t>(ints_));
}

Result<Value> RunningSum::average(std::string_view name) const {
  if (count_ == 0) return Value();
  AURORA_ASSIGN(const double sum, total(name));
  return Value(sum / static_cast<double>(count_));
}

}  // namespace aurora::exec
