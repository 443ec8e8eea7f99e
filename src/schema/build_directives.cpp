// The directives of a field: @primary @unique @indexed @search @validate @relation @computed.
// Called by build_field.cpp.
#include "schema/build_parts.hpp"
#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/validate.hpp>

#include <algorithm>
#include <array>
#include <cmath>

namespace aurora {

namespace {

constexpr std::array<std::string_view, 7> kDirectives{
    "@primary", "@unique", "@indexed", "@search", "@validate", "@relation", "@computed"};
constexpr std::array<std::string_view, 3> kSearchArguments{"language", "stopWords", "weight"};
// Those of the Snowball stemmers, 2.2.
constexpr std::array<std::string_view, 29> kLanguages{
    "arabic",     "armenian",   "basque",   "catalan",    "danish",  "dutch",  "english", "finnish",
    "french",     "german",     "greek",    "hindi",      "hungarian", "indonesian", "irish", "italian",
    "lithuanian", "nepali",     "norwegian", "porter",    "portuguese", "romanian", "russian", "serbian",
    "spanish",    "swedish",    "tamil",    "turkish",    "yiddish"};
// Those with a list of stop words; no language means English there.
constexpr std::array<std::string_view, 13> kStopWordLanguages{
    "",        "danish",     "dutch",  "english", "french",  "german", "italian", "norwegian",
    "porter", "portuguese", "russian", "spanish", "swedish"};
constexpr std::array<std::string_view, 4> kRelationArguments{"to", "key", "check", "onDelete"};
constexpr std::array<std::string_view, 1> kComputedArguments{"expr"};
constexpr std::array<std::string_view, 3> kOnDeleteWords{"RESTRICT", "SET_NULL", "CASCADE"};
constexpr std::array kOnDeleteActions{OnDelete::kRestrict, OnDelete::kSetNull, OnDelete::kCascade};

const TypeDef& innermost(const TypeDef& type) {
  const auto* at = &type;
  while (at->type == FieldType::kList) at = at->element.get();
  return *at;
}

bool is_string_like(FieldType type) {
  return type == FieldType::kString || type == FieldType::kId || type == FieldType::kEmail ||
         type == FieldType::kUrl || type == FieldType::kPhoneNumber;
}

bool is_scalar(FieldType type) {
  return type != FieldType::kList && type != FieldType::kNested && type != FieldType::kJson &&
         type != FieldType::kObject && type != FieldType::kAny;
}

Result<bool> flag_argument(const aql::Argument& given, const aql::Directive& directive,
                           std::string_view text) {
  if (given.value.kind != aql::Literal::Kind::kBool)
    return bad_definition(
        text, given.value.at,
        in_quotes(given.name.text) + " of @" + directive.name.text + " must be true or false");
  return given.value.boolean;
}

Status apply_primary(FieldDef& field, const aql::Directive& directive, std::string_view text) {
  if (!is_scalar(field.type.type))
    return bad_definition(
        text, directive.name.at,
        "field " + in_quotes(field.name) + " of type " + field.type.text() + " cannot be @primary");
  field.primary = true;
  field.type.required = true;
  return {};
}

Status apply_search(FieldDef& field, const aql::Directive& directive, std::string_view text) {
  AURORA_TRY(check_arguments(directive, kSearchArguments, "@", text));
  const auto type = innermost(field.type).type;
  if (!is_string_like(type))
    return bad_definition(
        text, directive.name.at,
        "@search needs a field of text; " + in_quotes(field.name) + " is " + field.type.text());
  SearchOptions options;
  if (const auto* language = argument(directive, "language")) {
    AURORA_ASSIGN(auto name, text_argument(*language, "@", directive, text));
    if (name != "none" && std::find(kLanguages.begin(), kLanguages.end(), name) == kLanguages.end())
      return bad_definition(text, language->value.at,
                            "no stemmer for the language " + in_quotes(name) + did_you_mean(name, kLanguages));
    if (name != "none") options.language = std::move(name);
  }
  if (const auto* stop_words = argument(directive, "stopWords")) {
    AURORA_ASSIGN(options.stop_words, flag_argument(*stop_words, directive, text));
    if (options.stop_words && std::find(kStopWordLanguages.begin(), kStopWordLanguages.end(), options.language) ==
                                  kStopWordLanguages.end())
      return bad_definition(text, stop_words->value.at,
                            "there is no list of stop words for the language " + in_quotes(options.language));
  }
  if (const auto* weight = argument(directive, "weight")) {
    AURORA_ASSIGN(const auto value, constant(weight->value, text));
    const auto* whole = value.if_int();
    const auto* number = value.if_float();
    options.weight = whole != nullptr    ? static_cast<double>(*whole)
                     : number != nullptr ? *number
                                         : 0;
    if (!(options.weight > 0) || !std::isfinite(options.weight))
      return bad_definition(text, weight->value.at, "'weight' of @search must be a number above 0");
  }
  field.search = std::move(options);
  return {};
}

Status apply_validate(FieldDef& field, const aql::Directive& directive, std::string_view text) {
  Validation validation;
  for (const auto& given : directive.arguments) {
    AURORA_ASSIGN(auto value, constant(given.value, text));
    if (auto status = set_constraint(validation, given.name.text, std::move(value), field.type);
        !status)
      return bad_definition(text, given.name.at, status.error());
  }
  if (validation.empty())
    return bad_definition(text, directive.name.at, "@validate needs at least one constraint");
  if (auto status = check_consistent(validation); !status)
    return bad_definition(text, directive.name.at, status.error());
  field.validation = std::move(validation);
  return {};
}

Result<OnDelete> on_delete_action(const aql::Argument& given, std::string_view text) {
  using Kind = aql::Literal::Kind;
  const auto& word = given.value;
  if (word.kind == Kind::kEnum || word.kind == Kind::kString)
    for (std::size_t i = 0; i < kOnDeleteWords.size(); ++i)
      if (kOnDeleteWords[i] == word.text) return kOnDeleteActions[i];
  return bad_definition(
      text, word.at,
      "'onDelete' must be RESTRICT, SET_NULL or CASCADE" + did_you_mean(word.text, kOnDeleteWords));
}

Status apply_relation(FieldDef& field, const aql::Directive& directive, std::string_view text) {
  AURORA_TRY(check_arguments(directive, kRelationArguments, "@", text));
  Relation relation;
  const auto* to = argument(directive, "to");
  const auto* key = argument(directive, "key");
  if (to == nullptr || key == nullptr)
    return bad_definition(text, directive.name.at,
                          std::string("@relation needs ") +
                              (to == nullptr ? "'to', the collection" : "'key', the field") +
                              " it points at");
  AURORA_ASSIGN(relation.to, text_argument(*to, "@", directive, text));
  AURORA_ASSIGN(relation.key, text_argument(*key, "@", directive, text));
  if (const auto* check = argument(directive, "check")) {
    AURORA_ASSIGN(relation.check, flag_argument(*check, directive, text));
  }
  if (const auto* action = argument(directive, "onDelete")) {
    AURORA_ASSIGN(relation.on_delete, on_delete_action(*action, text));
  }
  field.relation = std::move(relation);
  return {};
}

Status apply_computed(FieldDef& field, const aql::Directive& directive, std::string_view text) {
  AURORA_TRY(check_arguments(directive, kComputedArguments, "@", text));
  const auto* expression = argument(directive, "expr");
  if (expression == nullptr)
    return bad_definition(text, directive.name.at, "@computed needs 'expr', its expression");
  AURORA_ASSIGN(auto written, text_argument(*expression, "@", directive, text));
  field.computed = std::move(written);
  return {};
}

const aql::Directive& directive_named(const aql::FieldDefinition& written, std::string_view name) {
  for (const auto& directive : written.directives)
    if (directive.name.text == name) return directive;
  return written.directives.front();
}

}  // namespace

Status apply_directive(FieldDef& field, const aql::Directive& directive, std::string_view text) {
  const std::string_view name = directive.name.text;
  if (name == "validate") return apply_validate(field, directive, text);
  if (name == "relation") return apply_relation(field, directive, text);
  if (name == "computed") return apply_computed(field, directive, text);
  if (name == "search") return apply_search(field, directive, text);
  if (name != "primary" && name != "unique" && name != "indexed")
    return bad_definition(text, directive.name.at,
                          "unknown directive '@" + directive.name.text + "' on field " +
                              in_quotes(field.name) +
                              did_you_mean("@" + directive.name.text, kDirectives));
  AURORA_TRY(check_arguments(directive, {}, "@", text));
  if (name == "primary") return apply_primary(field, directive, text);
  (name == "unique" ? field.unique : field.indexed) = true;
  return {};
}

Status check_directives(const FieldDef& field, const aql::FieldDefinition& written,
                        std::string_view text) {
  if (field.computed) {
    const auto at = directive_named(written, "computed").name.at;
    const auto refuse = [&](std::string_view what) {
      return bad_definition(
          text, at, "computed field " + in_quotes(field.name) + " cannot " + std::string(what));
    };
    if (field.primary) return refuse("be @primary");
    if (field.type.required) return refuse("be required: its expression may give null");
    if (written.default_value) return refuse("have a default");
    if (field.relation) return refuse("have a @relation");
    if (field.validation) return refuse("have @validate: nobody could mend its value");
  }
  // From a required list the element is taken out.
  if (field.relation && field.relation->on_delete == OnDelete::kSetNull && field.type.required &&
      field.type.type != FieldType::kList)
    return bad_definition(
        text, directive_named(written, "relation").name.at,
        "field " + in_quotes(field.name) + " is required: onDelete SET_NULL could never be done");
  return {};
}

}  // namespace aurora
