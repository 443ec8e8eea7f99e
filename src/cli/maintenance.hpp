// check and backup, as commands and from the shell. Called by main and by the shell.
#pragma once

#include "cli/open.hpp"
#include "cli/terminal.hpp"

namespace aurora::cli {

/// Prints what verify() found; false when something disagrees or it fails.
[[nodiscard]] bool show_verify(Database& database, Terminal& terminal);
/// Copies into a new directory and says so; false when it fails.
[[nodiscard]] bool back_up(Database& database, const std::string& directory, Terminal& terminal);

[[nodiscard]] int run_check(const CheckOptions& options, Terminal& terminal);
[[nodiscard]] int run_backup(const BackupOptions& options, Terminal& terminal);

}  // namespace aurora::cli
