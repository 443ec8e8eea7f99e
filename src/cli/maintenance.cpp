// Body of maintenance.hpp. Calls the facade.
#include "cli/maintenance.hpp"

#include "cli/error_report.hpp"
#include "cli/text.hpp"

#include <fmt/core.h>

namespace aurora::cli {

bool show_verify(Database& database, Terminal& terminal) {
  const auto report = attempt([&] { return database.verify(); });
  if (!report) {
    terminal.complain(error_report(report.error(), {}, {}, terminal));
    return false;
  }
  std::string out;
  for (const auto& problem : report->problems) out += "problem: " + printable(problem) + "\n";
  out += fmt::format("{} collections, {} documents, {} index entries, {} log rows: {}\n", report->collections,
                     report->documents, report->index_entries, report->log_rows,
                     report->problems.empty() ? std::string("ok")
                                              : fmt::format("{} problem(s)", report->problems.size()));
  terminal.print(out);
  return report->problems.empty();
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

int run_check(const CheckOptions& options, Terminal& terminal) {
  return with_database(options.place, terminal, [&](Database& database) { return show_verify(database, terminal); });
}

int run_backup(const BackupOptions& options, Terminal& terminal) {
  return with_database(options.place, terminal,
                       [&](Database& database) { return back_up(database, options.directory, terminal); });
}

}  // namespace aurora::cli
