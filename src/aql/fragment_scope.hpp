// Which collection each fragment stands in, as far as the text alone tells.
// Called by check.cpp.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>

#include "aql/fragments.hpp"

#include <string_view>

namespace aurora::aql {

/// Compares the `on` of every spread and inline fragment with the collection it stands in: the name
/// of the root field, the `collection:` written in a mutation or a lookup. Where the text does not
/// tell (a variable, the target of a relation), the executor compares.
///
/// Errors: InvalidQuery. Cost: linear in the text; fragments are not laid out.
[[nodiscard]] Status check_fragment_scopes(const Document& document, const FragmentGraph& graph,
                                           std::string_view text);

}  // namespace aurora::aql
