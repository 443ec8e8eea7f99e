// The checks that need the whole text and no schema.
// Called by parse() after the parser has read everything.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>

#include "aql/notes.hpp"

#include <string_view>

namespace aurora::aql {

/// Fragments: unknown, cyclic, given twice, on another collection than they stand in; size and depth of every operation with its fragments
/// laid out. Variables: used and not declared, declared and not used. Result keys given twice.
///
/// Errors: InvalidQuery, UndefinedVariable, LimitExceeded.
/// Cost: linear in the text and the laid out selections, which limits.selections bounds first.
[[nodiscard]] Status check(const Document& document, const Notes& notes, const Limits& limits,
                           std::string_view text);

}  // namespace aurora::aql
