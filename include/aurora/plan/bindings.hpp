// The circumstances of one execution: variables, time, role; and the resolution of literals with them.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/value.hpp>

#include <optional>
#include <string_view>

namespace aurora::plan {

class CompiledParts;

/// Borrowed for the time of one execution.
struct Bindings {
  std::string_view text;                     ///< source, for places in errors
  const Object* variables = nullptr;         ///< checked values; names absent here were not given
  DateTime now;
  aql::Limits limits;
  std::string_view role;                     ///< of the caller; empty: none
  bool writing = false;                      ///< a mutation: @allow looks at `write`, not at `read`
  CompiledParts* compiled = nullptr;         ///< of the text, shared by its executions; null: nothing is kept

  [[nodiscard]] const Value* find(std::string_view name) const noexcept {
    return variables != nullptr ? variables->find(name) : nullptr;
  }
  /// An error at a place in the text.
  [[nodiscard]] Error error(aql::Offset at, ErrorCode code, std::string message) const;
};

/// The literal as data, variables replaced by their values (absent ones by null).
/// Errors: InvalidQuery for an enum word.
[[nodiscard]] Result<Value> resolve(const aql::Literal& literal, const Bindings& bindings);

/// An argument of its own: as written, or, when a variable stands for the whole of it, the variable's value
/// turned into a literal at the same place, so that it reads like one written out. A variable without a value
/// counts as not written.
struct Argument {
  const aql::Literal* written = nullptr;
  std::optional<aql::Literal> from_variable;

  /// Null when the argument was not given.
  [[nodiscard]] const aql::Literal* get() const noexcept { return from_variable ? &*from_variable : written; }
};
[[nodiscard]] Argument whole_argument(const aql::Literal* literal, const Bindings& bindings);
[[nodiscard]] aql::Literal to_literal(const Value& value, aql::Offset at);
/// What resolving that literal gives: the value with its ids, dates and times as texts.
[[nodiscard]] Value as_written(const Value& value);

/// Checks the supplied values against the declarations of one operation and fills in defaults.
/// Errors: UndefinedVariable for a missing required one; TypeError for a wrong type.
[[nodiscard]] Result<Object> bind_variables(const std::vector<aql::VariableDefinition>& definitions,
                                            const Object& supplied, std::string_view text, DateTime now);

}  // namespace aurora::plan
