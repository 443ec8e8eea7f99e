// Importing documents. Called by main (`aurora import`) and by the shell (`.import`).
#pragma once

#include "cli/open.hpp"
#include "cli/terminal.hpp"

namespace aurora::cli {

/// Imports into an open database and prints what happened. Gives the exit status: kOk when every record is
/// in or was there already, kFailed when some were not imported, kUsage for an unknown format or a bad name.
[[nodiscard]] int import_file(Database& database, const ImportOptions& options, Terminal& terminal);
/// The command: opens the database first.
[[nodiscard]] int run_import(const ImportOptions& options, Terminal& terminal);

}  // namespace aurora::cli
