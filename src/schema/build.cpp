// From the syntax tree of `define collection` to a definition; and what can be said about whole
// definitions. Called by the executor of schema statements; calls the parts in build_*.cpp.
#include <aurora/schema/build.hpp>

#include "schema/build_parts.hpp"
#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/schema/validate.hpp>

#include <array>
#include <unordered_set>

namespace aurora {

namespace {

constexpr std::array<std::string_view, 1> kCollectionDirectives{"@open"};

Status apply_collection_directives(CollectionDef& collection,
                                   const aql::CollectionDefinition& written,
                                   std::string_view text) {
  for (const auto& directive : written.directives) {
    const auto& name = directive.name;
    if (name.text != "open")
      return bad_definition(text, name.at,
                            "unknown directive '@" + name.text + "' on collection " +
                                in_quotes(collection.name) +
                                did_you_mean("@" + name.text, kCollectionDirectives));
    AURORA_TRY(check_arguments(directive, {}, "@", text));
    collection.open = true;
  }
  return {};
}

Status build_fields(CollectionDef& collection, const aql::CollectionDefinition& written,
                    std::string_view text) {
  std::unordered_set<std::string_view> names;
  if (written.fields.size() >= kOpenFields)
    return aql::error_at(
        text, written.name.at, ErrorCode::kLimitExceeded,
        "a collection holds at most " + std::to_string(kOpenFields - 1) + " fields");
  for (const auto& definition : written.fields) {
    if (!names.insert(definition.name.text).second)
      return bad_definition(text, definition.name.at,
                            "field " + in_quotes(definition.name.text) + " is defined twice");
    AURORA_ASSIGN(auto field, build_field(definition, text));
    field.id = collection.next_field_id++;
    collection.fields.push_back(std::move(field));
    AURORA_TRY(check_collection(collection, text, definition.name.at));
  }
  return {};
}

Status apply_rules(CollectionDef& collection, const aql::CollectionDefinition& written,
                   std::string_view text) {
  for (const auto& rule : written.rules) {
    if (rule.name.text == "ttl" && collection.ttl)
      return bad_definition(text, rule.name.at, "@@ttl is given twice");
    AURORA_TRY(apply_rule(collection, rule, text));
  }
  return {};
}

}  // namespace

Result<CollectionDef> build_collection(const aql::CollectionDefinition& definition,
                                       std::string_view text, DefinitionIds& ids, Origin origin) {
  CollectionDef collection;
  collection.name = definition.name.text;
  collection.system = origin == Origin::kSystem;
  if (!collection.system && collection.name.starts_with('_'))
    return bad_definition(text, definition.name.at,
                          "collection " + in_quotes(collection.name) +
                              ": names that begin with '_' belong to the system");
  AURORA_TRY(apply_collection_directives(collection, definition, text));
  AURORA_TRY(build_fields(collection, definition, text));
  collection.indexes = directive_indexes(collection);
  AURORA_TRY(apply_rules(collection, definition, text));
  place_ttl_index(collection);
  auto validators = Validators::make(collection);
  if (!validators) return bad_definition(text, definition.name.at, validators.error());
  collection.validators = *std::move(validators);
  collection.id = ids.next_collection++;
  for (auto& index : collection.indexes) index.id = ids.next_index++;
  return collection;
}

std::vector<std::string> unsupported_features(const CollectionDef& collection) {
  std::vector<std::string> features;
  for (const auto& field : collection.fields) {
    if (field.search && field.computed) features.push_back("@search on the computed field " + in_quotes(field.name));
  }
  return features;
}

}  // namespace aurora
