// Which changes can matter to a live query, said so that many of them can be told apart by a look into a table.
// Made of filters; gathered by the router.
#pragma once

#include <aurora/plan/filter.hpp>
#include <aurora/schema/catalog.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::reactive {

/// Keys, as append_key makes them, from `low` to `high`, both included.
struct KeyRange {
  std::string low;
  std::string high;

  friend bool operator==(const KeyRange&, const KeyRange&) = default;
};

/// Changes of a collection, or of all when it is null; with a path, only of documents that hold one of the keys there, or
/// one within the range, before or after.
struct Route {
  Catalog::Entry collection;
  std::optional<FieldPath> path;       ///< of one scalar value that is stored in the record
  std::vector<std::string> keys;       ///< empty when there is a range
  std::optional<KeyRange> range = std::nullopt;
};

/// True when both say the same.
[[nodiscard]] bool is_same(const Route& a, const Route& b) noexcept;

/// The narrowest routes such that every change the filter matches, before or after, is on one of them: equalities and
/// ranges that must hold, one route for each side of an `or`.
[[nodiscard]] std::vector<Route> routes_of(const plan::Filter& filter);

/// True when the collection has a virtual field that reads the time: what it was for a state cannot be told later.
[[nodiscard]] bool varies(const CollectionDef& collection) noexcept;
/// True when which documents match depends on such a field.
[[nodiscard]] bool varies(const plan::Filter& filter) noexcept;

}  // namespace aurora::reactive
