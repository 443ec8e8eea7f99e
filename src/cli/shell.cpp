// Body of shell.hpp. Calls the line editor, the commands and the runner.
#include "cli/shell.hpp"

#include "cli/completion.hpp"
#include "cli/error_report.hpp"
#include "cli/line_editor.hpp"
#include "cli/shell_commands.hpp"
#include "cli/statements.hpp"
#include "cli/text.hpp"

#include <aurora/version.hpp>
#include <aurora/import.hpp>

#include <unistd.h>

namespace aurora::cli {

namespace {

// What lines do, whoever gives them.
class Session {
 public:
  explicit Session(Runner& runner) : runner_(runner) {}

  enum class After : unsigned char { kGoOn, kFailed, kQuit };

  After take_line(std::string_view line) {
    if (buffer_.empty() && line.starts_with('.')) {
      const auto outcome = run_shell_command(line, runner_);
      if (outcome.next == Next::kQuit) return After::kQuit;
      if (outcome.next != Next::kExplain) return outcome.next == Next::kGoOn ? After::kGoOn : After::kFailed;
      explain_ = Runner::Explain::kYes;
      buffer_.add_line(outcome.rest);
    } else {
      buffer_.add_line(line);
    }
    return buffer_.is_complete() ? run_statement() : After::kGoOn;
  }
  /// At the end: what is left, complete or not.
  After finish() { return buffer_.empty() ? After::kGoOn : run_statement(); }
  void forget() {
    buffer_.clear();
    explain_ = Runner::Explain::kNo;
  }
  [[nodiscard]] bool in_statement() const noexcept { return !buffer_.empty(); }

 private:
  After run_statement() {
    const bool well = runner_.run(buffer_.take(), {}, std::exchange(explain_, Runner::Explain::kNo));
    return well ? After::kGoOn : After::kFailed;
  }

  Runner& runner_;
  StatementBuffer buffer_;
  Runner::Explain explain_ = Runner::Explain::kNo;
};

}  // namespace

int run_shell(Runner& runner, std::string_view database_name) {
  Terminal& terminal = runner.terminal();
  terminal.print("Aurora " + std::string(version()) + ", " + printable(database_name) +
                 ". '.help' lists the commands, Ctrl-D leaves.\n");
  LineEditor editor([&runner](std::string_view word) { return completions_of(runner.database(), word); });
  Session session(runner);
  while (const auto line = editor.read(session.in_statement() ? "   ...> " : "aurora> ")) {
    if (line->interrupted) {
      session.forget();
    } else if (session.take_line(line->text) == Session::After::kQuit) {
      return kOk;
    }
  }
  terminal.print("\n");
  return kOk;
}

int run_script(Runner& runner) {
  constexpr std::size_t kMaxLineBytes = 16u << 20;
  const auto source = io::descriptor_source(STDIN_FILENO);
  io::LineReader lines(*source, kMaxLineBytes);
  Session session(runner);
  for (;;) {
    auto line = lines.next();
    if (line && *line && (*line)->too_long) line = Error(ErrorCode::kLimitExceeded, "a line is longer than 16 MiB");
    if (!line) {
      runner.terminal().complain(error_report(line.error(), {}, "standard input", runner.terminal()));
      return kFailed;
    }
    const auto after = *line ? session.take_line((*line)->text) : session.finish();
    if (after == Session::After::kFailed) return kFailed;
    if (after == Session::After::kQuit || !*line) return kOk;
  }
}

int run_command(Runner& runner, const std::vector<std::string>& words) {
  std::string rest;
  for (std::size_t i = 1; i < words.size(); ++i) rest.append(i > 1 ? " " : "").append(words[i]);
  const auto outcome = run_shell_command(words, rest, runner);
  const bool well = outcome.next == Next::kExplain ? runner.run(outcome.rest, {}, Runner::Explain::kYes)
                                                   : outcome.next != Next::kFailed;
  return well ? kOk : kFailed;
}

}  // namespace aurora::cli
