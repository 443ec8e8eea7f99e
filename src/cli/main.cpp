// The program `aurora`: reads the arguments and runs the command they name.
#include "cli/error_report.hpp"
#include "cli/import.hpp"
#include "cli/line_protocol.hpp"
#include "cli/maintenance.hpp"
#include "cli/options.hpp"
#include "cli/runner.hpp"
#include "cli/shell.hpp"

#include <clocale>
#include <csignal>
#include <exception>
#include <langinfo.h>
#include <string_view>

namespace {

using namespace aurora;
using namespace aurora::cli;

// Widths and line editing need a UTF-8 locale; documents are UTF-8 whatever the user's locale is.
void set_locale() {
  std::setlocale(LC_CTYPE, "");  // NOLINT(concurrency-mt-unsafe): the only thread so far
  if (std::string_view(::nl_langinfo(CODESET)) != "UTF-8") {  // NOLINT(concurrency-mt-unsafe)
    std::setlocale(LC_CTYPE, "C.UTF-8");  // NOLINT(concurrency-mt-unsafe)
  }
}

int run_database(const RunOptions& options, Terminal& terminal) {
  if (options.line_protocol) return serve_lines(options.place, terminal);
  auto database = open_database(options.place, Missing::kCreate);
  if (!database) {
    terminal.complain(error_report(database.error(), {}, options.place.path, terminal));
    return kCannotOpen;
  }
  Runner runner(*database, terminal, options);
  if (!options.texts.empty()) return run_texts(runner, options.texts);
  if (!options.command.empty()) return run_command(runner, options.command);
  if (terminal.is_interactive())
    return run_shell(runner, options.place.memory ? std::string("in memory") : options.place.path);
  return run_script(runner);
}

struct RunCommand {
  Terminal& terminal;
  int operator()(const Leave& leave) const { return leave.status; }
  int operator()(const RunOptions& options) const { return run_database(options, terminal); }
  int operator()(const ImportOptions& options) const { return run_import(options, terminal); }
  int operator()(const CheckOptions& options) const { return run_check(options, terminal); }
  int operator()(const BackupOptions& options) const { return run_backup(options, terminal); }
};

}  // namespace

int main(int count, char** arguments) {
  set_locale();
  std::signal(SIGPIPE, SIG_IGN);  // a reader that leaves is a failed write, not a death without closing
  Terminal terminal;
  try {
    return std::visit(RunCommand{terminal}, read_options(count, arguments));
  } catch (const std::exception& failure) {
    // Out of memory and the like; the library itself has reported its errors before this.
    terminal.complain(std::string("aurora: ") + failure.what() + "\n");
    return kFailed;
  }
}
