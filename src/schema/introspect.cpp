// Body of introspect.hpp. Called by `__schema` and the facade.
#include <aurora/schema/introspect.hpp>

#include <aurora/schema/ttl.hpp>

namespace aurora {

namespace {

Object describe_validation(const Validation& rules) {
  Object out;
  if (rules.min) out.append("min", *rules.min);
  if (rules.max) out.append("max", *rules.max);
  if (rules.min_length) out.append("minLength", Value(*rules.min_length));
  if (rules.max_length) out.append("maxLength", Value(*rules.max_length));
  if (rules.pattern) out.append("pattern", Value(*rules.pattern));
  if (rules.format) out.append("format", Value(*rules.format));
  if (rules.in) out.append("in", Value(*rules.in));
  return out;
}

Value describe_default(const FieldDef& field) {
  Value out;
  if (field.default_is_now) out = Value("now");
  if (field.default_value) out = *field.default_value;
  return out;
}

Value describe_relation(const std::optional<Relation>& relation) {
  Value out;
  if (relation)
    out = Value(Object{{"to", Value(relation->to)},
                       {"key", Value(relation->key)},
                       {"onDelete", Value(to_string(relation->on_delete))}});
  return out;
}

}  // namespace

std::string_view to_string(IndexKind kind) noexcept {
  switch (kind) {
    case IndexKind::kPrimary:
      return "primary";
    case IndexKind::kUnique:
      return "unique";
    case IndexKind::kOrdered:
      return "ordered";
    case IndexKind::kSearch:
      return "search";
  }
  return "ordered";
}

std::string_view to_string(OnDelete action) noexcept {
  switch (action) {
    case OnDelete::kRestrict:
      return "RESTRICT";
    case OnDelete::kSetNull:
      return "SET_NULL";
    case OnDelete::kCascade:
      return "CASCADE";
  }
  return "RESTRICT";
}

Object describe_field(const CollectionDef& collection, const FieldDef& field) {
  // Unique ones come first, so this one tells both.
  const auto* index = collection.index_on(FieldPath{field.id, field.name, {}});
  if (index != nullptr && index->name == kTtlIndex) index = nullptr;
  Object out;
  out.reserve(10);
  out.append("name", Value(field.name));
  out.append("type", Value(field.type.text()));
  out.append("required", Value(field.type.required));
  out.append("unique", Value(index != nullptr && is_unique(index->kind)));
  out.append("indexed", Value(index != nullptr));
  out.append("primary", Value(field.primary));
  out.append("default", describe_default(field));
  out.append("validations",
             Value(field.validation ? describe_validation(*field.validation) : Object()));
  out.append("relation", describe_relation(field.relation));
  out.append("computed", Value(field.computed));
  return out;
}

Object describe_index(const IndexDef& index) {
  List fields;
  for (const auto& path : index.paths) fields.emplace_back(path.text());
  return Object{{"name", Value(index.name)},
                {"fields", Value(std::move(fields))},
                {"kind", Value(to_string(index.kind))}};
}

Object describe_collection(const CollectionDef& collection, std::uint64_t count) {
  List fields;
  for (const auto& field : collection.fields)
    fields.emplace_back(describe_field(collection, field));
  List indexes;
  for (const auto& index : collection.indexes)
    if (index.name != kTtlIndex) indexes.emplace_back(describe_index(index));
  return Object{{"name", Value(collection.name)},
                {"count", Value(count)},
                {"fields", Value(std::move(fields))},
                {"indexes", Value(std::move(indexes))}};
}

}  // namespace aurora
