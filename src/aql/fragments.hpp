// The graph of fragments: who spreads whom, and what each adds when laid out.
// Called by check.cpp.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>

#include "aql/notes.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace aurora::aql {

/// The fragments of a text, resolved. Borrows the document and the notes it was built from.
class FragmentGraph {
 public:
  FragmentGraph(const Document& document, const Notes& notes, const Limits& limits,
                std::string_view text)
      : document_(document), notes_(notes), limits_(limits), text_(text) {}

  /// Resolves the spreads and measures the fragments.
  /// Errors: InvalidQuery for a fragment given twice, unknown or cyclic; LimitExceeded when an
  /// operation is too big or too deep with its fragments laid out.
  [[nodiscard]] Status build();

  /// The fragment a name stands for. Requires: build() succeeded, a spread of the text has the
  /// name.
  [[nodiscard]] const FragmentDefinition& find(std::string_view name) const;
  /// Index of the fragment that spread number `spread` of the notes names.
  [[nodiscard]] std::size_t target(std::size_t spread) const { return targets_[spread]; }
  /// The part of the notes that describes a fragment.
  [[nodiscard]] const Part& part(std::size_t fragment) const { return *parts_[fragment]; }

 private:
  struct Measure {
    std::size_t selections = 0;  ///< laid out, never above limits.selections + 1
    std::uint32_t depth = 0;     ///< brackets, laid out, never above limits.depth + 1
  };

  [[nodiscard]] Status index_names();
  [[nodiscard]] Status resolve();
  [[nodiscard]] Status measure_all();
  [[nodiscard]] Status check_operations() const;
  [[nodiscard]] Measure measure(const Part& part) const;
  [[nodiscard]] std::size_t lookup(std::string_view name) const noexcept;
  [[nodiscard]] Error cycle(const std::vector<std::uint32_t>& waiting) const;

  const Document& document_;
  const Notes& notes_;
  const Limits& limits_;
  std::string_view text_;
  std::vector<std::pair<std::string_view, std::size_t>> by_name_;  // sorted
  std::vector<const Part*> parts_;                                 // of each fragment
  std::vector<std::size_t> targets_;                               // of each spread
  std::vector<Measure> measures_;                                  // of each fragment
};

}  // namespace aurora::aql
