// Body of schema_view.hpp.
#include "cli/schema_view.hpp"

#include <algorithm>
#include <set>

namespace aurora::cli {

namespace {

constexpr std::string_view kIntrospection =
    "query { __schema { collections { name count fields { name type required unique indexed primary default "
    "validations relation { to key onDelete } computed } indexes { name fields kind } } } }";

// Values of introspection as AQL writes them: JSON is AQL.
std::string arguments_text(const Object& arguments) {
  std::string out;
  for (const auto& [name, value] : arguments)
    out.append(out.empty() ? "" : ", ").append(name).append(": ").append(to_json(value));
  return out;
}

std::string relation_text(const Object& relation) {
  std::string out = " @relation(";
  for (const auto& [name, value] : relation) {
    if (out.back() != '(') out += ", ";
    // onDelete is an enum word, the others are texts.
    const std::string* text = value.if_string();
    out += name + ": " + (name == "onDelete" && text != nullptr ? *text : to_json(value));
  }
  return out + ")";
}

// Index kinds of one field, which its directives say.
bool has_index(const Object& collection, std::string_view field, std::string_view kind) {
  for (const Value& value : list_of(collection, "indexes")) {
    const Object& index = *value.if_object();
    const List& fields = list_of(index, "fields");
    if (text_of(index, "kind") == kind && fields.size() == 1 && fields[0] == Value(field)) return true;
  }
  return false;
}

std::string field_text(const Object& collection, const Object& field) {
  const std::string name = text_of(field, "name");
  std::string out = "  " + name + ": " + text_of(field, "type");
  if (flag_of(field, "required")) out += "!";
  if (const Value* value = field.find("default"); value != nullptr && !value->is_null()) out += " = " + to_json(*value);
  if (flag_of(field, "primary")) {
    out += " @primary";
  } else if (flag_of(field, "unique")) {
    out += " @unique";
  } else if (flag_of(field, "indexed")) {
    out += " @indexed";
  }
  if (has_index(collection, name, "search")) out += " @search";
  if (const Value* rules = field.find("validations"); rules != nullptr && rules->if_object() != nullptr)
    if (!rules->if_object()->empty()) out += " @validate(" + arguments_text(*rules->if_object()) + ")";
  if (const Value* relation = field.find("relation"); relation != nullptr && relation->if_object() != nullptr)
    out += relation_text(*relation->if_object());
  if (const Value* computed = field.find("computed"); computed != nullptr && !computed->is_null())
    out += " @computed(expr: " + to_json(*computed) + ")";
  return out + "\n";
}

}  // namespace

std::string text_of(const Object& object, std::string_view name) {
  const Value* value = object.find(name);
  const std::string* text = value != nullptr ? value->if_string() : nullptr;
  return text != nullptr ? *text : std::string();
}

const List& list_of(const Object& object, std::string_view name) {
  static const List kNone;
  const Value* value = object.find(name);
  const List* list = value != nullptr ? value->if_list() : nullptr;
  return list != nullptr ? *list : kNone;
}

bool flag_of(const Object& object, std::string_view name) {
  const Value* value = object.find(name);
  return value != nullptr && value->if_bool() != nullptr && *value->if_bool();
}

Result<List> describe_collections(Database& database, std::string_view collection) {
  const auto result = database.try_execute(kIntrospection);
  if (!result) return result.error();
  const Value data = result->data();
  const Value* schema = data.if_object() != nullptr ? data.if_object()->find("__schema") : nullptr;
  List out;
  if (schema != nullptr && schema->if_object() != nullptr)
    for (const Value& value : list_of(*schema->if_object(), "collections"))
      if (value.if_object() != nullptr && (collection.empty() || text_of(*value.if_object(), "name") == collection))
        out.push_back(value);
  if (out.empty() && !collection.empty())
    return Error(ErrorCode::kCollectionNotFound, "there is no collection '" + std::string(collection) + "'");
  return out;
}

std::string definition_of(const Object& collection) {
  std::string out = "define collection " + text_of(collection, "name") + " {\n";
  std::set<std::string> fields;
  for (const Value& field : list_of(collection, "fields")) {
    out += field_text(collection, *field.if_object());
    fields.insert(text_of(*field.if_object(), "name"));
  }
  for (const Value& value : list_of(collection, "indexes")) {
    const Object& index = *value.if_object();
    const List& paths = list_of(index, "fields");
    // Those of one field stand with the field.
    if (paths.size() == 1 && paths[0].if_string() != nullptr && fields.contains(*paths[0].if_string())) continue;
    out += std::string("  @@") + (text_of(index, "kind") == "unique" ? "unique" : "index") +
           "(fields: " + to_json(Value(paths)) + ")\n";
  }
  return out + "}";
}

}  // namespace aurora::cli
