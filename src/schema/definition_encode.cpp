// A definition as bytes. Called when a schema commit stores it; the layout is in
// definition_codec.hpp.
#include "schema/definition_codec.hpp"

#include <aurora/base/bytes.hpp>
#include <aurora/base/checksum.hpp>
#include <aurora/document/codec.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/schema/introspect.hpp>

namespace aurora {

namespace {

// An index into the groups, or a count of something small.
std::int64_t number(std::size_t value) { return static_cast<std::int64_t>(value); }

class Encoder {
 public:
  Object collection(const CollectionDef& definition);

 private:
  std::size_t add_group(const std::vector<FieldDef>& fields);
  Object field(const FieldDef& field);
  void put_type(Object& out, const TypeDef& type);

  List groups_;
};

void put_flag(Object& out, std::string_view name, bool value) {
  if (value) out.append(std::string(name), Value(true));
}

Object encode_validation(const Validation& rules) {
  Object out;
  if (rules.min) out.append("min", *rules.min);
  if (rules.max) out.append("max", *rules.max);
  if (rules.min_length) out.append("minLength", Value(number(*rules.min_length)));
  if (rules.max_length) out.append("maxLength", Value(number(*rules.max_length)));
  if (rules.pattern) out.append("pattern", Value(*rules.pattern));
  if (rules.format) out.append("format", Value(*rules.format));
  if (rules.in) out.append("in", Value(*rules.in));
  return out;
}

Object encode_relation(const Relation& relation) {
  return Object{{"to", Value(relation.to)},
                {"key", Value(relation.key)},
                {"check", Value(relation.check)},
                {"onDelete", Value(to_string(relation.on_delete))}};
}

Object encode_search(const SearchOptions& search) {
  return Object{{"language", Value(search.language)},
                {"stopWords", Value(search.stop_words)},
                {"weight", Value(search.weight)}};
}

Object encode_path(const FieldPath& path) {
  Object out;
  out.append("field", Value(path.field));
  out.append("name", Value(path.name));
  if (!path.rest.empty()) {
    List rest;
    for (const auto& part : path.rest) rest.emplace_back(part);
    out.append("rest", Value(std::move(rest)));
  }
  return out;
}

Object encode_index(const IndexDef& index) {
  List paths;
  for (const auto& path : index.paths) paths.emplace_back(encode_path(path));
  Object out{{"id", Value(index.id)},
             {"name", Value(index.name)},
             {"kind", Value(to_string(index.kind))},
             {"paths", Value(std::move(paths))}};
  put_flag(out, "rule", index.from_rule);
  return out;
}

void Encoder::put_type(Object& out, const TypeDef& type) {
  std::string levels;
  const auto* at = &type;
  for (; at->type == FieldType::kList; at = at->element.get()) levels += at->required ? 'r' : 'o';
  levels += at->required ? 'r' : 'o';
  out.append("levels", Value(std::move(levels)));
  if (at->type == FieldType::kNested) {
    out.append("type", Value(definition_codec::kNestedType));
    out.append("group", Value(number(add_group(at->fields))));
  } else {
    out.append("type", Value(to_string(at->type)));
  }
}

Object Encoder::field(const FieldDef& field) {
  Object out{{"id", Value(field.id)}, {"name", Value(field.name)}};
  put_type(out, field.type);
  if (field.default_value) out.append("default", *field.default_value);
  put_flag(out, "now", field.default_is_now);
  put_flag(out, "primary", field.primary);
  put_flag(out, "unique", field.unique);
  put_flag(out, "indexed", field.indexed);
  if (field.validation) out.append("validation", Value(encode_validation(*field.validation)));
  if (field.relation) out.append("relation", Value(encode_relation(*field.relation)));
  if (field.search) out.append("search", Value(encode_search(*field.search)));
  if (field.computed) out.append("computed", Value(*field.computed));
  if (field.added_in != 0) out.append("added_in", Value(field.added_in));
  if (field.backfill) out.append("backfill", Value(field.backfill->view()));
  return out;
}

// The group's place is taken before its fields are written, so that inner groups come later.
std::size_t Encoder::add_group(const std::vector<FieldDef>& fields) {
  const auto at = groups_.size();
  groups_.emplace_back();
  List group;
  group.reserve(fields.size());
  for (const auto& part : fields) group.emplace_back(field(part));
  groups_[at] = Value(std::move(group));
  return at;
}

Object Encoder::collection(const CollectionDef& definition) {
  add_group(definition.fields);
  List indexes;
  for (const auto& index : definition.indexes) indexes.emplace_back(encode_index(index));
  Object out{
      {"id", Value(definition.id)},           {"name", Value(definition.name)},
      {"version", Value(definition.version)}, {"next_field_id", Value(definition.next_field_id)},
      {"groups", Value(std::move(groups_))},  {"indexes", Value(std::move(indexes))}};
  put_flag(out, "open", definition.open);
  put_flag(out, "system", definition.system);
  if (definition.ttl)
    out.append("ttl", Value(Object{{"field", Value(encode_path(definition.ttl->field))},
                                   {"micros", Value(definition.ttl->after_micros)},
                                   {"text", Value(definition.ttl->after_text)}}));
  return out;
}

}  // namespace

std::string encode_definition(const CollectionDef& collection) {
  std::string bytes(definition_codec::kHeaderBytes, '\0');
  const auto tag = codec::append_payload(bytes, Value(Encoder().collection(collection)));
  bytes[0] = static_cast<char>(definition_codec::kFormat);
  bytes[5] = static_cast<char>(tag);
  store_le(bytes.data() + 1, checksum32(std::string_view(bytes).substr(5)));
  return bytes;
}

}  // namespace aurora
