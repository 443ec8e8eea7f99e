// Expressions of computed fields and migrations: compiled once, evaluated for many documents.
// Called by projections, permanent computed fields and migrations; knows no schema and no records.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>
#include <aurora/value.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::expr {

/// The caller's number for something that an expression reads.
using Slot = std::uint32_t;

/// What names mean, asked while an expression is compiled.
class Scope {
 public:
  virtual ~Scope() = default;
  /// The slot of a field, given by the names of its dotted path. Errors: with code and place.
  [[nodiscard]] virtual Result<Slot> resolve(const std::vector<std::string>& path,
                                             aql::Offset at) = 0;
  /// The error of an unknown function, a wrong arity and the like, with code and place.
  [[nodiscard]] virtual Error error(aql::Offset at, std::string message) const = 0;
};

/// What one evaluation reads.
class Inputs {
 public:
  virtual ~Inputs() = default;
  /// The value of a slot that the Scope gave out.
  [[nodiscard]] virtual Result<Value> value(Slot slot) = 0;
  /// Null when the variable was given no value.
  [[nodiscard]] virtual Value variable(std::string_view name) = 0;
  /// One instant for a whole statement.
  [[nodiscard]] virtual DateTime now() const = 0;
  /// An error of the evaluation, with its place where the text is still known.
  [[nodiscard]] virtual Error error(aql::Offset at, ErrorCode code, std::string message) const = 0;
};

struct Node;

/// An expression ready to be evaluated. Immutable, cheap to copy. Threads: const use from any
/// thread.
class Program {
 public:
  /// Errors: those of `scope`: unknown fields and functions (with the nearest name), wrong number
  /// of arguments, unknown named arguments, constants that no value can make right (a bad date
  /// format).
  [[nodiscard]] static Result<Program> compile(const aql::Expression& expression, Scope& scope);

  /// Errors: TypeError for an operand of the wrong kind, Int overflow and Floats that are not
  /// finite; LimitExceeded for texts larger than kMaxTextBytes; those of `inputs`.
  [[nodiscard]] Result<Value> evaluate(Inputs& inputs) const;

  /// Every slot read, once each, in the order of the text.
  [[nodiscard]] const std::vector<Slot>& slots() const noexcept { return slots_; }
  /// Every variable read, once each.
  [[nodiscard]] const std::vector<std::string>& variables() const noexcept { return variables_; }
  /// Its value depends on when it is evaluated.
  [[nodiscard]] bool uses_now() const noexcept { return uses_now_; }

 private:
  friend class Compiler;
  std::shared_ptr<const Node> root_;
  std::vector<Slot> slots_;
  std::vector<std::string> variables_;
  bool uses_now_ = false;
};

/// Longest text that one function may make.
inline constexpr std::size_t kMaxTextBytes = 16u << 20;
/// Most elements of a list that one function may make.
inline constexpr std::size_t kMaxElements = 1'000'000;

/// The value as a template shows it: text as it is, null as nothing, everything else as in results.
[[nodiscard]] std::string text_of(const Value& value);

/// True for the name of a function.
[[nodiscard]] bool is_function(std::string_view name) noexcept;

}  // namespace aurora::expr
