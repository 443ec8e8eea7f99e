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
      floats_.add(value.float_value());
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
    floats_.add(-value.float_value());
    if (float_count_ == 0) {
      floats_ = {};
      return true;
    }
    // What rounding lost of the lost is no more than this part of what was taken out.
    constexpr double kLeast = 0x1p-30;
    return !Floats::is_huge(value.float_value()) &&
           std::abs(floats_.sum + floats_.lost) >= kLeast * std::abs(value.float_value());
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
    auto sum = floats_;
    for (const auto value : values) sum.add(std::bit_cast<double>(value));
    floats_ = sum;
  }
  void add(const RunningSum& other) noexcept {
    count_ += other.count_;
    ints_ += other.ints_;
    float_count_ += other.float_count_;
    floats_.add(other.floats_);
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }
  /// 0 over nothing; an Int when all were. `name`: what an error calls it.
  /// Errors: TypeError when the sum leaves the range of Int, or is a Float that is not finite.
  [[nodiscard]] Result<Value> sum(std::string_view name) const;
  /// Null over nothing. Always within the range of what was added, whatever the sum.
  [[nodiscard]] Value average() const;

 private:
  // Neumaier: what rounding takes from the sum is kept beside it. Huge values have a sum of their own, in units of
  // 2^128, so that no sum on the way leaves the range of double.
  struct Floats {
    double sum = 0;
    double lost = 0;
    double huge = 0;
    double huge_lost = 0;

    static constexpr int kUnit = 128;
    [[nodiscard]] static bool is_huge(double x) noexcept { return std::abs(x) >= 0x1p960; }
    static void add(double& sum, double& lost, double x) noexcept {
      const double next = sum + x;
      lost += std::abs(sum) >= std::abs(x) ? (sum - next) + x : (x - next) + sum;
      sum = next;
    }
    void add(double x) noexcept {
      if (is_huge(x)) [[unlikely]]
        add(huge, huge_lost, std::ldexp(x, -kUnit));
      else
        add(sum, lost, x);
    }
    void add(const Floats& other) noexcept {
      add(other.sum);
      lost += other.lost;
      add(huge, huge_lost, other.huge);
      huge_lost += other.huge_lost;
    }
  };
  // The sum divided by `by`; infinite when that is outside of double.
  [[nodiscard]] double total(double by) const noexcept;

  std::uint64_t count_ = 0;
  __extension__ __int128 ints_ = 0;
  Floats floats_;
  std::uint64_t float_count_ = 0;
};

}  // namespace aurora::exec
