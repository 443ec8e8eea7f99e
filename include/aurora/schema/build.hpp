// From `define collection …` to a CollectionDef. Called by the executor of schema statements and
// the facade.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/schema/definition.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aurora {

/// The next ids of the database; never reused, so the owner stores them with the catalog.
struct DefinitionIds {
  CollectionId next_collection = 1;
  std::uint32_t next_index = 1;
};

/// Who defines: names of collections that begin with '_' belong to the system.
enum class Origin : std::uint8_t { kUser, kSystem };

/// The checked definition, version 1. `ids` moves only on success.
/// Errors: InvalidDefinition with line and column in `text` and, for unknown names, the nearest
/// one; LimitExceeded for too many fields or a too long pattern. What a relation points at, and the
/// expression of a computed field, are not looked at.
[[nodiscard]] Result<CollectionDef> build_collection(const aql::CollectionDefinition& definition,
                                                     std::string_view text, DefinitionIds& ids,
                                                     Origin origin = Origin::kUser);

/// What the definition asks for beyond fields, validation and ordered indexes, e.g. "@@ttl on
/// 'at'": features whose engine may be missing.
[[nodiscard]] std::vector<std::string> unsupported_features(const CollectionDef& collection);

/// True when both say what the same text would say: names, types, defaults, constraints, indexes
/// and rules. Ids, versions and the order of fields do not count.
[[nodiscard]] bool same_definition(const CollectionDef& a, const CollectionDef& b);

}  // namespace aurora
