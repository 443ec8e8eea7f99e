// Math: add subtract multiply divide mod abs round floor ceil min max pow sqrt.
// Called by the evaluator, for the operators + - * / % too.
#include "expr/compare.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <string>

namespace aurora::expr {

namespace {

Result<Value> finite(Call& call, double number) {
  if (std::isfinite(number)) return Value(number);
  return call.fail("the result is not a finite number");
}

Error overflow(Call& call) { return call.fail("the result does not fit an Int"); }

struct Number {
  bool whole = false;
  std::int64_t integer = 0;
  double real = 0;
};

Result<Number> number(Call& call, std::size_t index) {
  const auto& value = call.arguments[index];
  if (const auto* whole = value.if_int()) return Number{true, *whole, static_cast<double>(*whole)};
  if (const auto* real = value.if_float()) return Number{false, 0, *real};
  auto error = call.wrong_kind("numbers", value);
  return error;
}

using Integers = bool (*)(std::int64_t, std::int64_t, std::int64_t*);
using Reals = double (*)(double, double);

template <Integers integers, Reals reals>
Result<Value> arithmetic(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  AURORA_ASSIGN(const auto b, number(call, 1));
  if (!a.whole || !b.whole) return finite(call, reals(a.real, b.real));
  std::int64_t result = 0;
  if (integers(a.integer, b.integer, &result)) return overflow(call);
  return Value(result);
}

constexpr auto kAdd = arithmetic<[](std::int64_t a, std::int64_t b, std::int64_t* out) {
  return __builtin_add_overflow(a, b, out);
},
                                 [](double a, double b) { return a + b; }>;
constexpr auto kSubtract = arithmetic<[](std::int64_t a, std::int64_t b, std::int64_t* out) {
  return __builtin_sub_overflow(a, b, out);
},
                                      [](double a, double b) { return a - b; }>;
constexpr auto kMultiply = arithmetic<[](std::int64_t a, std::int64_t b, std::int64_t* out) {
  return __builtin_mul_overflow(a, b, out);
},
                                      [](double a, double b) { return a * b; }>;

// `+` on text is the mistake people make: say what joins text.
Result<Value> add(Call& call) {
  for (const auto& argument : call.arguments)
    if (argument.if_string() != nullptr)
      return call.wrong_kind("numbers (concat joins texts)", argument);
  return kAdd(call);
}

Result<Value> divide(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  AURORA_ASSIGN(const auto b, number(call, 1));
  if (b.real == 0) return Value();
  if (!a.whole || !b.whole) return finite(call, a.real / b.real);
  if (b.integer == -1) {
    if (a.integer == INT64_MIN) return overflow(call);
    return Value(-a.integer);
  }
  if (a.integer % b.integer == 0) return Value(a.integer / b.integer);
  return Value(a.real / b.real);
}

Result<Value> mod(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  AURORA_ASSIGN(const auto b, number(call, 1));
  if (b.real == 0) return Value();
  if (!a.whole || !b.whole) return finite(call, std::fmod(a.real, b.real));
  return Value(b.integer == -1 ? std::int64_t{0} : a.integer % b.integer);
}

Result<Value> absolute(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  if (!a.whole) return Value(std::fabs(a.real));
  if (a.integer == INT64_MIN) return overflow(call);
  return Value(a.integer < 0 ? -a.integer : a.integer);
}

// A Float without a fraction as an Int, where one holds it.
Value whole_or_float(double number) {
  constexpr double kLimit = 9223372036854775808.0;
  if (number >= -kLimit && number < kLimit) return Value(static_cast<std::int64_t>(number));
  return Value(number);
}

template <double (*to_whole)(double)>
Result<Value> whole(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  if (a.whole) return std::move(call.arguments[0]);
  return whole_or_float(to_whole(a.real));
}

// The digits of a number as it is written, rounded half away from zero behind place `kept`.
// "9.95" with one decimal becomes "10.0".
bool round_digits(std::string& digits, std::size_t kept) {
  const bool up = kept < digits.size() && digits[kept] >= '5';
  digits.resize(kept);
  if (!up) return false;
  for (auto at = digits.rbegin(); at != digits.rend(); ++at) {
    if (*at != '9') {
      ++*at;
      return false;
    }
    *at = '0';
  }
  digits.insert(digits.begin(), '1');
  return true;
}

// Rounds the shortest decimal text of the number, so that 1.005 gives 1.01 as a reader expects.
double round_decimal(double number, std::int64_t decimals) {
  char buffer[64];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, std::fabs(number),
                                 std::chars_format::scientific)
                       .ptr;
  const std::string text(buffer, end);
  const auto mark = text.find('e');
  std::string digits = text.substr(0, mark);
  std::erase(digits, '.');
  // from_chars takes no plus sign.
  const auto* exponent_from = text.data() + mark + (text[mark + 1] == '+' ? 2 : 1);
  std::int64_t exponent = 0;
  std::from_chars(exponent_from, text.data() + text.size(), exponent);
  const auto kept = exponent + 1 + decimals;  // digits before the place to round at
  if (kept >= static_cast<std::int64_t>(digits.size())) return number;
  if (kept < 0) return std::copysign(0.0, number);
  if (round_digits(digits, static_cast<std::size_t>(kept))) ++exponent;
  if (digits.empty()) return std::copysign(0.0, number);
  const auto back =
      digits + 'e' + std::to_string(exponent + 1 - static_cast<std::int64_t>(digits.size()));
  double rounded = 0;
  std::from_chars(back.data(), back.data() + back.size(), rounded);
  return std::copysign(rounded, number);
}

// An Int rounded to tens, hundreds …
Result<Value> round_whole(Call& call, std::int64_t number, std::int64_t decimals) {
  if (decimals >= 0) return Value(number);
  if (decimals < -19) return Value(0);
  Wide unit = 1;
  for (auto i = decimals; i < 0; ++i) unit *= 10;
  const Wide half = number < 0 ? -unit / 2 : unit / 2;
  const Wide rounded = (Wide{number} + half) / unit * unit;
  if (rounded > INT64_MAX || rounded < INT64_MIN) return overflow(call);
  return Value(static_cast<std::int64_t>(rounded));
}

Result<Value> round_number(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  std::int64_t decimals = 0;
  if (call.has(1)) {
    AURORA_ASSIGN(decimals, call.integer(1));
  }
  if (a.whole) return round_whole(call, a.integer, decimals);
  // More places than any double has change nothing; the bound keeps the sums below in range.
  constexpr std::int64_t kMostPlaces = 2'000;
  const auto rounded = round_decimal(a.real, std::clamp(decimals, -kMostPlaces, kMostPlaces));
  return call.has(1) ? finite(call, rounded) : whole_or_float(rounded);
}

template <bool (*better)(std::strong_ordering)>
Result<Value> extreme(Call& call) {
  if (call.arguments.size() == 1 && call.arguments[0].if_list() != nullptr) {
    // min(list): of its elements, as sum and avg of a list.
    auto elements = std::move(*call.arguments[0].if_list());
    std::erase_if(elements, [](const Value& value) { return value.is_null(); });
    if (elements.empty()) return Value();
    call.arguments = std::span<Value>(elements);
    return extreme<better>(call);
  }
  auto* best = &call.arguments[0];
  for (auto& value : call.arguments) {
    if (!same_class(value.type(), best->type()))
      return call.fail("takes values of one kind, found " + describe(*best) + " and " +
                       describe(value));
    if (better(compare(value, *best))) best = &value;
  }
  return std::move(*best);
}

// Exact for Ints, by squaring.
Result<Value> power_of_ints(Call& call, std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) return overflow(call);
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return overflow(call);
  }
  return Value(result);
}

