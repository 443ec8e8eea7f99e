// Document calls on a WriteView or View: shared by Database, Transaction and Query. Private to the facade.
#pragma once

#include "state.hpp"

#include <aurora/condition.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace aurora::facade {

/// The collection of that name that callers may write. Errors: CollectionNotFound, InvalidOperation.
[[nodiscard]] Result<Catalog::Entry> writable_collection(const Catalog& catalog, std::string_view name);
[[nodiscard]] inline Result<Catalog::Entry> writable_collection(View& view, std::string_view name) {
  return writable_collection(view.catalog(), name);
}

/// Checks what was written since, and runs the handlers it fires.
[[nodiscard]] Status end_call(State& state, WriteView& view, Savepoint since);

/// The ordinal of the committed document with that primary key. Reads no document. Errors: InvalidOperation for a
/// collection without a primary key, TypeError.
[[nodiscard]] Result<std::optional<Ordinal>> find_ordinal(View& view, const CollectionDef& collection, const Value& id);

/// The ordinal and record with that primary key (or `_sid`); nullopt when there is none.
[[nodiscard]] Result<std::optional<exec::Row>> find_by_id(State& state, View& view, const Catalog::Entry& collection,
                                                          const Value& id);

/// As find_by_id, in the fewest steps; null when there is none. Requires: a view without changes of its own, whose
/// reads nobody validates.
[[nodiscard]] Result<RecordRef> read_by_id(State& state, View& view, const Catalog::Entry& collection, const Value& id);

[[nodiscard]] Result<Document> insert_document(State& state, WriteView& view, const Catalog::Entry& collection, Object document);
[[nodiscard]] Result<std::optional<Document>> update_document(State& state, WriteView& view, std::string_view collection,
                                                              const Value& id, const Object& data);
[[nodiscard]] Result<bool> remove_document(State& state, WriteView& view, std::string_view collection, const Value& id);

/// Paths to order by, the main one first.
using OrderTerms = std::vector<std::pair<std::string, Direction>>;
/// The same as AQL has it.
[[nodiscard]] Value written_order(const OrderTerms& order);
/// The fluent query as the executor's: `collection`, `conditions` (a list of where objects), `order`.
[[nodiscard]] Result<exec::DocumentQuery> make_query(View& view, std::string_view collection, const List& conditions,
                                                     const OrderTerms& order, const plan::Bindings& bindings);
[[nodiscard]] plan::Bindings bindings_without_text(State& state, View& view);
/// Changes the rows by update data; returns how many.
[[nodiscard]] Result<std::uint64_t> update_rows(State& state, WriteView& view, const exec::DocumentQuery& query,
                                                const Object& data);
[[nodiscard]] Result<std::uint64_t> remove_rows(State& state, WriteView& view, const exec::DocumentQuery& query);

}  // namespace aurora::facade
