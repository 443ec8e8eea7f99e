// Body of shell_commands.hpp. Calls the runner, imports and maintenance.
#include "cli/shell_commands.hpp"

#include "cli/error_report.hpp"
#include "cli/import.hpp"
#include "cli/jobs_view.hpp"
#include "cli/maintenance.hpp"
#include "cli/open.hpp"
#include "cli/render.hpp"
#include "cli/responses.hpp"
#include "cli/schema_view.hpp"
#include "cli/text.hpp"

#include <array>

namespace aurora::cli {

namespace {

using Words = std::vector<std::string>;

constexpr std::string_view kHelp = R"(A statement runs when its last bracket is closed. An empty line runs it as it is,
Ctrl-C drops it.

.help                             this text
.collections                      names and numbers of documents
.schema [COLLECTION]              definitions
.indexes [COLLECTION]             indexes
.stats                            figures of the database
.import FILE COLLECTION [FORMAT]  read documents: jsonl, json or csv
.explain [STATEMENT]              run the statement, or the next one, and show its plan
.watch [QUERY]                    show a result, then what each statement changes in it; alone: no more
.jobs [STATUS]                    types of jobs: what waits and since when, how the last ones went; or the jobs of a status
.timer on|off                     how long each statement takes
.mode table|json|jsonl|csv        how results are written
.verify                           compare documents, indexes and log
.backup DIR                       copy the database into a new directory
.quit                             leave (also .exit, Ctrl-D)
)";

constexpr std::array<std::string_view, 16> kNames{".help",    ".collections", ".schema", ".indexes",
                                                  ".stats",   ".import",      ".export", ".explain",
                                                  ".timer",   ".mode",        ".verify", ".backup",
                                                  ".watch",   ".jobs",        ".quit",   ".exit"};

// Splits at spaces; quotes, single or double, keep them.
Words words_of(std::string_view line) {
  Words words;
  bool open = false;   // a word has begun
  char quote = 0;
  for (const char c : line) {
    if (quote != 0 ? c == quote : c == '"' || c == '\'') {
      quote = quote != 0 ? '\0' : c;
      if (!open) words.emplace_back();
      open = true;
    } else if (quote == 0 && (c == ' ' || c == '\t')) {
      open = false;
    } else {
      if (!open) words.emplace_back();
      open = true;
      words.back().push_back(c);
    }
  }
  return words;
}

// The command that `word` is, or is the clear beginning of; empty when there is none or several.
std::string_view command_of(std::string_view word) {
  std::string_view found;
  for (const auto name : kNames) {
    if (name == word) return name;
    if (!name.starts_with(word)) continue;
    if (!found.empty()) return {};
    found = name;
  }
  return found;
}

class Command {
 public:
  Command(Runner& runner, Words words) : runner_(runner), words_(std::move(words)) {}

  bool complain(const std::string& message) {
    runner_.terminal().complain(message + "\n");
    return false;
  }
  bool print(const std::string& text) { return runner_.terminal().print(text); }

  bool collections() {
    List rows;
    const auto found = describe();
    if (!found) return false;
    for (const Value& value : *found) {
      const Value* count = value.if_object()->find("count");
      rows.emplace_back(Object{{"collection", Value(text_of(*value.if_object(), "name"))},
                               {"documents", count != nullptr ? *count : Value()}});
    }
    return table(std::move(rows));
  }

  bool schema() {
    const auto found = describe();
    if (!found) return false;
    std::string out;
    for (const Value& value : *found) out += definition_of(*value.if_object()) + "\n";
    return print(printable_lines(out));
  }

  bool indexes() {
    List rows;
    const auto found = describe();
    if (!found) return false;
    for (const Value& value : *found) {
      for (const Value& index : list_of(*value.if_object(), "indexes")) {
        Object row{{"collection", Value(text_of(*value.if_object(), "name"))}};
        for (const auto& [name, part] : *index.if_object()) row.append(name, part);
        rows.emplace_back(std::move(row));
      }
    }
    return table(std::move(rows));
  }

  bool stats() {
    const auto stats = attempt([&] { return runner_.database().stats(); });
    if (!stats) return complain_of(stats.error());
    List rows;
    const auto read = parse_json(stats_text(*stats));
    if (!read) return complain_of(read.error());
    for (const auto& [name, value] : *read->if_object())
      rows.emplace_back(Object{{"figure", Value(name)}, {"value", Value(to_text(value))}});
    return table(std::move(rows));
  }

