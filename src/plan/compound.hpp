// Conditions of one conjunction that a compound index answers together.
// Called by the access planner and by ordered ranges.
#pragma once

#include <aurora/index/ordered_index.hpp>
#include <aurora/plan/filter.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::plan {

/// What to look up in a compound index. The ordinals found are exactly those that meet `covered`.
struct CompoundProbe {
  const IndexDef* definition = nullptr;
  std::vector<std::string> keys;               ///< of all parts; instead of ranges
  std::vector<KeyRange> ranges;
  std::vector<const FilterNode*> covered;
  std::string op;                              ///< of the plan: IndexEq, IndexIn or IndexRange
};

/// The keys of the values that a condition allows; none when it is no equality with scalars.
[[nodiscard]] std::vector<std::string> equality_keys(const FilterNode& condition);

/// The conditions of `conjunction` on the leading parts of `index`: equalities, then at most one range. None when
/// the index cannot serve any, or does not hold every document that could match (parts that may be lists; nulls
/// under a unique index).
[[nodiscard]] std::optional<CompoundProbe> match_compound(const CollectionDef& collection, const IndexDef& index,
                                                          const std::vector<const FilterNode*>& conjunction);

}  // namespace aurora::plan
