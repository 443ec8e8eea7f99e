// Running AQL texts for people: answers on standard output, errors on standard error.
// Called by main for -c and -f, and by the shell.
#pragma once

#include "cli/options.hpp"
#include "cli/terminal.hpp"

#include <aurora/database.hpp>
#include <aurora/watcher.hpp>

#include <optional>
#include <string>
#include <string_view>

namespace aurora::cli {

/// Threads: one at a time. Owns: nothing; the database and the terminal outlive it.
class Runner {
 public:
  Runner(Database& database, Terminal& terminal, const RunOptions& options);

  enum class Explain : bool { kNo, kYes };

  /// Runs a text and shows what it gives, also what was done before an error. False on an error.
  /// `source` names the text in messages, when it has a name.
  bool run(std::string_view text, std::string_view source = {}, Explain explain = Explain::kNo);
  /// Runs the file as one text. False on an error or when it cannot be read.
  bool run_file(const std::string& path);

  /// Shows the result of a query, and from then on, after each text, what that changed in it. False on an error.
  bool watch(std::string_view text);
  void stop_watching() noexcept { watcher_.reset(); }

  [[nodiscard]] Database& database() noexcept { return database_; }
  [[nodiscard]] Terminal& terminal() noexcept { return terminal_; }
  void set_format(OutputFormat format) noexcept { format_ = format; }
  [[nodiscard]] OutputFormat format() const noexcept { return format_; }
  void set_timer(bool on) noexcept { timer_ = on; }
  [[nodiscard]] bool timer() const noexcept { return timer_; }

 private:
  [[nodiscard]] Object variables_for(std::string_view text) const;
  void show_updates();

  Database& database_;
  Terminal& terminal_;
  Object variables_;
  bool one_text_;             // then every variable is meant for it
  ExecuteOptions execute_;
  OutputFormat format_;
  bool timer_ = false;
  std::optional<Watcher> watcher_;
};

/// -c and -f, one after the other up to the first error; gives the exit status.
[[nodiscard]] int run_texts(Runner& runner, const std::vector<Text>& texts);

}  // namespace aurora::cli
