// Definitions, documents and records from AQL and JSON text, for the tests of the schema room.
#pragma once

#include <aurora/aql/parser.hpp>
#include <aurora/schema/alter.hpp>
#include <aurora/schema/build.hpp>
#include <aurora/schema/coerce.hpp>

#include <catch2/catch_test_macros.hpp>

#include <string>
#include <string_view>

namespace aurora::test {

inline constexpr DateTime kNow{1'769'860'800'123'456};  // 2026-01-31T12:00:00.123456Z

/// "Code line:column message", or "" for success.
template <class T>
[[nodiscard]] std::string failure(const Result<T>& result) {
  if (result) return {};
  const auto& error = result.error();
  std::string text(to_string(error.code()));
  if (error.line() != 0)
    text += ' ' + std::to_string(error.line()) + ':' + std::to_string(error.column());
  return text + ' ' + error.message();
}

/// The only schema statement of `schema { <body> }`; `text` is the whole text for positions.
struct Parsed {
  std::string text;
  aql::Document document;
  [[nodiscard]] const aql::SchemaStatement& statement() const {
    return document.operations.front().schema.front();
  }
};

[[nodiscard]] inline Parsed parse_statement(std::string_view body) {
  Parsed out;
  out.text = "schema { " + std::string(body) + " }";
  auto document = aql::parse(out.text);
  INFO(out.text);
  INFO(failure(document));
  REQUIRE(document.has_value());
  out.document = *std::move(document);
  return out;
}

[[nodiscard]] inline Result<CollectionDef> try_define(std::string_view body, DefinitionIds& ids) {
  const auto parsed = parse_statement("define collection " + std::string(body));
  return build_collection(parsed.statement().definition, parsed.text, ids);
}

[[nodiscard]] inline Result<CollectionDef> try_define(std::string_view body) {
  DefinitionIds ids;
  return try_define(body, ids);
}

[[nodiscard]] inline CollectionDef define(std::string_view body, DefinitionIds& ids) {
  auto built = try_define(body, ids);
  INFO(body);
  INFO(failure(built));
  REQUIRE(built.has_value());
  return *std::move(built);
}

[[nodiscard]] inline CollectionDef define(std::string_view body) {
  DefinitionIds ids;
  return define(body, ids);
}

[[nodiscard]] inline Result<AlterPlan> try_alter(const CollectionDef& current,
                                                 std::string_view steps, DefinitionIds& ids) {
  const auto parsed =
      parse_statement("alter collection " + current.name + " { " + std::string(steps) + " }");
  return plan_alter(current, parsed.statement(), parsed.text, ids, kNow);
}

[[nodiscard]] inline AlterPlan alter(const CollectionDef& current, std::string_view steps,
                                     DefinitionIds& ids) {
  auto plan = try_alter(current, steps, ids);
  INFO(steps);
  INFO(failure(plan));
  REQUIRE(plan.has_value());
  return *std::move(plan);
}

[[nodiscard]] inline Object object(std::string_view json) {
  auto value = parse_json(json);
  INFO(json);
  REQUIRE(value.has_value());
  REQUIRE(value->if_object() != nullptr);
  return *value->if_object();
}

[[nodiscard]] inline Result<StoredFields> insert(const CollectionDef& collection,
                                                 std::string_view json) {
  return complete_insert(collection, object(json), {.now = kNow, .new_id = [] {
                                                      return Uuid{{1, 2, 3}};
                                                    }});
}

/// What is stored, by field name, as JSON.
[[nodiscard]] inline std::string shown(const CollectionDef& collection,
                                       const Result<StoredFields>& stored) {
  if (!stored) return failure(stored);
  Object out;
  for (const auto& [id, value] : stored->fields) out.set(collection.find(id)->name, value);
  for (const auto& [name, value] : stored->open) out.set(name, value);
  return to_json(Value(out));
}

[[nodiscard]] inline RecordRef record_of(const StoredFields& stored, std::uint32_t version) {
  RecordBuilder builder;
  for (const auto& [id, value] : stored.fields) builder.add(id, value);
  if (!stored.open.empty()) builder.add(kOpenFields, Value(stored.open));
  auto record = builder.finish(version);
  REQUIRE(record.has_value());
  record->seal(1, Uuid{});
  return *std::move(record);
}

[[nodiscard]] inline RecordRef record_of(const CollectionDef& collection, std::string_view json) {
  const auto stored = insert(collection, json);
  INFO(failure(stored));
  REQUIRE(stored.has_value());
  return record_of(*stored, collection.version);
}

/// A record as its collection shows it, declared fields only.
[[nodiscard]] inline std::string read(const CollectionDef& collection, const RecordRef& record) {
  Object out;
  for (const auto& field : collection.fields)
    out.append(field.name, Value(read_field(collection, field, record.view())));
  return to_json(Value(out));
}

[[nodiscard]] inline bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

}  // namespace aurora::test
