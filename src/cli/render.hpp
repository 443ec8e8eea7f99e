// Results as a table, JSON, JSON lines or CSV. Called by the runner of texts and by the shell's commands.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"

#include <aurora/query_result.hpp>

#include <string>

namespace aurora::cli {

/// The result as text with a newline at its end; empty when there is nothing to show.
/// Towards a terminal every format is safe to print.
[[nodiscard]] std::string render(const QueryResult& result, OutputFormat format, const Terminal& terminal);

/// A list of objects as a table that fits the window, with a last line that counts them; anything else
/// as it can be read best.
[[nodiscard]] std::string render_table(const Object& data, const Terminal& terminal);
[[nodiscard]] std::string render_csv(const Object& data);
/// The plans of `extensions`, a node a line, indented.
[[nodiscard]] std::string render_plans(const Value& extensions, const Terminal& terminal);

}  // namespace aurora::cli
