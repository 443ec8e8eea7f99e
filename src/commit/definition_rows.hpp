// The rows of definitions: the one that is opened with, and its copy for the salvage. Private to commit.
#pragma once

#include <aurora/commit/keys.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/storage/store.hpp>

namespace aurora::commit {

void put_definition(storage::WriteBatch& batch, CollectionId id, std::string_view definition);
void remove_definition(storage::WriteBatch& batch, CollectionId id);

/// Writes the copies that are missing, different or unreadable, as in databases that an earlier Aurora made.
/// Errors: those of the write. Cost: a read for each collection.
[[nodiscard]] Status renew_definition_copies(storage::Store& store, const Catalog& catalog);

/// The id in the key of a definition or of its copy; nothing when it is another key.
[[nodiscard]] std::optional<CollectionId> collection_in(std::string_view prefix, std::string_view key) noexcept;

}  // namespace aurora::commit
