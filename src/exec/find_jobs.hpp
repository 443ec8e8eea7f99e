// Finding jobs by what is said of them, and the one that stands for another of its unique key. Private to exec.
#pragma once

#include <aurora/exec/jobs.hpp>
#include <aurora/exec/select.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

inline constexpr std::array<std::string_view, 7> kJobStatuses{"PENDING", "SCHEDULED",   "RUNNING",  "COMPLETED",
                                                              "FAILED",  "DEAD_LETTER", "CANCELLED"};

/// The last one enqueued of the jobs that meet the conditions; at most one row.
[[nodiscard]] Result<std::vector<Row>> find_job(View& view, const Catalog::Entry& collection, Object conditions,
                                                const ExecSettings& settings);

/// The job that waits or runs under that key.
[[nodiscard]] Result<std::optional<Ordinal>> live_job(View& view, const Catalog::Entry& collection,
                                                      const std::string& unique_key, const ExecSettings& settings);

/// The job of that key that stands for the new one: a live one, or one that ended and still counts.
/// Requires: a unique key.
[[nodiscard]] Result<std::optional<Ordinal>> holder_of(View& view, const Catalog::Entry& collection, const NewJob& job,
                                                       const ExecSettings& settings);

}  // namespace aurora::exec
