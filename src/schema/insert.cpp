// Whole documents and changed fields: what a mutation hands to the record builder.
// Called by mutations, imports and the revision of documents; calls coercion.
#include "schema/coerce_parts.hpp"

#include "schema/describe_value.hpp"

#include <aurora/base/try.hpp>
#include <aurora/schema/path.hpp>

namespace aurora {

namespace {

constexpr std::string_view kSystemId = "_sid";

const TypeDef& any_type() {
  static const TypeDef type{
      .type = FieldType::kAny, .required = false, .element = nullptr, .fields = {}};
  return type;
}

// The declared field of that name; `expected` is where it stands when the input follows the
// definition.
const FieldDef* declared(const CollectionDef& collection, std::string_view name,
                         std::size_t expected) {
  if (expected < collection.fields.size() && collection.fields[expected].name == name)
    return &collection.fields[expected];
  return collection.find(name);
}

Error system_id_given() {
  return {ErrorCode::kValidationError,
          "field '_sid' is the system's: it is assigned once and never set"};
}

Error computed_given(const FieldDef& field) {
  return {ErrorCode::kValidationError,
          "field " + in_quotes(field.name) + " is computed and cannot be set"};
}

// A name that is not declared: allowed in an @open collection only.
Status check_open(const CollectionDef& collection, std::string_view name, Value& value,
                  const CoerceContext& context) {
  if (name == kSystemId) return system_id_given();
  if (!collection.open) return unknown_field(collection, name, ErrorCode::kValidationError);
  return coerce_in_place(any_type(), value, context, ValuePlace{nullptr, name, 0});
}

bool is_generated(const FieldDef& field) {
  if (!field.primary || field.name != "id") return false;
  return field.type.type == FieldType::kUuid || field.type.type == FieldType::kId ||
         field.type.type == FieldType::kString;
}

}  // namespace

Result<Value> absent_value(const FieldDef& field, const InsertContext& insert,
                           const CoerceContext& context) {
  AURORA_ASSIGN(auto value, default_of(field, context));
  if (value.is_null() && is_generated(field) && insert.new_id) {
    const Uuid id = insert.new_id();
    value = field.type.type == FieldType::kUuid ? Value(id) : Value(id.text());
  }
  if (value.is_null() && field.type.required)
    return Error(ErrorCode::kValidationError, "field " + in_quotes(field.name) + " is required");
  return value;
}

Result<StoredFields> complete_insert(const CollectionDef& collection, Object input,
                                     const InsertContext& insert) {
  const CoerceContext context{insert.now, collection.validators.get()};
  StoredFields stored;
  std::vector<Value*> given(collection.fields.size(), nullptr);
  std::size_t expected = 0;
  for (auto& [name, value] : input) {
    const auto* field = declared(collection, name, expected);
    if (field == nullptr) {
      AURORA_TRY(check_open(collection, name, value, context));
      if (!value.is_null()) stored.open.append(std::move(name), std::move(value));
      continue;
    }
    if (field->computed) return computed_given(*field);
    const auto at = static_cast<std::size_t>(field - collection.fields.data());
    given[at] = &value;
    expected = at + 1;
  }
  stored.fields.reserve(collection.fields.size());
  for (std::size_t i = 0; i < given.size(); ++i) {
    const auto& field = collection.fields[i];
    if (field.computed) continue;
    if (given[i] == nullptr) {
      AURORA_ASSIGN(auto value, absent_value(field, insert, context));
      if (!value.is_null()) stored.fields.emplace_back(field.id, std::move(value));
      continue;
    }
    AURORA_TRY(coerce_in_place(field, *given[i], context, ValuePlace{nullptr, field.name, 0}));
    if (!given[i]->is_null()) stored.fields.emplace_back(field.id, std::move(*given[i]));
  }
  return stored;
}

Result<StoredFields> check_update(const CollectionDef& collection, Object changed, DateTime now) {
  const CoerceContext context{now, collection.validators.get()};
  StoredFields stored;
  stored.fields.reserve(changed.size());
  for (auto& [name, value] : changed) {
    const auto* field = collection.find(name);
    if (field == nullptr) {
      AURORA_TRY(check_open(collection, name, value, context));
      stored.open.append(std::move(name), std::move(value));
      continue;
    }
    if (field->computed) return computed_given(*field);
    AURORA_TRY(coerce_in_place(*field, value, context, ValuePlace{nullptr, field->name, 0}));
    stored.fields.emplace_back(field->id, std::move(value));
  }
  return stored;
}

}  // namespace aurora
