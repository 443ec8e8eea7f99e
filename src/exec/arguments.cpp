// Body of argument reading. Called by everything that takes arguments.
#include <aurora/exec/arguments.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace aurora::exec {

using plan::Bindings;

namespace {

// Arguments known by two names.
constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kSynonyms{
    {{"where", "filter"}, {"data", "set"}, {"type", "jobType"}, {"retries", "maxRetries"}}};

bool mean_the_same(std::string_view a, std::string_view b) {
  return std::any_of(kSynonyms.begin(), kSynonyms.end(), [&](const auto& names) {
    return (names.first == a && names.second == b) || (names.first == b && names.second == a);
  });
}

// A bare word where none is known is no value at all.
Error wrong_kind(const aql::Literal& literal, std::string_view name, std::string_view wanted, const Bindings& bindings) {
  const bool word = literal.kind == aql::Literal::Kind::kEnum;
  auto message = "'" + std::string(name) + "' takes " + std::string(wanted);
  if (word) message += ", not the word " + literal.text;
  return bindings.error(literal.at, word ? ErrorCode::kInvalidQuery : ErrorCode::kTypeError, std::move(message));
}

}  // namespace

Status check_arguments(const std::vector<aql::Argument>& arguments, std::span<const std::string_view> known,
                       std::string_view on, const Bindings& bindings) {
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const auto& name = arguments[i].name;
    if (std::find(known.begin(), known.end(), name.text) == known.end())
      return bindings.error(name.at, ErrorCode::kInvalidQuery, "unknown argument '" + name.text + "' on " +
                                                                   std::string(on) + did_you_mean(name.text, known));
    for (std::size_t j = 0; j < i; ++j) {
      const auto& other = arguments[j].name.text;
      if (other == name.text)
        return bindings.error(name.at, ErrorCode::kInvalidQuery, "argument '" + name.text + "' is given twice");
      if (mean_the_same(other, name.text))
        return bindings.error(name.at, ErrorCode::kInvalidQuery,
                              "'" + name.text + "' is another word for '" + other + "'; give one of them");
    }
  }
  return {};
}

plan::Argument find_argument(const std::vector<aql::Argument>& arguments,
                             std::initializer_list<std::string_view> names, const Bindings& bindings) {
  for (const auto& argument : arguments)
    for (const auto name : names)
      if (argument.name.text == name) return plan::whole_argument(&argument.value, bindings);
  return {};
}

Result<std::optional<std::string>> text_argument(const std::vector<aql::Argument>& arguments,
                                                 std::initializer_list<std::string_view> names,
                                                 const Bindings& bindings) {
  const auto argument = find_argument(arguments, names, bindings);
  const auto* literal = argument.get();
  if (literal == nullptr || literal->kind == aql::Literal::Kind::kNull) return std::optional<std::string>();
  if (literal->kind != aql::Literal::Kind::kString)
    return wrong_kind(*literal, *names.begin(), "a text in quotes", bindings);
  return std::optional(literal->text);
}

Result<std::optional<bool>> flag_argument(const std::vector<aql::Argument>& arguments, std::string_view name,
                                          const Bindings& bindings) {
  const auto argument = find_argument(arguments, {name}, bindings);
  const auto* literal = argument.get();
  if (literal == nullptr || literal->kind == aql::Literal::Kind::kNull) return std::optional<bool>();
  if (literal->kind != aql::Literal::Kind::kBool)
    return wrong_kind(*literal, name, "true or false", bindings);
  return std::optional(literal->boolean);
}

Result<std::optional<std::uint64_t>> count_argument(const std::vector<aql::Argument>& arguments,
                                                    std::string_view name, const Bindings& bindings) {
  const auto argument = find_argument(arguments, {name}, bindings);
  const auto* literal = argument.get();
  if (literal == nullptr || literal->kind == aql::Literal::Kind::kNull) return std::optional<std::uint64_t>();
  if (literal->kind != aql::Literal::Kind::kInt)
    return wrong_kind(*literal, name, "a whole number", bindings);
  if (literal->integer < 0)
    return bindings.error(literal->at, ErrorCode::kInvalidQuery,
                          "'" + std::string(name) + "' must not be negative, but is " + std::to_string(literal->integer));
  return std::optional(static_cast<std::uint64_t>(literal->integer));
}

Result<std::optional<std::string>> word_argument(const std::vector<aql::Argument>& arguments, std::string_view name,
                                                 std::span<const std::string_view> words, const Bindings& bindings) {
  const auto argument = find_argument(arguments, {name}, bindings);
  const auto* literal = argument.get();
  if (literal == nullptr || literal->kind == aql::Literal::Kind::kNull) return std::optional<std::string>();
  const bool word = literal->kind == aql::Literal::Kind::kEnum || literal->kind == aql::Literal::Kind::kString;
  if (word && std::find(words.begin(), words.end(), literal->text) != words.end())
    return std::optional(literal->text);
  std::string all;
  for (const auto& each : words) all.append(all.empty() ? "" : ", ").append(each);
  return bindings.error(literal->at, ErrorCode::kInvalidQuery,
                        "'" + std::string(name) + "' takes one of " + all + did_you_mean(literal->text, words));
}

}  // namespace aurora::exec
