// The shell: statements and commands, typed by a person or read from a script.
// Called by main.
#pragma once

#include "cli/runner.hpp"

namespace aurora::cli {

/// With a person in front: prompts, history, completion; errors do not end it. Gives the exit status.
[[nodiscard]] int run_shell(Runner& runner, std::string_view database_name);
/// Standard input as a script: each statement is answered by itself, the first error ends it.
[[nodiscard]] int run_script(Runner& runner);
/// One command of the shell, from the command line. Requires: a word.
[[nodiscard]] int run_command(Runner& runner, const std::vector<std::string>& words);

}  // namespace aurora::cli
