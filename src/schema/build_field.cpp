// Fields and types of a definition: names, types, defaults. Called by define and alter;
// directives are read in build_directives.cpp.
#include "schema/build_parts.hpp"
#include "schema/coerce_parts.hpp"
#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>

#include <array>
#include <unordered_set>

namespace aurora {

namespace {

constexpr std::array<std::string_view, 16> kTypeWords{
    "String", "Int",  "Float", "Boolean", "Bool",        "ID",   "Uuid",   "DateTime",
    "Date",   "Time", "Email", "URL",     "PhoneNumber", "JSON", "Object", "Any"};

/// "did you mean", or all types when none is near (people come with Integer, Text, Timestamp).
std::string type_hint(std::string_view name) {
  auto hint = did_you_mean(name, kTypeWords);
  if (!hint.empty()) return hint;
  for (const auto word : kTypeWords)
    hint.append(hint.empty() ? "; the types are " : ", ").append(word);
  return hint;
}

Result<TypeDef> build_named(const aql::TypeReference& type, std::string_view text) {
  const auto known = field_type_named(type.name.text);
  if (!known)
    return bad_definition(text, type.name.at,
                          "unknown type " + in_quotes(type.name.text) + type_hint(type.name.text));
  TypeDef out;
  out.type = *known;
  return out;
}

Result<TypeDef> build_nested(const aql::TypeReference& type, std::string_view text) {
  if (type.fields.empty())
    return bad_definition(text, type.at, "a nested type needs at least one field");
  TypeDef out;
  out.type = FieldType::kNested;
  out.fields.reserve(type.fields.size());
  std::unordered_set<std::string_view> names;
  for (const auto& part : type.fields) {
    if (!names.insert(part.name.text).second)
      return bad_definition(text, part.name.at,
                            "field " + in_quotes(part.name.text) + " is defined twice");
    AURORA_ASSIGN(auto field, build_nested_field(part, text));
    out.fields.push_back(std::move(field));
  }
  return out;
}

bool is_clock_type(FieldType type) {
  return type == FieldType::kDateTime || type == FieldType::kDate || type == FieldType::kTime;
}

Status build_default(FieldDef& field, const aql::Literal& literal, std::string_view text) {
  AURORA_ASSIGN(auto value, constant(literal, text));
  if (value.is_null()) {
    if (!field.type.required) return {};
    return bad_definition(
        text, literal.at,
        "field " + in_quotes(field.name) + " is required: its default cannot be null");
  }
  if (is_clock_type(field.type.type) && value.if_string() != nullptr &&
      *value.if_string() == "now") {
    field.default_is_now = true;
    return {};
  }
  if (auto status = coerce_in_place(field, value, {}, ValuePlace{nullptr, field.name, 0}); !status)
    return bad_definition(text, literal.at, status.error(), "default of ");
  field.default_value = std::move(value);
  return {};
}

// Everything but the name's own rules and the directives.
Result<FieldDef> begin_field(const aql::FieldDefinition& written, std::string_view text) {
  FieldDef field;
  field.name = written.name.text;
  AURORA_ASSIGN(field.type, build_type(written.type, text));
  return field;
}

// The default comes last: it must also meet @validate.
Result<FieldDef> finish_field(FieldDef field, const aql::FieldDefinition& written,
                              std::string_view text) {
  for (std::size_t i = 0; i < written.directives.size(); ++i) {
    const auto& directive = written.directives[i];
    for (std::size_t j = 0; j < i; ++j)
      if (written.directives[j].name.text == directive.name.text)
        return bad_definition(
            text, directive.name.at,
            "@" + directive.name.text + " is given twice on field " + in_quotes(field.name));
    AURORA_TRY(apply_directive(field, directive, text));
  }
  AURORA_TRY(check_directives(field, written, text));
  if (written.default_value) AURORA_TRY(build_default(field, *written.default_value, text));
  return field;
}

}  // namespace

Result<TypeDef> build_type(const aql::TypeReference& type, std::string_view text) {
  using Kind = aql::TypeReference::Kind;
  TypeDef out;
  if (type.kind == Kind::kNamed) {
    AURORA_ASSIGN(out, build_named(type, text));
  } else if (type.kind == Kind::kObject) {
    AURORA_ASSIGN(out, build_nested(type, text));
  } else {
    AURORA_ASSIGN(auto element, build_type(*type.element, text));
    out.type = FieldType::kList;
    out.element = std::make_shared<const TypeDef>(std::move(element));
  }
  out.required = type.required;
  return out;
}

Result<FieldDef> build_nested_field(const aql::FieldDefinition& written, std::string_view text) {
  for (const auto& directive : written.directives) {
    const std::string_view name = directive.name.text;
    if (name == "primary" || name == "relation" || name == "computed")
      return bad_definition(text, directive.name.at,
                            "@" + directive.name.text +
                                " is for fields of the collection itself, not for nested ones");
  }
  AURORA_ASSIGN(auto field, begin_field(written, text));
  return finish_field(std::move(field), written, text);
}

bool is_reserved_field(std::string_view name) noexcept {
  return name == "_sid" || name.starts_with("__");
}

Result<FieldDef> build_field(const aql::FieldDefinition& written, std::string_view text) {
  if (is_reserved_field(written.name.text))
    return bad_definition(text, written.name.at,
                          "the field name " + in_quotes(written.name.text) + " belongs to the system");
  AURORA_ASSIGN(auto field, begin_field(written, text));
  return finish_field(std::move(field), written, text);
}

}  // namespace aurora
