// Bodies of indexed matches: which fields have columns. Called by aggregates and groups.
#include <aurora/exec/indexed.hpp>

#include <aurora/index/extract.hpp>

namespace aurora::exec {

std::optional<ColumnType> column_type(const CollectionDef& collection, const FieldPath& path) {
  const auto* type = type_at(collection, path);
  if (type == nullptr || is_multi_valued(collection, path)) return std::nullopt;
  switch (type->type) {
    case FieldType::kInt: return ColumnType::kInt;
    case FieldType::kFloat: return ColumnType::kFloat;
    case FieldType::kBoolean: return ColumnType::kBool;
    case FieldType::kDate: return ColumnType::kDate;
    case FieldType::kTime: return ColumnType::kTime;
    case FieldType::kDateTime: return ColumnType::kDateTime;
    default: return std::nullopt;
  }
}

Column column_at(const IndexedMatches& matches, const FieldPath& path) {
  const auto type = column_type(matches.collection, path);
  const auto* definition = type ? matches.collection.index_on(path) : nullptr;
  const auto* index = definition != nullptr ? matches.version.index(definition->id) : nullptr;
  if (index == nullptr) return {};
  // Making a column walks the whole index; an entry costs about an eighth of a document.
  constexpr std::uint64_t kEntriesADocument = 8;
  const bool pays = matches.ordinals.size() >= index->entry_count() / kEntriesADocument;
  return index->column(*type, matches.pool, pays ? IndexVersion::ColumnUse::kMake : IndexVersion::ColumnUse::kIfThere);
}

}  // namespace aurora::exec
