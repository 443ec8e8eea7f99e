// Which changes can matter to a live query, said so that many of them can be told apart by a look into a table.
// Made of filters; gathered by the router.
#pragma once

#include <aurora/plan/filter.hpp>
#include <aurora/schema/catalog.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::reactive {

/// Changes of a collection, or of all when it is null; with a path, only of documents that hold one of the keys there, before or after.
struct Route {
  Catalog::Entry collection;
  std::optional<FieldPath> path;       ///< of one scalar value that is stored in the record
  std::vector<std::string> keys;       ///< as append_key makes them
};

/// The narrowest route that every change the filter matches, before or after, is on: an equality that must hold.
[[nodiscard]] Route route_of(const plan::Filter& filter);

/// True when the collection has a virtual field that reads the time: what it was for a state cannot be told later.
[[nodiscard]] bool varies(const CollectionDef& collection) noexcept;
/// True when which documents match depends on such a field.
[[nodiscard]] bool varies(const plan::Filter& filter) noexcept;

}  // namespace aurora::reactive
