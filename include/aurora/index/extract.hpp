// From a record to the keys an index holds for it. Called by the commit pipeline, index builds and verify.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/schema/definition.hpp>

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace aurora {

/// Calls `visit` with every value at `path`, going into each element of lists on the way and at the end
/// (lists inside a list at the end are visited whole). Nothing there: one call with null. An empty list at
/// the end: no call. Stops when `visit` returns false.
void visit_values(const CollectionDef& collection, const FieldPath& path, RecordView record,
                  const std::function<bool(ValueView)>& visit);

/// Replaces `keys` by the sorted, distinct keys of `record` in `index`. In a unique index a document with a
/// null part has none. A compound key combines every choice of elements.
void extract_keys(const CollectionDef& collection, const IndexDef& index, RecordView record,
                  std::vector<std::string>& keys);

/// The same for the usual case of one scalar at a path without parts, without allocating: `key` is the one key, and the
/// result how many there are, 1 or 0. Nullopt: it is no such case. Requires: no full-text index.
[[nodiscard]] std::optional<std::size_t> extract_key(const CollectionDef& collection, const IndexDef& index,
                                                     RecordView record, std::string& key);

/// True when the two documents surely have the same keys in `index`: all that its paths begin with is the same, byte by
/// byte. For what an update left alone, of whose keys then none need be made.
[[nodiscard]] bool is_same_in(const CollectionDef& collection, const IndexDef& index, RecordView a, RecordView b);

/// True when values at `path` may come from lists, so that one document can have several keys.
[[nodiscard]] bool is_multi_valued(const CollectionDef& collection, const FieldPath& path);

/// The declared type at `path`; null for undeclared parts (open fields, inside JSON, Object and Any).
[[nodiscard]] const TypeDef* type_at(const CollectionDef& collection, const FieldPath& path);

}  // namespace aurora
