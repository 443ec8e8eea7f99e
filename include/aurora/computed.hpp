// Expressions for Database::register_computed_field, written out or made of fields.
// Public; includes only std and the vocabulary headers.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora {

/// What a permanent computed field is computed from: an expression of AQL, or a template ("${a} ${b}").
/// Field names may be dotted paths; they are checked when the field is registered.
class ComputedExpression {
 public:
  ComputedExpression(std::string text) : text_(std::move(text)) {}
  ComputedExpression(const char* text) : text_(text) {}

  /// The texts of the fields that are not null, joined.
  [[nodiscard]] static ComputedExpression concat(const std::vector<std::string>& fields,
                                                 std::string_view separator = "");
  /// The sum and the average of the fields that are not null.
  [[nodiscard]] static ComputedExpression sum(const std::vector<std::string>& fields);
  [[nodiscard]] static ComputedExpression average(const std::vector<std::string>& fields);

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  std::string text_;
};

}  // namespace aurora
