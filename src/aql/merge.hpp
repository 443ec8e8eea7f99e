// Fields selected twice: one is enough when they are the same in everything, else it is an error.
// Called by the parser for each selection set, by check.cpp for sets with fragments in them.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>

#include <string_view>
#include <vector>

namespace aurora::aql {

/// Drops each field of `selections` that repeats an earlier one; fragments stay as they are.
/// Errors: InvalidQuery when two different fields have one result key, or may_merge is false.
[[nodiscard]] Status merge_repeated(std::vector<Selection>& selections, bool may_merge,
                                    std::string_view text);

/// The same check over the fields of one set whose fragments are laid out; drops nothing.
[[nodiscard]] Status check_repeated(const std::vector<const Selection*>& fields,
                                    std::string_view text);

}  // namespace aurora::aql
