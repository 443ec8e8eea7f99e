// The shell's own commands, which begin with a dot. Called by the shell.
#pragma once

#include "cli/runner.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::cli {

/// What the shell does after a command.
enum class Next : unsigned char {
  kGoOn,
  kFailed,          ///< the command failed, and has said so
  kExplain,         ///< the statement that follows is explained
  kQuit,
};

struct CommandOutcome {
  Next next = Next::kGoOn;
  std::string rest;         ///< kExplain: AQL that stood on the same line
};

/// With their dots, in the order of .help.
[[nodiscard]] std::span<const std::string_view> shell_command_names() noexcept;
/// Runs a line that begins with a dot. A command may be shortened as long as it is clear.
[[nodiscard]] CommandOutcome run_shell_command(std::string_view line, Runner& runner);
/// The same, split into words; `rest` is all of them but the first, as they were written.
[[nodiscard]] CommandOutcome run_shell_command(std::vector<std::string> words, std::string_view rest, Runner& runner);

}  // namespace aurora::cli
