// The matches of a query as indexes alone tell them, for what can be answered without opening a document.
// Made by selection; asked by aggregates and groups.
#pragma once

#include <aurora/exec/view.hpp>
#include <aurora/index/column.hpp>

#include <optional>
#include <span>
#include <string>
#include <vector>

namespace aurora::exec {

struct IndexedMatches {
  const CollectionDef& collection;
  const CollectionVersion& version;
  const OrdinalSet& ordinals;
  bool all = false;                        ///< every live document
  ColumnPool& pool;
  /// What was read instead of documents, for the plan: the index whose keys made the groups, indexes whose columns
  /// gave the values.
  std::string keys_of = {};
  std::vector<std::string> columns_of = {};
};

/// What a column of values at `path` holds; nothing when no column can: undeclared, a list, a text, a Uuid.
[[nodiscard]] std::optional<ColumnType> column_type(const CollectionDef& collection, const FieldPath& path);

/// The column of the values at `path`. Null when it cannot be had, or when making it would cost more than reading the
/// matches.
[[nodiscard]] Column column_at(const IndexedMatches& matches, const FieldPath& path);

/// Some of the ordinals of an index entry or a set, rising.
struct OrdinalSpan {
  std::span<const Ordinal> listed;         ///< when `set` is null
  const OrdinalSet* set = nullptr;

  /// Calls `visit` with a span of ordinals at a time.
  template <class Visit>
  void for_each_batch(const Visit& visit) const {
    if (set == nullptr) return visit(listed);
    std::array<Ordinal, 512> batch;
    OrdinalSet::Iterator at(*set);
    for (auto read = at.read(batch); read > 0; read = at.read(batch)) visit(std::span<const Ordinal>(batch).first(read));
  }
};

}  // namespace aurora::exec
