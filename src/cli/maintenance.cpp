// Body of maintenance.hpp. Calls the facade.
#include "cli/maintenance.hpp"

#include "cli/error_report.hpp"
#include "cli/text.hpp"

#include <aurora/repair.hpp>

#include <fmt/core.h>

namespace aurora::cli {

namespace {

std::string problem_lines(const std::vector<std::string>& problems) {
  std::string out;
  for (const auto& problem : problems) out += "problem: " + printable(problem) + "\n";
  return out;
}

bool print_report(const VerifyReport& report, const std::vector<std::string>& damage, Terminal& terminal) {
  const auto problems = report.problems.size() + damage.size();
  const bool was_read = report.collections + report.log_rows > 0 || problems == 0;
  const auto figures = fmt::format("{} collections, {} documents, {} index entries, {} log rows: ", report.collections,
                                   report.documents, report.index_entries, report.log_rows);
  terminal.print(problem_lines(report.problems) + problem_lines(damage) + (was_read ? figures : std::string()) +
                 (problems == 0 ? std::string("ok") : fmt::format("{} problem(s)", problems)) + "\n");
  return problems == 0;
}

}  // namespace

bool show_verify(Database& database, Terminal& terminal) {
  const auto report = attempt([&] { return database.verify(); });
  if (!report) {
    terminal.complain(error_report(report.error(), {}, {}, terminal));
    return false;
  }
  return print_report(*report, {}, terminal);
}

bool back_up(Database& database, const std::string& directory, Terminal& terminal) {
  const auto status = attempt([&] { database.checkpoint(directory); });
  if (!status) {
    terminal.complain(error_report(status.error(), {}, {}, terminal));
    return false;
  }
  terminal.print("copied to " + printable(directory) + "\n");
  return true;
}

namespace {

// Opens an existing database for `work`, which says whether all went well.
template <class Work>
int with_database(const Place& place, Terminal& terminal, Work work) {
  auto database = open_database(place, Missing::kFail);
  if (!database) {
    terminal.complain(error_report(database.error(), {}, place.path, terminal));
    return kCannotOpen;
  }
  return work(*database) ? kOk : kFailed;
}

}  // namespace

namespace {

void advise(const Place& place, std::string_view option, std::string_view what, Terminal& terminal) {
  terminal.complain(fmt::format("aurora: {}: aurora check {} {}\n", what, printable(place.path), option));
}

constexpr std::string_view kSalvageOption = "--salvage-to DIR";
constexpr std::string_view kSalvageAdvice = "what can be read is saved into a new database with";

// Of a database that cannot be opened.
int complain(const Error& error, const Place& place, Terminal& terminal) {
  terminal.complain(error_report(error, {}, place.path, terminal));
  if (remedy_for(place.path, error) == Remedy::kSalvage) advise(place, kSalvageOption, kSalvageAdvice, terminal);
  return kCannotOpen;
}

Config config_of(const Place& place) {
  Config config;
  config.durability = place.durability;
  config.create_if_missing = false;
  return config;
}

// Beside a writer, whose files change meanwhile, only what it shows can be verified.
int check_beside(const Place& place, Terminal& terminal) {
  auto database = open_database(place, Missing::kFail);
  if (!database) return complain(database.error(), place, terminal);
  return show_verify(*database, terminal) ? kOk : kFailed;
}

int check_only(const Place& place, Terminal& terminal) {
  if (place.read_only) return check_beside(place, terminal);
  const auto report = try_check(place.path, config_of(place));
  if (!report) return complain(report.error(), place, terminal);
  for (const auto& log : report->kept_logs)
    terminal.print("note: " + printable(log) + " is a damaged log: what stood behind the damage was left out when the "
                   "database was opened, and no salvage reads it; keep it until nothing is missed\n");
  if (print_report(report->verified, report->damage, terminal)) return kOk;
  if (!report->damage.empty()) {
    advise(place, kSalvageOption, kSalvageAdvice, terminal);
    return kFailed;
  }
  advise(place, "--repair", "indexes are made anew with", terminal);
  return kFailed;
}

int check_and_repair(const Place& place, Terminal& terminal) {
  const auto report = try_repair(place.path, config_of(place));
  if (!report) return complain(report.error(), place, terminal);
  terminal.print(problem_lines(report->problems));
  switch (report->outcome) {
    case RepairOutcome::kSound: terminal.print("ok: nothing to repair\n"); return kOk;
    case RepairOutcome::kRebuilt: terminal.print("repaired: indexes were made anew, everything agrees\n"); return kOk;
    case RepairOutcome::kDamaged: break;
  }
  terminal.print("not repaired: documents or the change log are damaged\n");
  advise(place, kSalvageOption, kSalvageAdvice, terminal);
  return kFailed;
}

int salvage_to(const Place& place, const std::string& target, Terminal& terminal) {
  const auto report = try_salvage(place.path, target, config_of(place));
  if (!report) {
    terminal.complain(error_report(report.error(), {}, place.path, terminal));
    return kCannotOpen;
  }
  std::string out;
  for (const auto& note : report->notes) out += "note: " + printable(note) + "\n";
  for (const auto& lost : report->lost)
    out += fmt::format("lost: {}{}: {}\n", printable(lost.collection),
                       lost.ordinal ? " document " + std::to_string(*lost.ordinal) : std::string(), printable(lost.why));
  if (report->lost_count > report->lost.size())
    out += fmt::format("lost: {} more\n", report->lost_count - report->lost.size());
  out += problem_lines(report->problems);
  out += fmt::format("saved {} collections and {} documents in {}; lost: {}\n", report->collections, report->documents,
                     printable(target), report->lost_count);
  terminal.print(out);
  return report->lost_count == 0 && report->problems.empty() ? kOk : kFailed;
}

}  // namespace

int run_check(const CheckOptions& options, Terminal& terminal) {
  if (!options.salvage_to.empty()) return salvage_to(options.place, options.salvage_to, terminal);
  return options.repair ? check_and_repair(options.place, terminal) : check_only(options.place, terminal);
}

int run_backup(const BackupOptions& options, Terminal& terminal) {
  return with_database(options.place, terminal,
                       [&](Database& database) { return back_up(database, options.directory, terminal); });
}

}  // namespace aurora::cli
