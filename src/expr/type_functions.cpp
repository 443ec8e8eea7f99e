// Types: toString toInt toFloat toBoolean. A text that cannot be read is a TypeError, never null.
// Called by the evaluator.
#include "expr/function.hpp"

#include <aurora/base/try.hpp>

#include <charconv>
#include <cmath>

namespace aurora::expr {

namespace {

Result<Value> to_text(Call& call) { return call.limited(text_of(call.arguments[0])); }

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t\r\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\r\n") - from + 1);
}

template <class T>
bool read_number(std::string_view text, T& out) {
  text = trimmed(text);
  if (text.size() > 1 && text[0] == '+' && text[1] != '-') text.remove_prefix(1);
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), out);
  return failure == std::errc() && !text.empty() && end == text.data() + text.size();
}

Result<Value> cut(Call& call, double number) {
  constexpr double kLimit = 9223372036854775808.0;
  if (!(number >= -kLimit && number < kLimit)) return call.fail("the number does not fit an Int");
  return Value(static_cast<std::int64_t>(number));
}

Result<Value> to_int(Call& call) {
  auto& value = call.arguments[0];
  if (value.if_int() != nullptr) return std::move(value);
  if (const auto* flag = value.if_bool()) return Value(*flag ? 1 : 0);
  if (const auto* number = value.if_float()) return cut(call, *number);
  if (const auto* text = value.if_string()) {
    std::int64_t whole = 0;
    if (read_number(*text, whole)) return Value(whole);
    double number = 0;
    if (read_number(*text, number) && std::trunc(number) == number) return cut(call, number);
  }
  return call.wrong_kind("a number, a Boolean or the text of a whole number", value);
}

Result<Value> to_float(Call& call) {
  auto& value = call.arguments[0];
  if (value.if_float() != nullptr) return std::move(value);
  if (const auto* whole = value.if_int()) return Value(static_cast<double>(*whole));
  if (const auto* flag = value.if_bool()) return Value(*flag ? 1.0 : 0.0);
  if (const auto* text = value.if_string()) {
    double number = 0;
    if (read_number(*text, number) && std::isfinite(number)) return Value(number);
  }
  return call.wrong_kind("a number, a Boolean or the text of a number", value);
}

bool is_word(std::string_view text, std::string_view word) {
  text = trimmed(text);
  if (text.size() != word.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != word[i]) return false;
  return true;
}

Result<Value> to_boolean(Call& call) {
  auto& value = call.arguments[0];
  if (value.if_bool() != nullptr) return std::move(value);
  if (const auto* whole = value.if_int()) return Value(*whole != 0);
  if (const auto* number = value.if_float()) return Value(*number != 0);
  if (const auto* text = value.if_string()) {
    if (is_word(*text, "true")) return Value(true);
    if (is_word(*text, "false")) return Value(false);
  }
  return call.wrong_kind("a Boolean, a number, \"true\" or \"false\"", value);
}

constexpr std::array kFunctions{
    define("toString", to_text, Parameter{"value"}),
    define("toInt", to_int, Parameter{"value"}),
    define("toFloat", to_float, Parameter{"value"}),
    define("toBoolean", to_boolean, Parameter{"value"}),
};

}  // namespace

std::span<const Function> type_functions() noexcept { return kFunctions; }

}  // namespace aurora::expr
