// Conditions for the fluent query: aurora::field("age") > 25 && !aurora::field("name").contains("x").
// Public; means exactly what the same `where` means in AQL.
#pragma once

#include <aurora/value.hpp>

#include <string>
#include <utility>
#include <vector>

namespace aurora {

/// A condition as the value of a `where` argument. Immutable, cheap enough to copy.
class Condition {
 public:
  /// Always true.
  Condition() = default;
  explicit Condition(Object where) : where_(std::move(where)) {}
  [[nodiscard]] const Object& where() const noexcept { return where_; }

  friend Condition operator&&(Condition a, Condition b) { return join("and", std::move(a), std::move(b)); }
  friend Condition operator||(Condition a, Condition b) { return join("or", std::move(a), std::move(b)); }
  friend Condition operator!(Condition a) { return Condition(Object{{"not", Value(std::move(a.where_))}}); }

 private:
  static Condition join(std::string_view op, Condition a, Condition b) {
    List parts;
    parts.emplace_back(std::move(a.where_));
    parts.emplace_back(std::move(b.where_));
    return Condition(Object{{op, Value(std::move(parts))}});
  }
  Object where_;
};

/// A field by dotted path, on the left of a condition.
class Field {
 public:
  explicit Field(std::string path) : path_(std::move(path)) {}

  [[nodiscard]] Condition eq(Value value) const { return make("eq", std::move(value)); }
  [[nodiscard]] Condition ne(Value value) const { return make("ne", std::move(value)); }
  [[nodiscard]] Condition gt(Value value) const { return make("gt", std::move(value)); }
  [[nodiscard]] Condition gte(Value value) const { return make("gte", std::move(value)); }
  [[nodiscard]] Condition lt(Value value) const { return make("lt", std::move(value)); }
  [[nodiscard]] Condition lte(Value value) const { return make("lte", std::move(value)); }
  [[nodiscard]] Condition in_values(List values) const { return make("in", Value(std::move(values))); }
  [[nodiscard]] Condition not_in(List values) const { return make("nin", Value(std::move(values))); }
  /// Both ends included.
  [[nodiscard]] Condition between(Value low, Value high) const {
    List ends;
    ends.push_back(std::move(low));
    ends.push_back(std::move(high));
    return make("between", Value(std::move(ends)));
  }
  /// A substring of a text, or an element of a list.
  [[nodiscard]] Condition contains(Value value) const { return make("contains", std::move(value)); }
  [[nodiscard]] Condition contains_any(List values) const { return make("containsAny", Value(std::move(values))); }
  [[nodiscard]] Condition contains_all(List values) const { return make("containsAll", Value(std::move(values))); }
  [[nodiscard]] Condition starts_with(std::string text) const { return make("startsWith", Value(std::move(text))); }
  [[nodiscard]] Condition ends_with(std::string text) const { return make("endsWith", Value(std::move(text))); }
  /// An RE2 expression, searched.
  [[nodiscard]] Condition matches(std::string regex) const { return make("matches", Value(std::move(regex))); }
  [[nodiscard]] Condition is_null() const { return make("isNull", Value(true)); }
  [[nodiscard]] Condition has_field() const { return make("isNull", Value(false)); }
  /// The length of a list.
  [[nodiscard]] Condition size(std::int64_t count) const { return make("size", Value(count)); }

  friend Condition operator==(const Field& field, Value value) { return field.eq(std::move(value)); }
  friend Condition operator!=(const Field& field, Value value) { return field.ne(std::move(value)); }
  friend Condition operator>(const Field& field, Value value) { return field.gt(std::move(value)); }
  friend Condition operator>=(const Field& field, Value value) { return field.gte(std::move(value)); }
  friend Condition operator<(const Field& field, Value value) { return field.lt(std::move(value)); }
  friend Condition operator<=(const Field& field, Value value) { return field.lte(std::move(value)); }

 private:
  [[nodiscard]] Condition make(std::string_view op, Value value) const {
    return Condition(Object{{path_, Value(Object{{op, std::move(value)}})}});
  }
  std::string path_;
};

[[nodiscard]] inline Field field(std::string path) { return Field(std::move(path)); }

/// The direction of a sort term: aurora::asc, aurora::desc.
enum class Direction : std::uint8_t { kAscending, kDescending };
inline constexpr Direction asc = Direction::kAscending;
inline constexpr Direction desc = Direction::kDescending;

}  // namespace aurora