  bool import() {
    if (words_.size() != 3 && words_.size() != 4) return complain("usage: .import FILE COLLECTION [FORMAT]");
    ImportOptions options;
    options.file = words_[1];
    options.collection = words_[2];
    if (words_.size() == 4) options.format = words_[3];
    if (options.file == "-") return complain(".import reads files; standard input is this shell's own");
    return import_file(runner_.database(), options, runner_.terminal()) == kOk;
  }

  bool jobs() {
    if (words_.size() > 2) return complain("usage: .jobs [STATUS]");
    auto rows = words_.size() == 1 ? jobs_by_type(runner_.database()) : jobs_of_status(runner_.database(), words_[1]);
    return rows ? table(*std::move(rows)) : complain_of(rows.error());
  }

  bool timer() {
    if (words_.size() != 2 || (words_[1] != "on" && words_[1] != "off")) return complain("usage: .timer on|off");
    runner_.set_timer(words_[1] == "on");
    return true;
  }

  bool mode() {
    const auto format = words_.size() == 2 ? output_format_named(words_[1]) : std::nullopt;
    if (!format) return complain("usage: .mode table|json|jsonl|csv");
    runner_.set_format(*format);
    return true;
  }

  bool watch(std::string_view query) {
    if (query.find_first_not_of(" \t") != std::string_view::npos) return runner_.watch(query);
    runner_.stop_watching();
    return true;
  }

  bool verify() { return show_verify(runner_.database(), runner_.terminal()); }

  bool backup() {
    if (words_.size() != 2) return complain("usage: .backup DIR");
    return back_up(runner_.database(), words_[1], runner_.terminal());
  }

 private:
  static std::string to_text(const Value& value) {
    return value.if_string() != nullptr ? *value.if_string() : to_json(value);
  }
  bool complain_of(const Error& error) {
    runner_.terminal().complain(error_report(error, {}, {}, runner_.terminal()));
    return false;
  }
  // What the word after the command names, or everything; nothing, with a complaint, on failure.
  std::optional<List> describe() {
    auto found = describe_collections(runner_.database(), words_.size() > 1 ? std::string_view(words_[1]) : "");
    if (found) return *std::move(found);
    complain_of(found.error());
    return std::nullopt;
  }
  bool table(List rows) {
    return print(render_table(Object{{"rows", Value(std::move(rows))}}, runner_.terminal()));
  }

  Runner& runner_;
  Words words_;
};

CommandOutcome outcome(bool well) { return {well ? Next::kGoOn : Next::kFailed, {}}; }

std::string_view after_first_word(std::string_view line) {
  const std::size_t end = line.find_first_of(" \t");
  return end == std::string_view::npos ? std::string_view() : line.substr(end + 1);
}

}  // namespace

std::span<const std::string_view> shell_command_names() noexcept { return kNames; }

CommandOutcome run_shell_command(std::string_view line, Runner& runner) {
  return run_shell_command(words_of(line), after_first_word(line), runner);
}

CommandOutcome run_shell_command(Words words, std::string_view rest, Runner& runner) {
  const std::string word = words.empty() ? std::string(".") : words.front();
  const std::string_view name = command_of(word);
  Command command(runner, std::move(words));
  if (name == ".quit" || name == ".exit") return {Next::kQuit, {}};
  if (name == ".explain") return {Next::kExplain, std::string(rest)};
  if (name == ".help") return outcome(command.print(std::string(kHelp)));
  if (name == ".collections") return outcome(command.collections());
  if (name == ".schema") return outcome(command.schema());
  if (name == ".indexes") return outcome(command.indexes());
  if (name == ".stats") return outcome(command.stats());
  if (name == ".import") return outcome(command.import());
  if (name == ".watch") return outcome(command.watch(rest));
  if (name == ".jobs") return outcome(command.jobs());
  if (name == ".timer") return outcome(command.timer());
  if (name == ".mode") return outcome(command.mode());
  if (name == ".verify") return outcome(command.verify());
  if (name == ".backup") return outcome(command.backup());
  if (!name.empty()) return outcome(command.complain(std::string(name) + " is not supported yet"));
  return outcome(command.complain("unknown command " + printable(word) + "; .help lists them"));
}

}  // namespace aurora::cli
