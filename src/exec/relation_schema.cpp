// What schema statements must leave true of relations. Called by schema statements; calls key search.
#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/schema/alter.hpp>

#include "relation_parts.hpp"

#include <algorithm>
#include <set>

namespace aurora::exec {

namespace {

using aql::AlterStep;

// The place of a field's @relation in the statement that wrote it; else the statement's own.
aql::Offset place_of(const aql::SchemaStatement& statement, std::string_view field) {
  const auto in = [&](const aql::FieldDefinition& written) -> std::optional<aql::Offset> {
    if (written.name.text != field) return std::nullopt;
    for (const auto& directive : written.directives)
      if (directive.name.text == "relation") return directive.name.at;
    return std::nullopt;
  };
  for (const auto& written : statement.definition.fields)
    if (const auto at = in(written)) return *at;
  for (const auto& step : statement.steps)
    if (step.kind == AlterStep::Kind::kAdd || step.kind == AlterStep::Kind::kModify)
      if (const auto at = in(step.field)) return *at;
  return statement.kind == aql::SchemaStatement::Kind::kDefine ? statement.definition.name.at
                                                               : statement.collection.at;
}

Status check_sides(const Catalog::Entry& from, const FieldDef& field, const Catalog::Entry& to, aql::Offset at,
                   std::string_view text) {
  const auto which = "@relation of '" + from->name + "." + field.name + "': ";
  const auto bad = [&](std::string message) {
    return aql::error_at(text, at, ErrorCode::kInvalidDefinition, std::move(message));
  };
  auto sides = relation_sides(from, field, to, ErrorCode::kInvalidDefinition);
  if (!sides) return bad(which + sides.error().message());
  if (match_types(sides->from, sides->to)) return {};
  const auto* type = element_type(sides->to);
  return bad(which + "its type " + field.type.text() + " never equals that of '" + to->name + "." +
             field.relation->key + "', " + type->text());
}

// The new relation demands something of documents that the old definition did not. A new field may hold its default,
// or what was an undeclared field of that name.
bool demands_more(const CollectionDef& collection, const FieldDef* old, const FieldDef& now) {
  if (!now.relation || !now.relation->check) return false;
  if (old == nullptr) return now.backfill != nullptr || collection.open;
  return !old->relation || !old->relation->check || old->relation->to != now.relation->to ||
         old->relation->key != now.relation->key;
}

Status check_documents(WriteView& view, const CollectionDef& before, const Catalog::Entry& collection,
                       const FieldDef& field, const OrdinalSet& documents) {
  const auto& relation = *field.relation;
  const auto target = view.catalog().find(relation.to);
  RelationSides sides;
  if (target) {
    AURORA_ASSIGN(sides, relation_sides(collection, field, target, ErrorCode::kInternal));
  } else {
    sides.from = KeyField{collection, plan::Subject::kPath, FieldPath{field.id, field.name, {}}, std::nullopt};
  }
  Keys missing;
  AURORA_TRY(view.scan(collection->id, documents, [&](Ordinal, const RecordRef& record) {
    visit_keys(sides.from, record.view(), [&](std::string key, ValueView value) {
      missing.try_emplace(std::move(key), value);
      return true;
    });
    return true;
  }));
  if (target) {
    AURORA_ASSIGN(missing, missing_keys(view, sides.to, missing));
  }
  if (missing.empty()) return {};
  std::uint64_t refused = 0;
  std::string first;
  Value value;
  AURORA_TRY(view.scan(collection->id, documents, [&](Ordinal, const RecordRef& record) {
    visit_keys(sides.from, record.view(), [&](const std::string& key, ValueView held) {
      if (!missing.contains(key)) return true;
      if (refused++ == 0) {
        first = record.view().sid().text();
        value = Value(held);
      }
      return false;
    });
    return true;
  }));
  const Error why(ErrorCode::kValidationError, "foreign key: field '" + field.name + "' refers to " + shown(value) +
                                                   ", but no document of collection '" + relation.to +
                                                   "' has that '" + relation.key + "'");
  return alter_refused(before, first, why, refused);
}

}  // namespace

Status check_relation_definitions(const Catalog& catalog, const CollectionDef& collection,
                                  const aql::SchemaStatement& statement, std::string_view text) {
  if (!catalog.has_relations()) return {};
  const auto entry = catalog.find(collection.id);
  for (const auto& field : entry->fields) {
    if (!field.relation) continue;
    if (const auto target = catalog.find(field.relation->to))
      AURORA_TRY(check_sides(entry, field, target, place_of(statement, field.name), text));
  }
  for (const auto& reference : catalog.references_to(entry->name)) {
    const auto from = catalog.find(reference.from);
    AURORA_TRY(check_sides(from, *from->find(reference.field), entry, place_of(statement, ""), text));
  }
  return {};
}

Status follow_renamed_keys(WriteView& view, const CollectionDef& before, const aql::SchemaStatement& statement,
                           std::string_view text) {
  const auto references = view.catalog().references_to(before.name);
  // Copied: each definition put in place is a new catalog.
  for (const auto& reference : std::vector<Reference>(references.begin(), references.end())) {
    const auto from = view.catalog().find(reference.from);
    const auto& key = from->find(reference.field)->relation->key;
    const auto dot = std::min(key.find('.'), key.size());
    const auto* old = before.find(std::string_view(key).substr(0, dot));
    if (old == nullptr) continue;   // `_sid`, or an undeclared field
    const auto* now = view.catalog().find(before.id)->find(old->id);
    if (now == nullptr)
      return aql::error_at(text, statement.collection.at, ErrorCode::kInvalidDefinition,
                           "field '" + old->name + "' cannot be dropped: '" + from->name + "." +
                               from->find(reference.field)->name + "' refers to it by @relation");
    if (now->name == old->name) continue;
    auto definition = *from;
    for (auto& field : definition.fields)
      if (field.id == reference.field) field.relation->key = now->name + key.substr(dot);
    ++definition.version;
    AURORA_TRY(view.put_collection(std::move(definition)));
  }
  return {};
}

Status check_new_relations(WriteView& view, const CollectionDef& before, const CollectionDef& after) {
  const auto collection = view.catalog().find(after.id);
  std::optional<OrdinalSet> documents;
  for (const auto& field : collection->fields) {
    if (!demands_more(after, before.find(field.id), field)) continue;
    if (!documents) {
      AURORA_ASSIGN(const auto* version, view.collection(collection->id));
      documents = all_documents(*version, view.pending(collection->id));
    }
    AURORA_TRY(check_documents(view, before, collection, field, *documents));
  }
  return {};
}

Status check_not_referred_to(WriteView& view, const CollectionDef& collection) {
  for (const auto& reference : view.catalog().references_to(collection.name)) {
    if (reference.from == collection.id) continue;
    const auto from = view.catalog().find(reference.from);
    const auto& field = *from->find(reference.field);
    if (!field.relation->check) continue;
    AURORA_ASSIGN(const auto* version, view.collection(from->id));
    std::optional<Value> held;
    AURORA_TRY(view.scan(from->id, all_documents(*version, view.pending(from->id)),
                         [&](Ordinal, const RecordRef& record) {
                           const auto value = read_field(*from, field, record.view());
                           const bool refers = value.type() == Type::kList ? !value.list().empty() : !value.is_null();
                           if (refers) held = Value(value);
                           return !refers;
                         }));
    if (held)
      return Error(ErrorCode::kValidationError,
                   "foreign key: collection '" + collection.name + "' cannot be dropped: documents of collection '" +
                       from->name + "' refer to it by '" + field.name + "', one with " + shown(*held) +
                       "; delete or change them first, or drop '" + from->name + "' before");
  }
  return {};
}

}  // namespace aurora::exec
