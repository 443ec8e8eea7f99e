// Terms within a few edits of a word, found in the sorted terms of an index. Called by search evaluation.
#pragma once

#include <aurora/index/ordered_index.hpp>

#include <cstdint>
#include <functional>
#include <string_view>
#include <vector>

namespace aurora::text {

/// Damerau–Levenshtein distance in code points (insertion, deletion, substitution, swap of neighbours, which may be
/// edited between): grown one code point of the other word at a time.
class EditDistance {
 public:
  EditDistance(std::string_view word, int limit);

  /// Goes one code point further into the other word. Requires: is_open().
  void push(std::uint32_t code_point);
  void pop(std::size_t depth);   ///< back to the first `depth` code points
  [[nodiscard]] std::size_t depth() const noexcept { return seen_.size(); }
  /// False when nothing that goes on like this can come within the limit.
  [[nodiscard]] bool is_open() const noexcept { return best_.back() <= limit_; }
  /// Of what was pushed.
  [[nodiscard]] int distance() const noexcept { return rows_[seen_.size()].back(); }

 private:
  std::vector<std::uint32_t> word_;
  int limit_;
  std::vector<std::uint32_t> seen_;
  std::vector<std::vector<int>> rows_;   // rows_[i]: after i code points; those behind are kept for reuse
  std::vector<int> best_;        // least of each row
};

/// The distance, or `limit` + 1 when it is more than `limit`.
[[nodiscard]] int edit_distance(std::string_view a, std::string_view b, int limit);

/// Calls `visit` with each term of the index within `limit` edits of `word`, in order.
/// Cost: walks the sorted terms like a trie; a branch that is already too far is skipped whole.
void visit_fuzzy(const IndexVersion& index, std::string_view word, int limit,
                 const std::function<void(std::string_view term, int distance)>& visit);

}  // namespace aurora::text
