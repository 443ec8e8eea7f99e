// Body of `__schema`. Called by the statement runner; the schema room describes, this file selects.
#include <aurora/exec/introspect.hpp>

#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/expiry.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/introspect.hpp>
#include <aurora/schema/system_collections.hpp>

#include <array>

namespace aurora::exec {

namespace {

using aql::Selection;
using plan::Bindings;

// What may be selected of one kind of thing; parts that have parts of their own name their table.
struct Table {
  struct Name {
    std::string_view name;
    const Table* parts = nullptr;
  };
  std::string_view what;
  std::vector<Name> names;
};

const Table& relation_table() {
  static const Table table{"relation", {{"to"}, {"key"}, {"onDelete"}}};
  return table;
}

const Table& field_table() {
  static const Table table{"fields",
                           {{"name"}, {"type"}, {"required"}, {"unique"}, {"indexed"}, {"primary"}, {"default"},
                            {"validations"}, {"relation", &relation_table()}, {"computed"}}};
  return table;
}

const Table& index_table() {
  static const Table table{"indexes", {{"name"}, {"fields"}, {"kind"}}};
  return table;
}

const Table& collection_table() {
  static const Table table{
      "collections", {{"name"}, {"count"}, {"fields", &field_table()}, {"indexes", &index_table()}}};
  return table;
}

const Table& handler_table() {
  static const Table table{"handlers", {{"name"}, {"on"}}};
  return table;
}

const Table& schedule_table() {
  static const Table table{"schedules", {{"name"}, {"cron"}, {"timeZone"}, {"catchUp"}, {"action"}, {"nextAt"}, {"lastAt"}, {"fired"}, {"error"}}};
  return table;
}

const Table& query_table() {
  static const Table table{"queries", {{"name"}, {"collection"}, {"where"}}};
  return table;
}

const Table& migration_table() {
  static const Table table{"migrations", {{"version"}, {"appliedAt"}}};
  return table;
}

const Table& schema_table() {
  static const Table table{"__schema",
                           {{"collections", &collection_table()},
                            {"handlers", &handler_table()},
                            {"migrations", &migration_table()},
                            {"schedules", &schedule_table()},
                            {"queries", &query_table()}}};
  return table;
}

class Selector {
 public:
  Selector(const Bindings& bindings, const std::vector<aql::FragmentDefinition>& fragments)
      : bindings_(bindings), fragments_(fragments) {}

  // Appends the selected parts of `value`, an object, a list of objects or null.
  Status append(std::string& out, const Value& value, const Selection& selection, const Table& table) const {
    if (!selection.has_selections)
      return bindings_.error(selection.name.at, ErrorCode::kInvalidQuery,
                             "'" + selection.name.text + "' needs a selection of its parts");
    if (const auto* list = value.if_list()) {
      out += '[';
      for (std::size_t i = 0; i < list->size(); ++i) {
        if (i > 0) out += ',';
        AURORA_TRY(append(out, (*list)[i], selection, table));
      }
      out += ']';
      // An empty list still has its selection checked.
      std::string unused;
      return list->empty() ? append(unused, Value(Object()), selection, table) : Status();
    }
    if (value.is_null()) {
      out += "null";
      return {};
    }
    AURORA_ASSIGN(const auto parts, expand_selections(selection.selections, table.what, bindings_, fragments_));
    out += '{';
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (i > 0) out += ',';
      AURORA_TRY(append_part(out, *value.if_object(), *parts[i], table));
    }
    out += '}';
    return {};
  }

 private:
  Status append_part(std::string& out, const Object& object, const Selection& part, const Table& table) const {
    for (const auto& known : table.names) {
      if (known.name != part.name.text) continue;
      AURORA_TRY(check_arguments(part.arguments, {}, "'" + part.name.text + "'", bindings_));
      out += json_key(part.key());
      const auto* value = object.find(known.name);
      // A relation is small enough to be wanted whole.
      const bool whole = known.parts == &relation_table() && !part.has_selections;
      if (known.parts != nullptr && !whole) return append(out, value != nullptr ? *value : Value(), part, *known.parts);
      if (part.has_selections)
        return bindings_.error(part.name.at, ErrorCode::kInvalidQuery,
                               "'" + part.name.text + "' has no parts to select");
      append_json(out, value != nullptr ? *value : Value());
      return {};
    }
    std::vector<std::string_view> names;
    for (const auto& known : table.names) names.push_back(known.name);
    return bindings_.error(part.name.at, ErrorCode::kInvalidQuery,
                           "unknown field '" + part.name.text + "' in '" + std::string(table.what) + "'" +
                               did_you_mean(part.name.text, names));
  }

  const Bindings& bindings_;
  const std::vector<aql::FragmentDefinition>& fragments_;
};

// All documents of a collection as objects, in natural order.
Result<List> documents_of(View& view, CollectionId id) {
  List documents;
  const auto collection = view.catalog().find(id);
  DocumentQuery all;
  all.collection = collection;
  all.filter = plan::match_all(collection);
  AURORA_ASSIGN(const auto rows, select(view, all, ExecSettings(), nullptr));
  for (const auto& row : rows) {
    Object fields;
    for (const auto& field : collection->fields)
      fields.append(field.name, Value(read_field(*collection, field, row.record.view())));
    documents.emplace_back(std::move(fields));
  }
  return documents;
}

}  // namespace

Result<bool> is_schema_included(const Selection& field, const std::vector<aql::Directive>& of_operation,
                                const Bindings& bindings) {
  AURORA_ASSIGN(bool included, is_included(field.directives, bindings));
  for (const auto& directive : of_operation) {
    // The plan is that of the documents asked for beside it.
    if (directive.name.text == "explain") continue;
    AURORA_ASSIGN(const bool also, is_included(std::span(&directive, 1), bindings));
    included = included && also;
  }
  return included;
}

Result<std::string> run_introspection(View& view, const Selection& field, const Bindings& bindings,
                                      const std::vector<aql::FragmentDefinition>& fragments) {
  constexpr std::array<std::string_view, 1> kArguments{"system"};
  AURORA_TRY(check_arguments(field.arguments, kArguments, "'__schema'", bindings));
  AURORA_ASSIGN(const auto system, flag_argument(field.arguments, "system", bindings));
  List collections;
  for (const auto& collection : view.catalog().collections()) {
    if (collection->system && !system.value_or(false)) continue;
    AURORA_ASSIGN(const auto* version, view.collection(collection->id));
    collections.emplace_back(describe_collection(*collection, count_documents(view, *version)));
  }
  Object schema;
  schema.append("collections", Value(std::move(collections)));
  AURORA_ASSIGN(auto handlers, documents_of(view, kHandlersCollection));
  schema.append("handlers", Value(std::move(handlers)));
  AURORA_ASSIGN(auto migrations, documents_of(view, kMigrationsCollection));
  schema.append("migrations", Value(std::move(migrations)));
  AURORA_ASSIGN(auto schedules, documents_of(view, kSchedulesCollection));
  // Parts of `__schema` are written as AQL's own words are.
  for (auto& schedule : schedules)
    for (auto& member : *schedule.if_object()) {
      if (member.name == "next_at") member.name = "nextAt";
      if (member.name == "last_at") member.name = "lastAt";
    }
  schema.append("schedules", Value(std::move(schedules)));
  AURORA_ASSIGN(auto queries, documents_of(view, kQueriesCollection));
  schema.append("queries", Value(std::move(queries)));
  std::string out;
  AURORA_TRY(Selector(bindings, fragments).append(out, Value(std::move(schema)), field, schema_table()));
  return out;
}

}  // namespace aurora::exec
