// The jobs of a database, type by type, as a database without running workers can tell. Called by the shell's commands;
// asks by AQL and the counts of workers.
#pragma once

#include <aurora/database.hpp>

#include <string>

namespace aurora::cli {

/// A row a type: how many jobs stand where, since when one waits, how long the last ones waited and ran, and the last error.
[[nodiscard]] Result<List> jobs_by_type(Database& database);

/// Up to fifty jobs of a status, by the time they may run. Errors: InvalidInput for what is no status.
[[nodiscard]] Result<List> jobs_of_status(Database& database, const std::string& status);

}  // namespace aurora::cli
