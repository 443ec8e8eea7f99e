// Logic: if, coalesce, isNull, isNotNull, and, or, not, and the comparisons.
// Called by the evaluator, for the operators ?: && || ! == != < <= > >= too.
#include "expr/compare.hpp"

#include <aurora/base/try.hpp>

namespace aurora::expr {

namespace {

// Turns `value`, a text, into a value of `type`. False when it cannot be read.
bool read_as(Type type, Value& value, DateTime now) {
  const auto& text = *value.if_string();
  const bool is_now = text == "now";
  constexpr std::int64_t kDay = 86'400'000'000;
  const auto day = now.micros / kDay - (now.micros % kDay < 0 ? 1 : 0);
  const auto take = [&](const auto& read) {
    if (read) value = *read;
    return read.has_value();
  };
  switch (type) {
    case Type::kUuid:
      return take(Uuid::parse(text));
    case Type::kDate:
      return take(is_now ? Date{static_cast<std::int32_t>(day)} : Date::parse(text));
    case Type::kTime:
      return take(is_now ? Time{now.micros - day * kDay} : Time::parse(text));
    default:
      return take(is_now ? now : DateTime::parse(text));
  }
}

bool is_read_from_text(Type type) {
  return type == Type::kUuid || type == Type::kDate || type == Type::kTime ||
         type == Type::kDateTime;
}

}  // namespace

Result<std::optional<std::strong_ordering>> order_of(Call& call) {
  auto& a = call.arguments[0];
  auto& b = call.arguments[1];
  for (auto* text : {&a, &b}) {
    const auto& other = text == &a ? b : a;
    if (text->type() != Type::kString || !is_read_from_text(other.type())) continue;
    if (!read_as(other.type(), *text, call.inputs.now()))
      return call.fail("the text " + to_json(*text) + " is no " +
                       std::string(to_string(other.type())));
  }
  if (a.is_null() || b.is_null() || !same_class(a.type(), b.type()))
    return std::optional<std::strong_ordering>();
  return std::optional<std::strong_ordering>(compare(a, b));
}

namespace {

Result<bool> equal(Call& call) {
  if (call.arguments[0].is_null() && call.arguments[1].is_null()) return true;
  AURORA_ASSIGN(const auto order, order_of(call));
  return order && *order == 0;
}

Result<Value> eq(Call& call) {
  AURORA_ASSIGN(const bool same, equal(call));
  return Value(same);
}

Result<Value> ne(Call& call) {
  AURORA_ASSIGN(const bool same, equal(call));
  return Value(!same);
}

template <bool (*holds)(std::strong_ordering)>
Result<Value> ordered(Call& call) {
  AURORA_ASSIGN(const auto order, order_of(call));
  return Value(order && holds(*order));
}

Result<Value> is_null(Call& call) { return Value(call.arguments[0].is_null()); }
Result<Value> is_not_null(Call& call) { return Value(!call.arguments[0].is_null()); }

Result<Value> negation(Call& call) {
  AURORA_ASSIGN(const bool value, call.condition(0));
  return Value(!value);
}

constexpr Function with_nulls(Function function) {
  function.evaluation = Evaluation::kWithNulls;
  return function;
}

constexpr Function lazy(std::string_view name, Evaluation evaluation,
                        std::array<Parameter, 3> parameters, std::uint8_t count) {
  return {name, evaluation, nullptr, parameters, count, evaluation != Evaluation::kIf, nullptr};
}

constexpr Function comparison(std::string_view name, Result<Value> (*body)(Call&)) {
  return with_nulls(define(name, body, Parameter{"a"}, Parameter{"b"}));
}

constexpr std::array kFunctions{
    lazy("if", Evaluation::kIf, {Parameter{"condition"}, Parameter{"then"}, Parameter{"else"}}, 3),
    lazy("coalesce", Evaluation::kCoalesce, {Parameter{"value"}}, 1),
    lazy("and", Evaluation::kAnd, {Parameter{"a"}, Parameter{"b"}}, 2),
    lazy("or", Evaluation::kOr, {Parameter{"a"}, Parameter{"b"}}, 2),
    with_nulls(define("not", negation, Parameter{"condition"})),
    with_nulls(define("isNull", is_null, Parameter{"value"})),
    with_nulls(define("isNotNull", is_not_null, Parameter{"value"})),
    comparison("eq", eq),
    comparison("ne", ne),
    comparison("gt", ordered<[](std::strong_ordering order) { return (order > 0); }>),
    comparison("gte", ordered<[](std::strong_ordering order) { return (order >= 0); }>),
    comparison("lt", ordered<[](std::strong_ordering order) { return (order < 0); }>),
    comparison("lte", ordered<[](std::strong_ordering order) { return (order <= 0); }>),
};

}  // namespace

std::span<const Function> logic_functions() noexcept { return kFunctions; }

}  // namespace aurora::expr
