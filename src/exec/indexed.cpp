// Bodies of indexed matches: which fields have columns. Called by selection, aggregates and groups.
#include <aurora/exec/indexed.hpp>

#include <aurora/expr/computed_fields.hpp>
#include <aurora/index/extract.hpp>

#include <algorithm>

namespace aurora::exec {

namespace {
// The index that has the column of a path; null when the field has its own: indexes keep none of texts.
const IndexDef* index_with_column(const CollectionDef& collection, const FieldPath& path, ColumnType type) {
  return type != ColumnType::kText ? collection.index_on(path) : nullptr;
}
}  // namespace

std::optional<ColumnType> column_type(const CollectionDef& collection, const FieldPath& path) {
  const auto* type = type_at(collection, path);
  if (type == nullptr || is_multi_valued(collection, path) || is_virtual(collection, path.field)) return std::nullopt;
  switch (type->type) {
    case FieldType::kInt: return ColumnType::kInt;
    case FieldType::kFloat: return ColumnType::kFloat;
    case FieldType::kBoolean: return ColumnType::kBool;
    case FieldType::kDate: return ColumnType::kDate;
    case FieldType::kTime: return ColumnType::kTime;
    case FieldType::kDateTime: return ColumnType::kDateTime;
    case FieldType::kString:
    case FieldType::kEmail:
    case FieldType::kUrl:
    case FieldType::kPhoneNumber: return ColumnType::kText;
    default: return std::nullopt;
  }
}

void ColumnNotes::add(const CollectionDef& collection, const FieldPath& path) {
  const auto* index = index_with_column(collection, path, *column_type(collection, path));
  auto& names = index != nullptr ? indexes : fields;
  const auto& name = index != nullptr ? index->name : path.text();
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
}

std::string ColumnNotes::text() const {
  std::string all;
  for (const auto* names : {&indexes, &fields})
    for (const auto& name : *names) all += (all.empty() ? "column of " : ", ") + name;
  return all;
}

Column column_at(const ColumnSource& source, const FieldPath& path) {
  const auto& collection = *source.version.definition;
  const auto type = column_type(collection, path);
  if (!type) return {};
  const auto* definition = index_with_column(collection, path, *type);
  if (definition == nullptr)
    return source.view.field_column(collection.id, {path, *type, source.documents, source.settings.deadline});
  const auto* index = source.version.index(definition->id);
  if (index == nullptr) return {};
  // Making a column walks the whole index; an entry costs about an eighth of a document.
  constexpr std::uint64_t kEntriesADocument = 8;
  const bool pays = source.documents >= index->entry_count() / kEntriesADocument;
  return index->column(*type, *source.view.columns(),
                       pays ? IndexVersion::ColumnUse::kMake : IndexVersion::ColumnUse::kIfThere);
}

}  // namespace aurora::exec
