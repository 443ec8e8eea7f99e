// Body of the rows of definitions. Called by the pipeline, recovery and salvage.
#include "definition_rows.hpp"

namespace aurora::commit {

using storage::Family;

void put_definition(storage::WriteBatch& batch, CollectionId id, std::string_view definition) {
  batch.put(Family::kMeta, meta_key(kCollectionPrefix, id), definition);
  batch.put(Family::kKv, meta_key(kDefinitionCopyPrefix, id), definition);
}

void remove_definition(storage::WriteBatch& batch, CollectionId id) {
  batch.remove(Family::kMeta, meta_key(kCollectionPrefix, id));
  batch.remove(Family::kKv, meta_key(kDefinitionCopyPrefix, id));
}

Status renew_definition_copies(storage::Store& store, const Catalog& catalog) {
  const auto batch = store.make_batch();
  std::string copy;
  bool renewed = false;
  for (const auto& collection : catalog.collections()) {
    if (collection->system) continue;
    const auto definition = encode_definition(*collection);
    const auto key = meta_key(kDefinitionCopyPrefix, collection->id);
    const auto known = store.get(Family::kKv, key, copy);
    if (known && *known && copy == definition) continue;
    batch->put(Family::kKv, key, definition);
    renewed = true;
  }
  return renewed ? store.write(*batch, storage::Sync::kSynced) : Status();
}

std::optional<CollectionId> collection_in(std::string_view prefix, std::string_view key) noexcept {
  if (!key.starts_with(prefix) || key.size() != prefix.size() + 4) return std::nullopt;
  return load_be<std::uint32_t>(key.data() + prefix.size());
}

}  // namespace aurora::commit
