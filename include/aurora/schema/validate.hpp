// The constraints of @validate: read, compiled once, checked. Called by build (reading), coerce
// (checking) and the `validate` argument of queries (both).
#pragma once

#include <aurora/schema/definition.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace aurora {

/// The compiled patterns of a definition.
/// Threads: const use from any thread.
class Validators {
 public:
  /// Null when there is no pattern to compile. Errors: InvalidDefinition for a pattern RE2 cannot
  /// read.
  [[nodiscard]] static Result<std::shared_ptr<const Validators>> make(
      const CollectionDef& collection);
  [[nodiscard]] static Result<std::shared_ptr<const Validators>> make(const Validation& validation);
  ~Validators();
  Validators(const Validators&) = delete;
  Validators& operator=(const Validators&) = delete;

  /// True when `pattern` is found in `text`. A pattern that was not compiled before is compiled
  /// here.
  [[nodiscard]] bool found(const std::string& pattern, std::string_view text) const;

 private:
  struct Patterns;
  explicit Validators(std::unique_ptr<Patterns> patterns) noexcept;
  std::unique_ptr<Patterns> patterns_;
};

/// Adds the constraint `name` to `validation`, its value read as the field's type: min max
/// minLength maxLength pattern format in. For a list, the lengths count its elements and the others
/// hold for each element. Errors: InvalidDefinition (with the nearest name) and, for a long
/// pattern, LimitExceeded.
[[nodiscard]] Status set_constraint(Validation& validation, std::string_view name, Value value,
                                    const TypeDef& type);
/// Errors: InvalidDefinition when nothing can meet it (min above max, minLength above maxLength).
[[nodiscard]] Status check_consistent(const Validation& validation);

/// True when `value` is null or meets every constraint.
[[nodiscard]] bool satisfies(const Validation& validation, ValueView value,
                             const Validators* validators);

/// What `value` breaks, e.g. "130 is above the maximum 120"; empty when it meets every constraint.
[[nodiscard]] std::string broken_constraint(const Validation& validation, const Value& value,
                                            const Validators* validators);

/// Checks the field's own @validate. Errors: ValidationError naming field, value and constraint.
[[nodiscard]] Status validate(const FieldDef& field, const Value& value,
                              const Validators* validators = nullptr);

}  // namespace aurora
