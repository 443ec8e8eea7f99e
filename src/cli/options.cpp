// Reading the arguments. Called by main; calls CLI11.
#include "cli/options.hpp"

#include <aurora/version.hpp>

#include <CLI/CLI.hpp>

#include <array>
#include <iostream>
#include <map>

namespace aurora::cli {

namespace {

constexpr const char* kExamples = R"(examples:
  aurora app.db                                      a shell
  aurora app.db -c '{ users(limit: 3) { email } }'   one text, answered as JSON, or a table on a terminal
  aurora app.db -f setup.aql --format json           a file as one text
  aurora app.db < steps.aql                          standard input, one statement after the other
  aurora app.db -c 'query($a: Int) { users(where: {age: {gt: $a}}) { email } }' --vars '{"a": 30}'
  aurora app.db .jobs                                a command of the shell
  aurora app.db --jsonl                              requests and responses as lines of JSON, for programs
  aurora import app.db --collection users users.csv
  aurora check app.db
  aurora check app.db --salvage-to saved.db
  aurora backup app.db copy.db

exit status: 0 done, 1 an error in AQL or in the data, 2 wrong usage, 3 the database cannot be opened)";

const std::map<std::string, Durability> kDurabilities{{"none", Durability::kNone},
                                                      {"wal", Durability::kWal},
                                                      {"strict", Durability::kStrict},
                                                      {"sync", Durability::kSynchronous}};

constexpr std::array<std::pair<std::string_view, OutputFormat>, 4> kFormats{
    {{"table", OutputFormat::kTable},
     {"json", OutputFormat::kJson},
     {"jsonl", OutputFormat::kJsonLines},
     {"csv", OutputFormat::kCsv}}};

// What is left in strings until all arguments are read.
struct Raw {
  RunOptions run;
  ImportOptions import;
  CheckOptions check;
  BackupOptions backup;
  std::vector<std::string> texts;
  std::vector<std::string> files;
  std::string variables;
  std::string format;
};

void add_durability(CLI::App& app, Place& place) {
  app.add_option("--durability", place.durability, "what a commit survives: none, wal, strict or sync")
      ->transform(CLI::CheckedTransformer(kDurabilities, CLI::ignore_case).description(""))
      ->type_name("LEVEL");
}

void describe_run(CLI::App& app, Raw& raw) {
  app.add_option("DB", raw.run.place.path, "directory of the database, made when missing")->type_name("");
  app.add_option("COMMAND", raw.run.command, "a command of the shell and its words, as .jobs, .stats or .help")->type_name("");
  app.add_option("-c,--command", raw.texts, "run this AQL text (may be given more than once)")
      ->allow_extra_args(false)
      ->type_name("TEXT");
  app.add_option("-f,--file", raw.files, "run this file as one AQL text (may be given more than once)")
      ->allow_extra_args(false)
      ->type_name("FILE");
  app.add_option("--vars", raw.variables, "values of the texts' variables, a JSON object")->type_name("JSON");
  app.add_option("--format", raw.format, "table, json, jsonl or csv")
      ->check(CLI::IsMember({"table", "json", "jsonl", "csv"}).description(""))
      ->type_name("FORMAT");
  app.add_option("--role", raw.run.role, "the role that runs the texts")->type_name("ROLE");
  app.add_flag("--memory", raw.run.place.memory, "a database in memory, as DB ':memory:' is; DB is not touched");
  app.add_flag("--read-only", raw.run.place.read_only, "the database as it is now, beside a process that writes it");
  app.add_flag("--jsonl", raw.run.line_protocol, "answer requests, a line of JSON each");
  add_durability(app, raw.run.place);
}

CLI::App* describe_import(CLI::App& app, Raw& raw) {
  auto* command = app.add_subcommand("import", "read documents from a file into a collection");
  command->add_option("DB", raw.import.place.path, "directory of the database, made when missing")
      ->required()
      ->type_name("");
  command->add_option("FILE", raw.import.file, "what to read; '-' is standard input")->required()->type_name("");
  command->add_option("--collection", raw.import.collection, "where the documents go; defined when missing")
      ->required()
      ->type_name("NAME");
  command->add_option("--format", raw.import.format, "jsonl, json or csv; by default the file's extension")
      ->check(CLI::IsMember({"jsonl", "json", "csv"}).description(""))
      ->type_name("FORMAT");
  command->add_flag("--strict", raw.import.strict,
                    "all or nothing: one transaction (at most 1 GiB of documents), undone by the first bad record");
  add_durability(*command, raw.import.place);
  return command;
}

CLI::App* describe_check(CLI::App& app, Raw& raw) {
  auto* command = app.add_subcommand("check", "compare documents, indexes and log, and mend what can be; status 1 when something is left wrong");
  command->add_option("DB", raw.check.place.path, "directory of the database")->required()->type_name("");
  auto* beside =
      command->add_flag("--read-only", raw.check.place.read_only, "beside a process that writes it; nothing is changed");
  auto* repair = command->add_flag("--repair", raw.check.repair, "make indexes anew from the documents when they disagree");
  auto* salvage = command->add_option("--salvage-to", raw.check.salvage_to,
                                      "save every document that can be read into a new database; DB is not changed")
                      ->type_name("DIR");
  beside->excludes(repair)->excludes(salvage);
  repair->excludes(salvage);
  return command;
}

CLI::App* describe_backup(CLI::App& app, Raw& raw) {
  auto* command = app.add_subcommand("backup", "copy the database; the copy opens by itself");
  command->add_option("DB", raw.backup.place.path, "directory of the database")->required()->type_name("");
  command->add_option("DIR", raw.backup.directory, "where the copy goes; must not exist")
      ->required()
      ->type_name("");
  return command;
}

Leave usage(const std::string& message) {
  std::cerr << "aurora: " << message << "\n'aurora --help' tells more\n";
  return {kUsage};
}

// -c and -f in the order they stand on the command line.
std::vector<Text> in_order(const CLI::App& app, const Raw& raw) {
  std::vector<Text> texts;
  std::size_t next_text = 0;
  std::size_t next_file = 0;
  for (const auto* option : app.parse_order()) {
    if (option->check_name("-c") && next_text < raw.texts.size())
      texts.push_back({false, raw.texts[next_text++]});
    else if (option->check_name("-f") && next_file < raw.files.size())
      texts.push_back({true, raw.files[next_file++]});
  }
  return texts;
}

Options finish_run(const CLI::App& app, Raw& raw) {
  RunOptions& run = raw.run;
  // The name that other embedded databases give to one in memory; never a directory.
  if (run.place.path == ":memory:") run.place.memory = true;
  if (run.place.path.empty() && !run.place.memory) return usage("which database? give its directory, or --memory");
  if (run.place.memory && run.place.read_only) return usage("--read-only is for a database on disk; leave --memory out");
  run.texts = in_order(app, raw);
  if (!run.command.empty() && !run.command.front().starts_with('.'))
    return usage("unexpected argument '" + run.command.front() + "'; commands of the shell begin with a dot, as .jobs");
  if (!run.command.empty() && (!run.texts.empty() || run.line_protocol))
    return usage("a command of the shell, as " + run.command.front() + ", goes without -c, -f and --jsonl");
  if (!raw.format.empty()) run.format = output_format_named(raw.format);
  if (!raw.variables.empty()) {
    auto variables = parse_json(raw.variables);
    if (!variables) return usage("--vars: " + variables.error().message());
    if (variables->if_object() == nullptr) return usage("--vars: a JSON object is wanted, as {\"name\": \"Ada\"}");
    run.variables = std::move(*variables->if_object());
  }
  if (run.line_protocol && (!run.texts.empty() || run.format || !run.variables.empty() || !run.role.empty()))
    return usage("--jsonl takes texts, variables and roles from its requests, not from options");
  return std::move(run);
}

}  // namespace

std::optional<OutputFormat> output_format_named(std::string_view name) noexcept {
  for (const auto& [known, format] : kFormats)
    if (known == name) return format;
  return std::nullopt;
}

Options read_options(int count, const char* const* arguments) {
  Raw raw;
  CLI::App app("The Aurora document database.\n", "aurora");
  app.footer(kExamples);
  app.set_version_flag("--version", "aurora " + std::string(version()));
  app.require_subcommand(0, 1);
  app.get_formatter()->column_width(34);
  describe_run(app, raw);
  const auto* import = describe_import(app, raw);
  const auto* check = describe_check(app, raw);
  const auto* backup = describe_backup(app, raw);
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& answer) {
    return Leave{app.exit(answer, std::cout, std::cerr)};
  } catch (const CLI::ParseError& error) {
    return usage(error.what());
  }
  if (import->parsed()) return std::move(raw.import);
  if (check->parsed()) return std::move(raw.check);
  if (backup->parsed()) return std::move(raw.backup);
  return finish_run(app, raw);
}

}  // namespace aurora::cli
