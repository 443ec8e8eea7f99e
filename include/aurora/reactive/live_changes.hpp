// What changed between two states of a list of rows, and how two lists are compared.
// Made by live queries; given to watchers.
//
// Positions of changes are such that a list is brought up to date by taking out every row that has an old position,
// all of them counted in the old list, and then putting in those that have a new one, in rising order.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aurora::reactive {

/// A row as JSON, shared by lists and changes.
using RowText = std::shared_ptr<const std::string>;

struct LiveChange {
  enum class Kind : std::uint8_t { kAdded, kRemoved, kModified };
  Kind kind = Kind::kAdded;
  std::size_t old_position = 0;   ///< kRemoved, kModified
  std::size_t position = 0;       ///< kAdded, kModified
  RowText old_row;                ///< kRemoved, kModified
  RowText row;                    ///< kAdded, kModified; the same text as `old_row` when it only moved
};

struct LiveRow {
  std::uint64_t key = 0;          ///< whose row it is, the same in both lists
  RowText text;
};

/// The changes that lead from one list to the other, as few as there are; none when the texts are the same.
/// Cost: O(n log n).
[[nodiscard]] std::vector<LiveChange> compare_lists(const std::vector<LiveRow>& before,
                                                    const std::vector<LiveRow>& after);

/// Removals first, by old position, then the others by position.
void sort_changes(std::vector<LiveChange>& changes);

/// True when the old rows of the changes have the same texts as their new ones, though maybe in other places.
[[nodiscard]] bool may_cancel_out(const std::vector<LiveChange>& changes);

}  // namespace aurora::reactive
