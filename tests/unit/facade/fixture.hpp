// Documents without a database: a definition and a record made by hand.
// Included by the tests of Document, binding and JSON.
#pragma once

#include <aurora/document.hpp>
#include <aurora/document/record.hpp>
#include <aurora/schema/definition.hpp>

#include <catch2/catch_test_macros.hpp>

#include <initializer_list>
#include <memory>
#include <string>
#include <utility>

namespace aurora::test {

inline constexpr Uuid kSid{{1, 2, 3, 4, 5, 6, 0x77, 8, 0x89, 10, 11, 12, 13, 14, 15, 16}};

[[nodiscard]] inline FieldDef field_def(FieldId id, std::string name,
                                        FieldType type = FieldType::kAny) {
  FieldDef field;
  field.id = id;
  field.name = std::move(name);
  field.type.type = type;
  return field;
}

/// A collection "things" with these fields, numbered from 1.
[[nodiscard]] inline CollectionDef collection_of(std::initializer_list<const char*> names) {
  CollectionDef collection;
  collection.name = "things";
  for (const char* name : names)
    collection.fields.push_back(field_def(collection.next_field_id++, name));
  return collection;
}

/// A document that holds `object`: declared fields under their ids, others in the open rest.
[[nodiscard]] inline Document document_of(CollectionDef collection, const Object& object) {
  RecordBuilder builder;
  Object open;
  for (const auto& [name, value] : object) {
    const FieldDef* field = collection.find(name);
    if (field == nullptr) {
      open.append(name, value);
    } else {
      builder.add(field->id, value);
    }
  }
  if (!open.empty()) builder.add(kOpenFields, Value(std::move(open)));
  RecordRef record = builder.finish(collection.version).value();
  record.seal(42, kSid);
  return Document(std::make_shared<const CollectionDef>(std::move(collection)), record);
}

/// A document of a collection that declares nothing.
[[nodiscard]] inline Document document_of(const Object& object) {
  return document_of(CollectionDef{}, object);
}

/// "Code: message" of what `call` throws; "" when it throws nothing.
template <class Call>
[[nodiscard]] std::string thrown(Call call) {
  try {
    call();
  } catch (const Error& error) {
    return std::string(to_string(error.code())) + ": " + error.message();
  }
  return {};
}

}  // namespace aurora::test
