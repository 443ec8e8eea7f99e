// Body of path.hpp. Called by rules, indexes and the planner; calls the name search.
#include <aurora/schema/path.hpp>

#include "schema/describe_value.hpp"

#include <aurora/base/nearest.hpp>

namespace aurora {

namespace {

// The fields inside `type`, through lists; null for a type without declared parts.
const std::vector<FieldDef>* parts_of(const TypeDef& type) {
  const auto* at = &type;
  while (at->type == FieldType::kList) at = at->element.get();
  return at->type == FieldType::kNested ? &at->fields : nullptr;
}

// True when anything may stand below a value of `type`.
bool is_free(const TypeDef& type) {
  const auto* at = &type;
  while (at->type == FieldType::kList) at = at->element.get();
  return at->type == FieldType::kJson || at->type == FieldType::kObject ||
         at->type == FieldType::kAny;
}

Error unknown_part(const CollectionDef& collection, std::string_view dotted, std::string_view name,
                   const std::vector<FieldDef>& parts, ErrorCode code) {
  std::vector<std::string_view> names;
  for (const auto& part : parts) names.emplace_back(part.name);
  return Error(code, "unknown field " + in_quotes(dotted) + " in collection " +
                         in_quotes(collection.name) + did_you_mean(name, names));
}

// Follows `names` below `type`. `dotted` is the whole path, for messages.
Status descend(const CollectionDef& collection, const TypeDef& type,
               const std::vector<std::string>& names, std::string_view dotted, ErrorCode code) {
  const auto* at = &type;
  for (const auto& name : names) {
    if (is_free(*at)) return {};
    const auto* parts = parts_of(*at);
    if (parts == nullptr)
      return Error(code, "field " + in_quotes(dotted) + " in collection " + in_quotes(collection.name) +
                             ": nothing stands below " + at->text());
    const TypeDef* next = nullptr;
    for (const auto& part : *parts)
      if (part.name == name) next = &part.type;
    if (next == nullptr) return unknown_part(collection, dotted, name, *parts, code);
    at = next;
  }
  return {};
}

}  // namespace

Error in_collection(const CollectionDef& collection, const Error& error) {
  const auto named = "collection " + in_quotes(collection.name);
  return error.message().find(named) == std::string::npos ? error.with_prefix(named + ": ") : error;
}

Error unknown_field(const CollectionDef& collection, std::string_view name, ErrorCode code) {
  const auto names = collection.field_names();
  return Error(code, "unknown field " + in_quotes(name) + " in collection " + in_quotes(collection.name) +
                         did_you_mean(name, names));
}

Result<FieldPath> resolve_path(const CollectionDef& collection, std::string_view dotted,
                               ErrorCode code) {
  FieldPath path;
  auto rest = dotted;
  for (;;) {
    const auto dot = rest.find('.');
    const auto name = rest.substr(0, dot);
    if (name.empty()) return Error(code, "malformed field path " + in_quotes(dotted));
    if (path.name.empty())
      path.name = name;
    else
      path.rest.emplace_back(name);
    if (dot == std::string_view::npos) break;
    rest.remove_prefix(dot + 1);
  }
  const auto* field = collection.find(path.name);
  if (field == nullptr) {
    if (!collection.open) return unknown_field(collection, path.name, code);
    path.field = kOpenFields;
    return path;
  }
  path.field = field->id;
  if (auto status = descend(collection, field->type, path.rest, dotted, code); !status)
    return status.error();
  return path;
}

}  // namespace aurora
