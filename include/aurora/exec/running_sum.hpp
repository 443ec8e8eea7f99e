// Sums that do not lose what they add: exact over Ints, compensated over Floats, and mergeable.
// Used by aggregates and by windows, so that both give the same figure for the same documents.
#pragma once

#include <aurora/value.hpp>

#include <bit>
#include <cmath>
#include <cstdint>
#include <span>
#include <string_view>

namespace aurora::exec {

[[nodiscard]] inline bool is_number(Type type) noexcept { return type == Type::kInt || type == Type::kFloat; }

class RunningSum {
 public:
  /// Requires: `value` is a number.
  void add(ValueView value) noexcept {
    ++count_;
    if (value.type() == Type::kInt) {
      ints_ += value.int_value();
    } else {
      ++float_count_;
      add_float(value.float_value());
    }
  }
  /// Takes out one that was added. False when too little of the sum would be left to be exact: it must be made anew.
  /// Requires: `value` is a number that was added.
  [[nodiscard]] bool subtract(ValueView value) noexcept {
    --count_;
    if (value.type() == Type::kInt) {
      ints_ -= value.int_value();
      return true;
    }
    --float_count_;
    add_float(-value.float_value());
    if (float_count_ == 0) {
      floats_ = lost_ = 0;
      return true;
    }
    // What rounding lost of the lost is no more than this part of what was taken out.
    constexpr double kLeast = 0x1p-30;
    return std::abs(floats_ + lost_) >= kLeast * std::abs(value.float_value());
  }
  /// As adding them one after another: Ints, and Floats as their bits.
  void add_ints(std::span<const std::uint64_t> values) noexcept {
    count_ += values.size();
    auto sum = ints_;
    for (const auto value : values) sum += static_cast<std::int64_t>(value);
    ints_ = sum;
  }
  void add_floats(std::span<const std::uint64_t> values) noexcept {
    count_ += values.size();
    float_count_ += values.size();
    RunningSum part;
    part.floats_ = floats_;
    part.lost_ = lost_;
    for (const auto value : values) part.add_float(std::bit_cast<double>(value));
    floats_ = part.floats_;
    lost_ = part.lost_;
  }
  void add(const RunningSum& other) noexcept {
    count_ += other.count_;
    ints_ += other.ints_;
    float_count_ += other.float_count_;
    add_float(other.floats_);
    lost_ += other.lost_;
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// 0 over nothing; an Int when all were. `name`: what an error calls it.
  /// Errors: TypeError when the sum leaves the range of Int, or is a Float that is not finite.
  [[nodiscard]] Result<Value> sum(std::string_view name) const;
  /// Null over nothing. Errors: TypeError when the sum is not finite.
  [[nodiscard]] Result<Value> average(std::string_view name) const;

 private:
  // Neumaier: what rounding takes from the sum is kept beside it.
  void add_float(double x) noexcept {
    const double sum = floats_ + x;
    lost_ += std::abs(floats_) >= std::abs(x) ? (floats_ - sum) + x : (x - sum) + floats_;
    floats_ = sum;
  }
  [[nodiscard]] Result<double> total(std::string_view name) const;

  std::uint64_t count_ = 0;
  __extension__ __int128 ints_ = 0;
  double floats_ = 0;
  double lost_ = 0;
  std::uint64_t float_count_ = 0;
};

}  // namespace aurora::exec
