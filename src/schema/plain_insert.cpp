// Body of plain_insert.hpp. Called by document writing; calls the formats, the constraints and the defaults.
#include <aurora/schema/plain_insert.hpp>

#include "schema/coerce_parts.hpp"
#include "schema/formats.hpp"
#include "schema/scalar.hpp"

#include <aurora/base/utf8.hpp>
#include <aurora/schema/validate.hpp>

#include <algorithm>
#include <cmath>

namespace aurora {

namespace {

bool is_plain(const TypeDef& type, const Value& value, const Validators* validators, const ValuePlace& place);

bool is_plain(const FieldDef& field, const Value& value, const Validators* validators, const ValuePlace& place) {
  if (!is_plain(field.type, value, validators, place)) return false;
  return !field.validation || value.is_null() || broken_constraint(*field.validation, value, validators).empty();
}

const std::string* plain_text(const Value& value) {
  const auto* text = value.if_string();
  return text != nullptr && is_valid_utf8(*text) ? text : nullptr;
}

bool is_plain_list(const TypeDef& element, const Value& value, const Validators* validators, const ValuePlace& place) {
  const auto* list = value.if_list();
  const ValuePlace inner{&place, {}, 0};
  return list != nullptr && std::all_of(list->begin(), list->end(), [&](const Value& item) {
           return is_plain(element, item, validators, inner);
         });
}

// With every declared part that an absence would fill in or refuse.
bool is_plain_object(const TypeDef& type, const Value& value, const Validators* validators, const ValuePlace& place) {
  const auto* object = value.if_object();
  if (object == nullptr) return false;
  std::size_t given = 0;
  for (const auto& part : type.fields) {
    const auto* member = object->find(part.name);
    if (member == nullptr) {
      if (part.type.required || part.default_value || part.default_is_now) return false;
    } else {
      if (!is_plain(part, *member, validators, ValuePlace{&place, part.name, 0})) return false;
      ++given;
    }
  }
  return given == object->size();   // else one is unknown, or is there twice
}

// Whether coercion would leave the value as it is.
bool is_plain(const TypeDef& type, const Value& value, const Validators* validators, const ValuePlace& place) {
  if (value.is_null()) return !type.required;
  switch (type.type) {
    case FieldType::kString:
    case FieldType::kId: return plain_text(value) != nullptr;
    case FieldType::kEmail: return plain_text(value) != nullptr && is_email(*value.if_string());
    case FieldType::kUrl: return plain_text(value) != nullptr && is_url(*value.if_string());
    case FieldType::kPhoneNumber: return plain_text(value) != nullptr && is_phone_number(*value.if_string());
    case FieldType::kInt: return value.if_int() != nullptr;
    case FieldType::kFloat: return value.if_float() != nullptr && std::isfinite(*value.if_float());
    case FieldType::kBoolean: return value.if_bool() != nullptr;
    case FieldType::kUuid: return value.if_uuid() != nullptr;
    case FieldType::kDate: return value.if_date() != nullptr;
    case FieldType::kTime: return value.if_time() != nullptr;
    case FieldType::kDateTime: return value.if_datetime() != nullptr;
    case FieldType::kList: return is_plain_list(*type.element, value, validators, place);
    case FieldType::kNested: return is_plain_object(type, value, validators, place);
    case FieldType::kJson:
    case FieldType::kObject:
    case FieldType::kAny: return check_free_value(type.type, value, place).has_value();
  }
  return false;
}

}  // namespace

bool add_plain(const CollectionDef& collection, const Object& input, const InsertContext& insert,
               RecordBuilder& builder) {
  const auto& fields = collection.fields;
  const CoerceContext context{insert.now, collection.validators.get()};
  std::vector<bool> given(fields.size());
  std::size_t expected = 0;
  for (const auto& [name, value] : input) {
    const auto* field =
        expected < fields.size() && fields[expected].name == name ? &fields[expected] : collection.find(name);
    if (field == nullptr || field->computed) return false;
    if (!is_plain(*field, value, context.validators, ValuePlace{nullptr, field->name, 0})) return false;
    const auto at = static_cast<std::size_t>(field - fields.data());
    if (given[at]) return false;
    given[at] = true;
    builder.add(field->id, value);
    expected = at + 1;
  }
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (given[i] || fields[i].computed) continue;
    const auto made = absent_value(fields[i], insert, context);
    if (!made) return false;
    builder.add(fields[i].id, *made);
  }
  return true;
}

}  // namespace aurora
