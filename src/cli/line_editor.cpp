// Body of line_editor.hpp. The history is a file of mode 0600; a line that starts with a space is not kept.
#include "cli/line_editor.hpp"

#include "cli/text.hpp"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aurora::cli {

namespace {

constexpr int kHistoryLines = 2'000;

volatile std::sig_atomic_t interrupted = 0;
void on_interrupt(int) { interrupted = 1; }

// The file opened for `mode`, made with 0600 when missing and brought to it when it is not; null on failure:
// the shell works without a history.
std::FILE* open_history(const std::string& path, int flags, const char* mode) {
  const int descriptor = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (descriptor < 0) return nullptr;
  std::FILE* file = ::fchmod(descriptor, 0600) == 0 ? ::fdopen(descriptor, mode) : nullptr;
  if (file == nullptr) ::close(descriptor);
  return file;
}

std::string common_prefix(const std::vector<std::string>& words) {
  std::string prefix = words.front();
  for (const auto& word : words) {
    const auto end = std::mismatch(prefix.begin(), prefix.end(), word.begin(), word.end()).first;
    prefix.erase(end, prefix.end());
  }
  return prefix;
}

bool is_word_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '.' || c == '@';
}

}  // namespace

struct LineEditor::State {
  Completions completions;
  std::string prompt;
  std::string history_file;
  EditLine* editor = nullptr;
  History* history = nullptr;
  struct sigaction earlier {};

  static State& of(EditLine* editor) {
    void* data = nullptr;
    el_get(editor, EL_CLIENTDATA, &data);
    return *static_cast<State*>(data);
  }
  static char* show_prompt(EditLine* editor) { return of(editor).prompt.data(); }
  static unsigned char complete(EditLine* editor, int) { return of(editor).complete_word(); }

  unsigned char complete_word();
  void load_history();
  void save_history();
};

unsigned char LineEditor::State::complete_word() {
  const LineInfo* line = el_line(editor);
  const char* start = line->cursor;
  while (start > line->buffer && is_word_character(start[-1])) --start;
  const std::string word(start, line->cursor);
  const std::vector<std::string> found = completions(word);
  if (found.empty()) return CC_REFRESH_BEEP;
  const std::string rest = common_prefix(found).substr(word.size()) + (found.size() == 1 ? " " : "");
  if (!rest.empty()) return el_insertstr(editor, rest.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
  std::fputc('\n', stdout);
  for (const auto& candidate : found) std::fprintf(stdout, "%s  ", printable(candidate).c_str());
  std::fputc('\n', stdout);
  std::fflush(stdout);
  return CC_REDISPLAY;
}

void LineEditor::State::load_history() {
  history_file = history_path();
  if (history_file.empty()) return;
  const std::filesystem::path directory = std::filesystem::path(history_file).parent_path();
  std::error_code failure;
  std::filesystem::create_directories(directory.parent_path(), failure);
  if (!failure && ::mkdir(directory.c_str(), 0700) != 0 && errno != EEXIST) return history_file.clear();
  if (std::FILE* file = open_history(history_file, O_RDONLY, "r")) {
    std::fclose(file);
    HistEvent event;
    ::history(history, &event, H_LOAD, history_file.c_str());
  }
}

void LineEditor::State::save_history() {
  if (history_file.empty()) return;
  if (std::FILE* file = open_history(history_file, O_WRONLY | O_CREAT | O_TRUNC, "w")) {
    HistEvent event;
    ::history(history, &event, H_SAVE_FP, file);
    std::fclose(file);
  }
}

LineEditor::LineEditor(Completions completions) : state_(std::make_unique<State>()) {
  State& state = *state_;
  state.completions = std::move(completions);
  state.history = history_init();
  HistEvent event;
  ::history(state.history, &event, H_SETSIZE, kHistoryLines);
  ::history(state.history, &event, H_SETUNIQUE, 1);
  state.load_history();
  state.editor = el_init("aurora", stdin, stdout, stderr);
  el_set(state.editor, EL_CLIENTDATA, &state);
  el_set(state.editor, EL_PROMPT, &State::show_prompt);
  el_set(state.editor, EL_EDITOR, "emacs");
  el_set(state.editor, EL_HIST, ::history, state.history);
  el_set(state.editor, EL_ADDFN, "aurora-complete", "complete a word", &State::complete);
  el_set(state.editor, EL_BIND, "^I", "aurora-complete", nullptr);
  el_set(state.editor, EL_BIND, "^R", "em-inc-search-prev", nullptr);
  el_set(state.editor, EL_SIGNAL, 1);
  el_source(state.editor, nullptr);
  struct sigaction action {};
  action.sa_handler = on_interrupt;  // without SA_RESTART: reading a line must end
  sigemptyset(&action.sa_mask);
  ::sigaction(SIGINT, &action, &state.earlier);
}

LineEditor::~LineEditor() {
  ::sigaction(SIGINT, &state_->earlier, nullptr);
  state_->save_history();
  el_end(state_->editor);
  history_end(state_->history);
}

std::optional<TypedLine> LineEditor::read(std::string_view prompt) {
  State& state = *state_;
  state.prompt = prompt;
  interrupted = 0;
  int count = 0;
  const char* line = el_gets(state.editor, &count);
  if (interrupted != 0) {
    el_set(state.editor, EL_PREP_TERM, 0);
    el_reset(state.editor);
    std::fputs("^C\n", stdout);
    std::fflush(stdout);
    return TypedLine{{}, true};
  }
  if (line == nullptr || count <= 0) return std::nullopt;
  std::string_view text(line, static_cast<std::size_t>(count));
  while (text.ends_with('\n') || text.ends_with('\r')) text.remove_suffix(1);
  TypedLine typed{std::string(text), false};
  if (!text.empty() && text.front() != ' ') {
    HistEvent event;
    ::history(state.history, &event, H_ENTER, typed.text.c_str());
  }
  return typed;
}

std::string history_path() {
  const char* state = std::getenv("XDG_STATE_HOME");  // NOLINT(concurrency-mt-unsafe): before any thread asks
  if (state != nullptr && state[0] == '/') return std::string(state) + "/aurora/history";
  const char* home = std::getenv("HOME");             // NOLINT(concurrency-mt-unsafe)
  if (home != nullptr && home[0] == '/') return std::string(home) + "/.local/state/aurora/history";
  return {};
}

}  // namespace aurora::cli
