// Bodies of definition.hpp: type names, lookup, reading a field of a record.
// Called by everything that meets a document; calls only the record view.
#include <aurora/schema/definition.hpp>

#include <algorithm>
#include <array>

namespace aurora {

namespace {

struct TypeName {
  FieldType type;
  std::string_view name;
};

// kList and kNested have no name of their own: they are written [T] and { … }.
constexpr std::array kTypeNames{
    TypeName{FieldType::kString, "String"},
    TypeName{FieldType::kInt, "Int"},
    TypeName{FieldType::kFloat, "Float"},
    TypeName{FieldType::kBoolean, "Boolean"},
    TypeName{FieldType::kId, "ID"},
    TypeName{FieldType::kUuid, "Uuid"},
    TypeName{FieldType::kDateTime, "DateTime"},
    TypeName{FieldType::kDate, "Date"},
    TypeName{FieldType::kTime, "Time"},
    TypeName{FieldType::kEmail, "Email"},
    TypeName{FieldType::kUrl, "URL"},
    TypeName{FieldType::kPhoneNumber, "PhoneNumber"},
    TypeName{FieldType::kJson, "JSON"},
    TypeName{FieldType::kObject, "Object"},
    TypeName{FieldType::kAny, "Any"},
    TypeName{FieldType::kBoolean, "Bool"},
};

void append_type(std::string& out, const TypeDef& type) {
  if (type.type == FieldType::kList) {
    out += '[';
    append_type(out, *type.element);
    if (type.element->required) out += '!';
    out += ']';
  } else if (type.type == FieldType::kNested) {
    out += "{ ";
    for (std::size_t i = 0; i < type.fields.size(); ++i) {
      if (i != 0) out += ", ";
      out += type.fields[i].name;
      out += ": ";
      append_type(out, type.fields[i].type);
      if (type.fields[i].type.required) out += '!';
    }
    out += " }";
  } else {
    out += to_string(type.type);
  }
}

}  // namespace

std::string_view to_string(FieldType type) noexcept {
  for (const auto& entry : kTypeNames)
    if (entry.type == type) return entry.name;
  return type == FieldType::kList ? "list" : "nested object";
}

std::optional<FieldType> field_type_named(std::string_view name) noexcept {
  for (const auto& entry : kTypeNames)
    if (entry.name == name) return entry.type;
  return std::nullopt;
}

std::string TypeDef::text() const {
  std::string out;
  append_type(out, *this);
  return out;
}

std::string FieldPath::text() const {
  std::string out = name;
  for (const auto& part : rest) {
    out += '.';
    out += part;
  }
  return out;
}

const FieldDef* CollectionDef::find(std::string_view field) const noexcept {
  for (const auto& candidate : fields)
    if (candidate.name == field) return &candidate;
  return nullptr;
}

const FieldDef* CollectionDef::find(FieldId field) const noexcept {
  // Until an alter drops or reorders something, field n stands at n - 1.
  if (field >= 1 && field <= fields.size() && fields[field - 1u].id == field)
    return &fields[field - 1u];
  for (const auto& candidate : fields)
    if (candidate.id == field) return &candidate;
  return nullptr;
}

const FieldDef* CollectionDef::primary() const noexcept {
  for (const auto& field : fields)
    if (field.primary) return &field;
  return nullptr;
}

namespace {
bool stands_on(const IndexDef& index, const FieldPath& path) {
  if (index.paths.size() != 1) return false;
  const auto& at = index.paths.front();
  return at.field == path.field && at.rest == path.rest && (at.field != kOpenFields || at.name == path.name);
}
}  // namespace

const IndexDef* CollectionDef::index_on(const FieldPath& path) const noexcept {
  const IndexDef* ordered = nullptr;
  for (const auto& index : indexes) {
    if (index.kind == IndexKind::kSearch || !stands_on(index, path)) continue;
    if (is_unique(index.kind)) return &index;
    if (ordered == nullptr) ordered = &index;
  }
  return ordered;
}

const IndexDef* CollectionDef::search_index_on(const FieldPath& path) const noexcept {
  for (const auto& index : indexes)
    if (index.kind == IndexKind::kSearch && stands_on(index, path)) return &index;
  return nullptr;
}

const SearchOptions* search_options_at(const CollectionDef& collection, const FieldPath& path) {
  const auto* field = collection.find(path.field);
  for (const auto& name : path.rest) {
    if (field == nullptr) return nullptr;
    const auto* type = &field->type;
    while (type->type == FieldType::kList) type = type->element.get();
    field = nullptr;
    for (const auto& inner : type->fields)
      if (inner.name == name) field = &inner;
  }
  return field != nullptr && field->search ? &*field->search : nullptr;
}

std::vector<std::string_view> CollectionDef::field_names() const {
  std::vector<std::string_view> names;
  names.reserve(fields.size());
  for (const auto& field : fields) names.emplace_back(field.name);
  return names;
}

ValueView read_field(const CollectionDef&, const FieldDef& field, RecordView record) noexcept {
  const auto value = record.field(field.id);
  if (!value.is_null() || !field.backfill || record.schema_version() >= field.added_in)
    return value;
  return field.backfill->view();
}

ValueView read_path(const CollectionDef& collection, const FieldPath& path,
                    RecordView record) noexcept {
  ValueView value;
  if (path.field == kOpenFields) {
    const auto open = record.field(kOpenFields);
    if (open.type() == Type::kObject) value = open.object().find(path.name);
  } else if (const auto* field = collection.find(path.field)) {
    value = read_field(collection, *field, record);
  }
  for (const auto& name : path.rest) {
    if (value.type() != Type::kObject) return {};
    value = value.object().find(name);
  }
  return value;
}

}  // namespace aurora