Result<Value> power(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  AURORA_ASSIGN(const auto b, number(call, 1));
  if (a.whole && b.whole && b.integer >= 0) return power_of_ints(call, a.integer, b.integer);
  return finite(call, std::pow(a.real, b.real));
}

Result<Value> square_root(Call& call) {
  AURORA_ASSIGN(const auto a, number(call, 0));
  if (a.real < 0) return call.fail("a negative number has no square root");
  return Value(std::sqrt(a.real));
}

constexpr Function two(std::string_view name, Result<Value> (*body)(Call&)) {
  return define(name, body, Parameter{"a"}, Parameter{"b"});
}

constexpr Function one(std::string_view name, Result<Value> (*body)(Call&)) {
  return define(name, body, Parameter{"value"});
}

constexpr Function many(Function function) {
  function.variadic = true;
  return function;
}

constexpr std::array kFunctions{
    two("add", add),
    two("subtract", kSubtract),
    two("multiply", kMultiply),
    two("divide", divide),
    two("mod", mod),
    one("abs", absolute),
    define("round", round_number, Parameter{"value"}, Parameter{"decimals", true}),
    one("floor", whole<[](double number) { return std::floor(number); }>),
    one("ceil", whole<[](double number) { return std::ceil(number); }>),
    many(one("min", extreme<[](std::strong_ordering order) { return (order < 0); }>)),
    many(one("max", extreme<[](std::strong_ordering order) { return (order > 0); }>)),
    define("pow", power, Parameter{"value"}, Parameter{"exponent"}),
    one("sqrt", square_root),
};

}  // namespace

std::span<const Function> math_functions() noexcept { return kFunctions; }

}  // namespace aurora::expr
