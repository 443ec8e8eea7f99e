// Literals, arguments and errors of schema statements. Called by the other parts of building.
#include "schema/build_parts.hpp"
#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

namespace aurora {

namespace {

Value scalar(const aql::Literal& literal) {
  using Kind = aql::Literal::Kind;
  Value out;
  if (literal.kind == Kind::kBool) out = Value(literal.boolean);
  if (literal.kind == Kind::kInt) out = Value(literal.integer);
  if (literal.kind == Kind::kFloat) out = Value(literal.number);
  if (literal.kind == Kind::kString) out = Value(literal.text);
  return out;
}

}  // namespace

Error bad_definition(std::string_view text, aql::Offset at, std::string message) {
  return aql::error_at(text, at, ErrorCode::kInvalidDefinition, std::move(message));
}

Error bad_definition(std::string_view text, aql::Offset at, const Error& error,
                     std::string_view prefix) {
  const auto code = error.code() == ErrorCode::kLimitExceeded ? ErrorCode::kLimitExceeded
                                                              : ErrorCode::kInvalidDefinition;
  return aql::error_at(text, at, code, std::string(prefix) + error.message());
}

Result<Value> constant(const aql::Literal& literal, std::string_view text) {
  using Kind = aql::Literal::Kind;
  if (literal.kind == Kind::kEnum)
    return bad_definition(
        text, literal.at,
        "unknown word " + in_quotes(literal.text) + "; a text stands in double quotes");
  if (literal.kind == Kind::kVariable)
    return bad_definition(text, literal.at,
                          "a definition cannot hold the variable '$" + literal.text + "'");
  Value out;
  if (literal.kind == Kind::kList) {
    List list;
    list.reserve(literal.items.size());
    for (const auto& item : literal.items) {
      AURORA_ASSIGN(auto value, constant(item, text));
      list.push_back(std::move(value));
    }
    out = Value(std::move(list));
  } else if (literal.kind == Kind::kObject) {
    Object object;
    object.reserve(literal.members.size());
    for (const auto& member : literal.members) {
      AURORA_ASSIGN(auto value, constant(*member.value, text));
      object.set(member.name.text, std::move(value));
    }
    out = Value(std::move(object));
  } else {
    out = scalar(literal);
  }
  return out;
}

Status check_arguments(const aql::Directive& directive, std::span<const std::string_view> known,
                       std::string_view sign, std::string_view text) {
  for (const auto& given : directive.arguments) {
    const auto& name = given.name;
    bool is_known = false;
    for (const auto candidate : known) is_known = is_known || candidate == name.text;
    if (!is_known)
      return bad_definition(text, name.at,
                            "unknown argument " + in_quotes(name.text) + " on " + std::string(sign) +
                                directive.name.text + did_you_mean(name.text, known));
  }
  return {};
}

const aql::Argument* argument(const aql::Directive& directive, std::string_view name) {
  for (const auto& candidate : directive.arguments)
    if (candidate.name.text == name) return &candidate;
  return nullptr;
}

Result<std::string> text_argument(const aql::Argument& given, std::string_view sign,
                                  const aql::Directive& directive, std::string_view text) {
  if (given.value.kind != aql::Literal::Kind::kString || given.value.text.empty())
    return bad_definition(text, given.value.at,
                          in_quotes(given.name.text) + " of " + std::string(sign) +
                              directive.name.text + " must be a text that is not empty");
  return given.value.text;
}

}  // namespace aurora
