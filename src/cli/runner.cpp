// Body of runner.hpp. Calls the facade, render() and error_report().
#include "cli/runner.hpp"

#include "cli/error_report.hpp"
#include "cli/open.hpp"
#include "cli/render.hpp"
#include "cli/text.hpp"


#include <aurora/import.hpp>

#include <array>
#include <chrono>
#include <fmt/core.h>

namespace aurora::cli {

namespace {

// Longer texts are refused by the database anyway, whatever its limit is set to.
constexpr std::size_t kMaxFileBytes = 64u << 20;

Result<std::string> read_file(const std::string& path) {
  auto source = io::open_source(path);
  if (!source) return source.error();
  std::string text;
  std::array<char, 1u << 16> buffer;
  for (;;) {
    const auto got = (*source)->read(buffer);
    if (!got) return got.error();
    if (*got == 0) return text;
    text.append(buffer.data(), *got);
    if (text.size() > kMaxFileBytes) return Error(ErrorCode::kLimitExceeded, path + " is too long for an AQL text");
  }
}

// True when `$name` stands somewhere in the text.
bool mentions(std::string_view text, std::string_view name) {
  const std::string variable = "$" + std::string(name);
  for (std::size_t at = text.find(variable); at != std::string_view::npos; at = text.find(variable, at + 1)) {
    const std::string_view rest = text.substr(at + variable.size());
    if (!io::is_identifier(rest.substr(0, 1)) && (rest.empty() || rest[0] < '0' || rest[0] > '9')) return true;
  }
  return false;
}

}  // namespace

Runner::Runner(Database& database, Terminal& terminal, const RunOptions& options)
    : database_(database),
      terminal_(terminal),
      variables_(options.variables),
      one_text_(options.texts.size() == 1),
      execute_{options.role},
      format_(options.format.value_or(terminal.output_is_terminal() ? OutputFormat::kTable : OutputFormat::kJson)) {}

// Several texts share --vars, and a variable that a text does not declare is an error: each gets its own.
Object Runner::variables_for(std::string_view text) const {
  if (one_text_) return variables_;
  Object own;
  for (const auto& [name, value] : variables_)
    if (mentions(text, name)) own.append(name, value);
  return own;
}

bool Runner::run(std::string_view text, std::string_view source, Explain explain) {
  const auto start = std::chrono::steady_clock::now();
  const Object variables = variables_for(text);
  QueryResult partial;
  const auto result = explain == Explain::kYes
                          ? attempt([&] { return database_.explain(text, variables, {true, execute_}); })
                          : database_.try_execute(text, variables, execute_, partial);
  const std::chrono::duration<double, std::milli> taken = std::chrono::steady_clock::now() - start;
  if (!result) {
    if (partial.data_text() != "{}") terminal_.print(render(partial, format_, terminal_));
    terminal_.complain(error_report(result.error(), text, source, terminal_));
  } else if (explain == Explain::kYes) {
    const auto extensions = result->extensions_text();
    const auto plans = extensions.empty() ? Result<Value>(Value()) : parse_json(extensions, 500);
    if (plans) terminal_.print(render_plans(*plans, terminal_));
  } else {
    terminal_.print(render(*result, format_, terminal_));
  }
  if (timer_) terminal_.complain(fmt::format("({:.3f} ms)\n", taken.count()));
  show_updates();
  return result.has_value();
}

bool Runner::watch(std::string_view text) {
  WatchOptions options;
  options.role = execute_.role;
  auto watcher = database_.try_watch(text, variables_for(text), options);
  if (!watcher) {
    terminal_.complain(error_report(watcher.error(), text, {}, terminal_));
    return false;
  }
  watcher_.emplace(*std::move(watcher));
  std::string rows;
  for (const auto& row : watcher_->initial_results()) rows += "  " + row.text() + "\n";
  return terminal_.print(printable_lines(rows));
}

// "+" came, "-" went, "~" changed into what stands behind the arrow.
void Runner::show_updates() {
  while (watcher_) {
    const auto update = watcher_->poll({});
    if (!update) {
      terminal_.complain(error_report(update.error(), {}, "the watched query", terminal_));
      return stop_watching();
    }
    if (!*update) return;
    std::string lines;
    for (const auto& change : (*update)->changes) {
      switch (change.type) {
        case WatchChangeType::kAdded: lines += "+ " + change.row.text() + "\n"; break;
        case WatchChangeType::kRemoved: lines += "- " + change.old_row.text() + "\n"; break;
        case WatchChangeType::kModified: lines += "~ " + change.old_row.text() + " -> " + change.row.text() + "\n"; break;
      }
    }
    terminal_.print(printable_lines(lines));
  }
}

bool Runner::run_file(const std::string& path) {
  const auto text = read_file(path);
  if (text) return run(*text, path);
  terminal_.complain(error_report(text.error(), {}, {}, terminal_));
  return false;
}

int run_texts(Runner& runner, const std::vector<Text>& texts) {
  for (const auto& text : texts)
    if (!(text.is_file ? runner.run_file(text.value) : runner.run(text.value))) return kFailed;
  return kOk;
}

}  // namespace aurora::cli
