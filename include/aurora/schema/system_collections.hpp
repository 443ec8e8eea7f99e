// The collections of the system itself: readable as any other, written by the system alone.
// They are part of every catalog and stored nowhere; their documents are.
#pragma once

#include <aurora/schema/catalog.hpp>

namespace aurora {

/// Ids below kFirstUserId belong to them; never reused.
inline constexpr CollectionId kMigrationsCollection = 1;
inline constexpr CollectionId kHandlersCollection = 2;
/// Holds no documents: it shows the change log.
inline constexpr CollectionId kChangesCollection = 3;
inline constexpr CollectionId kJobsCollection = 4;
inline constexpr CollectionId kSchedulesCollection = 5;
/// Named queries.
inline constexpr CollectionId kQueriesCollection = 6;
/// Of jobs.
inline constexpr CollectionId kBatchesCollection = 7;
/// The first id of collections, and of indexes, that users define.
inline constexpr std::uint32_t kFirstUserId = 16;

/// All of them, by id.
/// Errors: none that can happen; those of reading the definitions.
[[nodiscard]] Result<std::vector<Catalog::Entry>> system_collections();

}  // namespace aurora
