// Indexes that hold documents in a wanted order: of the field itself, or compound ones whose leading fields the filter
// binds. Asked by selection; calls compound.hpp.
#pragma once

#include <aurora/plan/filter.hpp>

#include <span>
#include <string>
#include <vector>

namespace aurora::plan {

/// Where an index has the documents that meet some equalities, in the order of its remaining fields.
struct OrderedRange {
  const IndexDef* index = nullptr;
  std::string prefix;                      ///< of all their keys; empty: every key
  std::size_t equalities = 0;              ///< how many of its fields the filter binds
  bool whole = false;                      ///< the filter says nothing else
};

/// The ranges that are in the order of the values at `terms`, those that bind the most first. Ties stand in natural order
/// within a key. A unique index among them may lack documents whose field is null, and cut keys are in no order:
/// whoever walks one must look. `only`: no other index may be used; null: any may.
[[nodiscard]] std::vector<OrderedRange> ordered_ranges(const CollectionDef& collection, const FilterNode& root,
                                                       std::span<const FieldPath* const> terms, const IndexDef* only);

}  // namespace aurora::plan
