// Body of the document calls. Called by Database, Transaction and Query; calls the executor.
#include "documents.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/key_search.hpp>
#include <aurora/exec/modifiers.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/key.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/coerce.hpp>
#include <aurora/schema/path.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>

namespace aurora::facade {

namespace {

// A filter that holds for the document of that id: what a transaction depends on.
Result<std::shared_ptr<const plan::Filter>> id_filter(const Catalog::Entry& collection, const Value& id,
                                                      const plan::Bindings& bindings) {
  const auto* primary = collection->primary();
  const std::string name = primary != nullptr ? primary->name : "_sid";
  return plan::compile_filter(collection, plan::to_literal(Value(Object{{name, Value(Object{{"eq", id}})}}), 0),
                              bindings);
}

const IndexDef& primary_index(const CollectionDef& collection) {
  return *std::find_if(collection.indexes.begin(), collection.indexes.end(),
                       [](const IndexDef& index) { return index.kind == IndexKind::kPrimary; });
}

Result<std::optional<Ordinal>> committed_ordinal(View& view, const CollectionDef& collection, const Value& key) {
  AURORA_ASSIGN(const auto* version, view.collection(collection.id));
  std::string bytes;
  append_key(bytes, key);
  cut_key(bytes);
  return version->index(primary_index(collection).id)->find_one(bytes);
}

bool shows(View& view, const CollectionDef& collection, const FieldDef& primary, const RecordRef& record, const Value& key) {
  return record && compare(read_field(collection, primary, record.view()), key.scalar_view()) == 0 &&
         !is_expired(collection, record.view(), view.now());
}

// The document whose committed primary key is `key`, as the view sees it now; nothing when there is none, or
// when it has another key by now. Uncommitted documents are not looked through: their keys are in no index.
// A key that the index holds is a scalar: fields of other types cannot be primary.
// A hint spares the way down the index: a document that the view shows under the key is the only one (H1).
Result<std::optional<exec::Row>> find_committed(KeyHints& hints, View& view, const CollectionDef& collection,
                                                const FieldDef& primary, const Value& key) {
  const bool hinted = KeyHints::is_hinted(key.type());
  const auto hash = hinted ? KeyHints::hash(collection.id, key.scalar_view()) : 0;
  if (const auto hint = hinted ? hints.find(hash) : std::nullopt) {
    // An error there, if it matters here, comes again on the ordinary way.
    if (auto record = view.record(collection.id, hint->ordinal); record && shows(view, collection, primary, *record, key))
      return std::optional(exec::Row{hint->ordinal, *std::move(record)});
  }
  AURORA_ASSIGN(const auto ordinal, committed_ordinal(view, collection, key));
  if (!ordinal) return std::optional<exec::Row>();
  AURORA_ASSIGN(auto record, view.record(collection.id, *ordinal));
  if (!shows(view, collection, primary, record, key)) return std::optional<exec::Row>();
  if (hinted) hints.put(hash, {*ordinal, record.bytes().data()});
  return std::optional(exec::Row{*ordinal, std::move(record)});
}

// Whether documents may hold `key` just as it is in a primary field of that type.
bool fits(const TypeDef& type, const Value& key) {
  switch (type.type) {
    case FieldType::kString:
    case FieldType::kId: return key.if_string() != nullptr;
    case FieldType::kInt: return key.if_int() != nullptr;
    case FieldType::kUuid: return key.if_uuid() != nullptr;
    default: return false;
  }
}

// As find_by_id, by a key that fits: no filter is compiled, and none made unless somebody keeps it.
Result<std::optional<exec::Row>> find_by_key(KeyHints& hints, View& view, const Catalog::Entry& collection,
                                             const FieldDef& primary, const Value& key) {
  if (view.keeps_reads()) {
    const exec::KeyField field{collection, plan::Subject::kPath, FieldPath{primary.id, primary.name, {}}, {}};
    view.on_read(collection->id, exec::key_filter(field, {&key, 1}));
  }
  AURORA_ASSIGN(auto row, find_committed(hints, view, *collection, primary, key));
  if (row) return row;  // the only one: keys are unique among uncommitted documents too
  const auto* pending = view.pending(collection->id);
  if (pending == nullptr) return row;
  for (const auto& [ordinal, record] : pending->documents)
    if (shows(view, *collection, primary, record, key)) return std::optional(exec::Row{ordinal, record});
  return row;
}

bool is_scalar(const Value& value) {
  return !value.is_null() && value.if_list() == nullptr && value.if_object() == nullptr;
}

Status change_row(WriteView& view, const CollectionDef& collection, const exec::Row& row,
                  const std::vector<exec::Modifier>& modifiers, const plan::Bindings& bindings) {
  const auto current = row.record.view();
  AURORA_ASSIGN(auto changed, exec::apply_modifiers(collection, modifiers, &current, bindings));
  auto checked = check_update(collection, std::move(changed), bindings.now);
  if (!checked) return in_collection(collection, checked.error());
  AURORA_ASSIGN(auto record, exec::merge_record(collection, current, *checked, view.max_document_bytes()));
  return view.replace(collection, row.ordinal, std::move(record));
}

Status fire_handlers(State& state, WriteView& view, Savepoint since) {
  return state.handlers().fire(view, since, bindings_without_text(state, view), state.settings(), 0);
}

}  // namespace

Status end_call(State& state, WriteView& view, Savepoint since) {
  AURORA_TRY(exec::end_statement(view, since));
  return fire_handlers(state, view, since);
}

plan::Bindings bindings_without_text(State& state, View& view) {
  plan::Bindings bindings;
  bindings.now = view.now();
  bindings.limits = state.limits();
  return bindings;
}

Result<Catalog::Entry> writable_collection(const Catalog& catalog, std::string_view name) {
  AURORA_ASSIGN(auto collection, catalog.require(name));
  if (collection->system)
    return Error(ErrorCode::kInvalidOperation, "the system collection '" + std::string(name) + "' can only be read");
  return collection;
}

Result<std::optional<Ordinal>> find_ordinal(View& view, const CollectionDef& collection, const Value& id) {
  const auto* primary = collection.primary();
  if (primary == nullptr)
    return Error(ErrorCode::kInvalidOperation, "collection '" + collection.name + "' has no primary key to look for");
  AURORA_ASSIGN(const auto key, coerce_operand(primary->type, id, view.now(), primary->name));
  if (!is_scalar(key)) return std::optional<Ordinal>();
  return committed_ordinal(view, collection, key);
}

Result<std::optional<exec::Row>> find_by_id(State& state, View& view, const Catalog::Entry& collection,
                                            const Value& id) {
  const auto bindings = bindings_without_text(state, view);
  const auto* primary = collection->primary();
  if (primary == nullptr) {
    exec::DocumentQuery query;
    query.collection = collection;
    AURORA_ASSIGN(query.filter, id_filter(collection, id, bindings));
    query.limit = 1;
    AURORA_ASSIGN(auto rows, exec::select(view, query, state.settings(), nullptr));
    return rows.empty() ? std::optional<exec::Row>() : std::optional(std::move(rows.front()));
  }
  if (const auto key = coerce_operand(primary->type, id, bindings.now, primary->name); key && fits(primary->type, *key))
    return find_by_key(state.engine().records().hints(), view, collection, *primary, *key);
  AURORA_ASSIGN(const auto filter, id_filter(collection, id, bindings));
  AURORA_ASSIGN(const auto key, coerce_operand(primary->type, id, bindings.now, primary->name));
  view.on_read(collection->id, filter);
  AURORA_ASSIGN(auto row, find_committed(state.engine().records().hints(), view, *collection, *primary, key));
  if (row) return row;  // the only one: keys are unique among uncommitted documents too
  if (const auto* pending = view.pending(collection->id))
    for (const auto& [ordinal, record] : pending->documents)
      if (filter->matches(record.view()) && !is_expired(*collection, record.view(), view.now()))
        return std::optional(exec::Row{ordinal, record});
  return std::optional<exec::Row>();
}

Result<RecordRef> read_by_id(State& state, View& view, const Catalog::Entry& collection, const Value& id) {
  const auto* primary = collection->primary();
  std::optional<exec::Row> row;
  if (primary != nullptr && is_scalar(id)) {
    AURORA_ASSIGN(const auto key, coerce_operand(primary->type, id, view.now(), primary->name));
    AURORA_ASSIGN(row, find_committed(state.engine().records().hints(), view, *collection, *primary, key));
  } else {
    AURORA_ASSIGN(row, find_by_id(state, view, collection, id));
  }
  return row ? std::move(row->record) : RecordRef();
}

namespace {

// The terms of an order as Query::order_by writes them, without a literal on the way. False for what is none of a
// declared field: the compiler knows what that is, or what to say of it.
bool read_plain_order(const CollectionDef& collection, const OrderTerms& order, std::vector<exec::SortTerm>& terms) {
  for (const auto& [name, direction] : order) {
    const auto* field = collection.find(std::string_view(name));
    if (field == nullptr || name == "_sid") return false;
    exec::SortTerm term;
    term.path.field = field->id;
    term.path.name = field->name;
    term.descending = direction == desc;
    term.nulls_first = !term.descending;
    terms.push_back(std::move(term));
  }
  return true;
}

}  // namespace

Result<Document> insert_document(State& state, WriteView& view, const Catalog::Entry& collection, Object document) {
  const auto mark = view.savepoint();
  auto record = exec::make_record(view, *collection, document);
  if (!record) return in_collection(*collection, record.error());
  AURORA_ASSIGN(const auto ordinal, view.insert(*collection, *std::move(record)));
  AURORA_ASSIGN(const auto stored, view.record(collection->id, ordinal));
  AURORA_ASSIGN(const auto shown, with_virtuals(*collection, stored, view.now()));
  AURORA_TRY(end_call(state, view, mark));
  return Document(collection, shown);
}

Result<std::optional<Document>> update_document(State& state, WriteView& view, std::string_view name, const Value& id,
                                                const Object& data) {
  const auto mark = view.savepoint();
  AURORA_ASSIGN(const auto collection, writable_collection(view, name));
  AURORA_ASSIGN(const auto row, find_by_id(state, view, collection, id));
  const auto bindings = bindings_without_text(state, view);
  AURORA_ASSIGN(const auto modifiers,
                exec::compile_modifiers(*collection, data, bindings));
  if (!row) return std::optional<Document>();
  AURORA_TRY(change_row(view, *collection, *row, modifiers, bindings));
  AURORA_TRY(exec::end_statement(view, mark));
  AURORA_ASSIGN(const auto stored, view.record(collection->id, row->ordinal));
  AURORA_ASSIGN(const auto shown, with_virtuals(*collection, stored, view.now()));
  AURORA_TRY(fire_handlers(state, view, mark));
  return std::optional(Document(collection, shown));
}

Result<bool> remove_document(State& state, WriteView& view, std::string_view name, const Value& id) {
  const auto mark = view.savepoint();
  AURORA_ASSIGN(const auto collection, writable_collection(view, name));
  AURORA_ASSIGN(const auto row, find_by_id(state, view, collection, id));
  if (!row) return false;
  AURORA_TRY(view.erase(*collection, row->ordinal));
  AURORA_TRY(end_call(state, view, mark));
  return true;
}

Value written_order(const OrderTerms& order) {
  List terms;
  for (const auto& [name, direction] : order)
    terms.emplace_back(Object{{"field", name}, {"direction", direction == desc ? "DESC" : "ASC"}});
  return Value(std::move(terms));
}

Result<exec::DocumentQuery> make_query(View& view, std::string_view collection, const List& conditions,
                                       const OrderTerms& order, const plan::Bindings& bindings) {
  exec::DocumentQuery query;
  AURORA_ASSIGN(query.collection, view.catalog().require(collection));
  if (conditions.empty()) {
    query.filter = plan::match_all(query.collection);
  } else {
    const auto where = conditions.size() == 1 ? conditions.front() : Value(Object{{"and", Value(conditions)}});
    AURORA_ASSIGN(query.filter, plan::compile_filter(query.collection, plan::to_literal(where, 0), bindings));
  }
  if (!order.empty() && !read_plain_order(*query.collection, order, query.order)) {
    query.order.clear();
    AURORA_ASSIGN(query.order, exec::compile_order(*query.collection, plan::to_literal(written_order(order), 0), bindings));
  }
  return query;
}

Result<std::uint64_t> update_rows(State& state, WriteView& view, const exec::DocumentQuery& query,
                                  const Object& data) {
  AURORA_TRY(writable_collection(view, query.collection->name));
  const auto mark = view.savepoint();
  const auto bindings = bindings_without_text(state, view);
  AURORA_ASSIGN(const auto modifiers,
                exec::compile_modifiers(*query.collection, data, bindings));
  AURORA_ASSIGN(const auto rows, exec::select(view, query, state.settings(), nullptr));
  for (const auto& row : rows) AURORA_TRY(change_row(view, *query.collection, row, modifiers, bindings));
  AURORA_TRY(end_call(state, view, mark));
  return std::uint64_t{rows.size()};
}

Result<std::uint64_t> remove_rows(State& state, WriteView& view, const exec::DocumentQuery& query) {
  const auto mark = view.savepoint();
  AURORA_TRY(writable_collection(view, query.collection->name));
  AURORA_ASSIGN(const auto rows, exec::select(view, query, state.settings(), nullptr));
  for (const auto& row : rows) AURORA_TRY(view.erase(*query.collection, row.ordinal));
  AURORA_TRY(end_call(state, view, mark));
  return std::uint64_t{rows.size()};
}

}  // namespace aurora::facade
