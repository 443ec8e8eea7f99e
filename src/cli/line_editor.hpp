// Lines typed by a person: editing, history, completion. Called by the shell; calls libedit.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::cli {

struct TypedLine {
  std::string text;
  bool interrupted = false;     ///< Ctrl-C: what was typed is to be forgotten
};

/// Threads: one, at a time; one editor in a process (a signal handler belongs to it).
class LineEditor {
 public:
  /// Words that may stand where `word` is being typed.
  using Completions = std::function<std::vector<std::string>(std::string_view word)>;

  explicit LineEditor(Completions completions);
  LineEditor(const LineEditor&) = delete;
  LineEditor& operator=(const LineEditor&) = delete;
  ~LineEditor();

  /// The next line without its newline; nothing at the end (Ctrl-D).
  [[nodiscard]] std::optional<TypedLine> read(std::string_view prompt);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Where the history is kept: $XDG_STATE_HOME/aurora/history, else ~/.local/state/aurora/history; empty
/// when neither variable is set.
[[nodiscard]] std::string history_path();

}  // namespace aurora::cli
