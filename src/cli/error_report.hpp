// Errors as people read them: what, where, and the line of the text with a caret under the column.
// Called by the shell and by the commands.
#pragma once

#include "cli/terminal.hpp"

#include <aurora/error.hpp>

#include <string>
#include <string_view>

namespace aurora::cli {

/// Several lines for standard error. `text` is what was run, empty when the error has no text;
/// `source` names it, when it has a name (a file).
[[nodiscard]] std::string error_report(const Error& error, std::string_view text, std::string_view source,
                                       const Terminal& terminal);

}  // namespace aurora::cli
