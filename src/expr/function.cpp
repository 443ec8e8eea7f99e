// The registry of functions, and what their bodies share. Called by the compiler and the families.
#include "expr/function.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aurora::expr {

namespace {

std::array<std::span<const Function>, 6> families() {
  return {string_functions(), math_functions(), logic_functions(),
          date_functions(),   type_functions(), array_functions()};
}

}  // namespace

const Function* find_function(std::string_view name) noexcept {
  for (const auto family : families())
    for (const auto& function : family)
      if (function.name == name) return &function;
  return nullptr;
}

bool is_function(std::string_view name) noexcept { return find_function(name) != nullptr; }

std::vector<std::string_view> function_names() {
  std::vector<std::string_view> names;
  for (const auto family : families())
    for (const auto& function : family) names.push_back(function.name);
  return names;
}

std::string describe(const Value& value) {
  std::string kind;
  switch (value.type()) {
    case Type::kNull:
      return "null";
    case Type::kList:
      return "a list";
    case Type::kObject:
      return "an object";
    case Type::kInt:
      kind = "an ";
      break;
    default:
      kind = "a ";
  }
  kind += value.type() == Type::kBool ? "Boolean" : to_string(value.type());
  constexpr std::size_t kShort = 60;
  auto text = to_json(value);
  if (text.size() <= kShort) kind += ": " + std::move(text);
  return kind;
}

std::optional<bool> truth_of(const Value& value) noexcept {
  if (value.is_null()) return false;
  if (const auto* flag = value.if_bool()) return *flag;
  return std::nullopt;
}

std::string text_of(const Value& value) {
  if (value.is_null()) return {};
  if (const auto* text = value.if_string()) return *text;
  if (const auto* uuid = value.if_uuid()) return uuid->text();
  if (const auto* date = value.if_date()) return date->text();
  if (const auto* time = value.if_time()) return time->text();
  if (const auto* instant = value.if_datetime()) return instant->text();
  return to_json(value);
}

Error Call::fail(std::string message, ErrorCode code) const {
  return inputs.error(at_, code, "'" + std::string(label_) + "': " + std::move(message));
}

Error Call::wrong_kind(std::string_view wanted, const Value& found) const {
  return inputs.error(
      at_, ErrorCode::kTypeError,
      "'" + std::string(label_) + "' takes " + std::string(wanted) + ", found " + describe(found));
}

Error Call::too_long() const {
  return fail("the text would be longer than " + std::to_string(kMaxTextBytes) + " bytes",
              ErrorCode::kLimitExceeded);
}

Error Call::too_many() const {
  return fail("the list would have more than " + std::to_string(kMaxElements) + " elements", ErrorCode::kLimitExceeded);
}

Result<Value> Call::limited(std::string text) const {
  if (text.size() > kMaxTextBytes) return too_long();
  return Value(std::move(text));
}

std::string Call::wanted_as(std::string_view wanted, std::size_t index) const {
  const auto place = std::min<std::size_t>(index, function_.parameter_count - 1u);
  return std::string(wanted) + " as '" + std::string(function_.parameters[place].name) + "'";
}

Result<const std::string*> Call::text(std::size_t index) {
  const auto& value = arguments[index];
  if (const auto* text = value.if_string()) return text;
  return wrong_kind(wanted_as("a String", index), value);
}

Result<std::int64_t> Call::integer(std::size_t index) {
  const auto& value = arguments[index];
  if (const auto* number = value.if_int()) return *number;
  return wrong_kind(wanted_as("an Int", index), value);
}

Result<std::size_t> Call::count(std::size_t index) {
  const auto& value = arguments[index];
  const auto* number = value.if_int();
  if (number != nullptr && *number >= 0) return static_cast<std::size_t>(*number);
  return wrong_kind(wanted_as("an Int of at least 0", index), value);
}

Result<List*> Call::list(std::size_t index) {
  auto& value = arguments[index];
  if (auto* list = value.if_list()) return list;
  return wrong_kind(wanted_as("a list", index), value);
}

Result<bool> Call::condition(std::size_t index) {
  if (const auto truth = truth_of(arguments[index])) return *truth;
  return wrong_kind("true or false", arguments[index]);
}

}  // namespace aurora::expr
