// A sort as written: names with directions, in whichever of its spellings.
// Used by the order of documents (order.cpp) and of groups (group.cpp).
#pragma once

#include <aurora/plan/bindings.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::exec {

struct WrittenTerm {
  std::string name;
  aql::Offset at{};                  ///< of the name
  bool descending = false;
  std::optional<bool> nulls_first;   ///< absent: not said
};

/// The terms of { field: "age", direction: DESC }, { age: DESC, name: ASC }, or a list of either.
/// Words and names may be variables. `field_is_a_name`: what is sorted has something called "field", so
/// { field: DESC } sorts by that.
/// Errors: InvalidQuery.
[[nodiscard]] Result<std::vector<WrittenTerm>> read_order(const aql::Literal& order, const plan::Bindings& bindings,
                                                          bool field_is_a_name);

}  // namespace aurora::exec
