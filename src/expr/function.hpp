// What a function is to the compiler and the evaluator, and the tables of the families.
// Private to the expr room; bodies in <family>_functions.cpp.
#pragma once

#include <aurora/expr/program.hpp>

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aurora::expr {

struct Function;

/// For sums that leave 64 bits on the way.
__extension__ using Wide = __int128;

/// One call while it is evaluated: its arguments and the words for its errors. Trailing optional
/// arguments that were not given are absent from `arguments`.
class Call {
 public:
  Call(Inputs& reads, const Function& function, std::string_view label, aql::Offset at,
       std::span<Value> given)
      : inputs(reads), arguments(given), function_(function), label_(label), at_(at) {}

  Inputs& inputs;
  std::span<Value> arguments;

  [[nodiscard]] bool has(std::size_t index) const noexcept { return index < arguments.size(); }
  /// The argument as what the function takes. Errors: TypeError naming function and argument.
  [[nodiscard]] Result<const std::string*> text(std::size_t index);
  [[nodiscard]] Result<std::int64_t> integer(std::size_t index);
  /// A whole number that is not negative.
  [[nodiscard]] Result<std::size_t> count(std::size_t index);
  [[nodiscard]] Result<List*> list(std::size_t index);
  /// Null is false.
  [[nodiscard]] Result<bool> condition(std::size_t index);

  [[nodiscard]] Error fail(std::string message, ErrorCode code = ErrorCode::kTypeError) const;
  /// "'round' takes a number, found a String: \"x\""
  [[nodiscard]] Error wrong_kind(std::string_view wanted, const Value& found) const;
  [[nodiscard]] Error too_long() const;
  [[nodiscard]] Error too_many() const;
  /// `text`, or LimitExceeded when it is too long.
  [[nodiscard]] Result<Value> limited(std::string text) const;

 private:
  [[nodiscard]] std::string wanted_as(std::string_view wanted, std::size_t index) const;

  const Function& function_;
  std::string_view label_;
  aql::Offset at_;
};

enum class Evaluation : std::uint8_t {
  kNullToNull,  ///< any null argument: null, the body is not called
  kWithNulls,   ///< the body sees nulls
  kIf,          ///< the evaluator does these four: arguments are evaluated only as needed
  kAnd,
  kOr,
  kCoalesce,
};

struct Parameter {
  std::string_view name;
  bool optional = false;
};

struct Function {
  std::string_view name;
  Evaluation evaluation = Evaluation::kNullToNull;
  Result<Value> (*body)(Call&) = nullptr;
  std::array<Parameter, 3> parameters{};
  std::uint8_t parameter_count = 0;
  bool variadic = false;  ///< the last parameter once or more
  /// What is wrong with a constant argument; empty when nothing is.
  std::optional<std::string> (*check)(std::size_t index, const Value& constant) = nullptr;
};

template <class... Parameters>
constexpr Function define(std::string_view name, Result<Value> (*body)(Call&),
                          Parameters... parameters) {
  return {name,   Evaluation::kNullToNull, body, {parameters...}, sizeof...(Parameters), false,
          nullptr};
}

[[nodiscard]] std::span<const Function> string_functions() noexcept;
[[nodiscard]] std::span<const Function> math_functions() noexcept;
[[nodiscard]] std::span<const Function> logic_functions() noexcept;
[[nodiscard]] std::span<const Function> date_functions() noexcept;
[[nodiscard]] std::span<const Function> type_functions() noexcept;
[[nodiscard]] std::span<const Function> array_functions() noexcept;

/// Null when there is none.
[[nodiscard]] const Function* find_function(std::string_view name) noexcept;
[[nodiscard]] std::vector<std::string_view> function_names();

/// "a String", "an Int", "null", "a List" …, with the value itself when it is short.
[[nodiscard]] std::string describe(const Value& value);

/// The value as a condition: null is false. Empty when it is no Boolean.
[[nodiscard]] std::optional<bool> truth_of(const Value& value) noexcept;

}  // namespace aurora::expr
