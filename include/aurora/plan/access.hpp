// Which documents a filter can match, from indexes alone: bitmaps first, documents last.
// Called by the executor; asks IndexVersions for cardinalities and sets.
#pragma once

#include <aurora/index/ordered_index.hpp>
#include <aurora/index/ordinal_set.hpp>
#include <aurora/plan/explain.hpp>
#include <aurora/plan/filter.hpp>

#include <functional>
#include <optional>

namespace aurora::plan {

/// What the planner may know of a collection: a small question interface, so that it is tested without a
/// database.
struct AccessSource {
  const CollectionDef* definition = nullptr;
  const OrdinalSet* live = nullptr;
  /// Null when the index does not exist.
  std::function<const IndexVersion*(const IndexDef&)> index;
  /// The first ordinal whose document's `_sid` is not below this one, 2^32 when there is none; nothing when it cannot
  /// be found out. Empty: never.
  std::function<std::optional<std::uint64_t>(const Uuid&)> first_by_sid;
};

struct AccessOptions {
  bool use_indexes = true;                 ///< false: always scan (settings matrix of the tests)
  const IndexDef* only = nullptr;          ///< @useIndex: only this one
  bool explain = false;
  bool analyze = false;                    ///< measure the sets, too
  bool count_only = false;                 ///< the number is enough; excludes explain
};

struct Access {
  /// Ordinals that may match. Absent: every live document.
  std::optional<OrdinalSet> candidates;
  /// How many documents match, instead of candidates; only when just that was asked for and indexes know.
  std::optional<std::uint64_t> count;
  /// True when every candidate matches; else the filter must be checked on each document.
  bool exact = false;
  PlanNode node;                           ///< filled when asked for
  std::vector<std::string> indexes;        ///< names of those used
};

/// Never changes what a query answers, only what it examines. Cost: O(size of the sets combined).
[[nodiscard]] Access choose_access(const Filter& filter, const AccessSource& source, const AccessOptions& options);

}  // namespace aurora::plan
