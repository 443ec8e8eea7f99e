// A condition as a look into one index: the keys or the range of keys that hold its documents.
// Called by the access planner only.
#pragma once

#include <aurora/plan/access.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::plan {

struct Probe {
  const IndexDef* definition = nullptr;
  const IndexVersion* index = nullptr;
  std::vector<KeyRange> ranges;
  std::vector<std::string> keys;               ///< equality; instead of ranges
  std::vector<const FilterNode*> covered;      ///< the conditions it answers
  std::string_view op;                         ///< of the plan: IndexEq, IndexIn, IndexRange, PrimaryLookup
  bool all_keys = false;                       ///< every key must hold (containsAll)
  bool exact = true;                           ///< else the documents found must be looked at
  bool negative = false;                       ///< the condition is met by all documents but those found
  bool one_key_each = false;                   ///< no document stands under two keys
  std::uint64_t estimate = 0;                  ///< entries under keys and ranges

  /// True when the entries are as many as the documents found.
  [[nodiscard]] bool counts() const noexcept { return keys.size() == 1 || one_key_each; }
};

/// None when no index serves the condition. Requires: a comparison of a path.
[[nodiscard]] std::optional<Probe> make_probe(const FilterNode& node, const AccessSource& source,
                                              const AccessOptions& options);

/// Makes `probe` answer what `other` asks too, when both are ranges of one index; says whether it did.
bool merge_ranges(Probe& probe, const Probe& other);

/// The conditions, as explain shows them: those whose documents the index finds, so the opposite of a negation.
[[nodiscard]] std::string probe_text(const Probe& probe);

}  // namespace aurora::plan
