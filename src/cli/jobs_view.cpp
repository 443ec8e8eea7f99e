// Body of jobs_view.hpp. Calls the facade.
#include "cli/jobs_view.hpp"

#include "cli/open.hpp"
#include "cli/schema_view.hpp"

#include <aurora/workers.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <vector>

namespace aurora::cli {

namespace {

constexpr std::array<std::string_view, 7> kStatuses{"PENDING", "SCHEDULED",   "RUNNING",  "COMPLETED",
                                                    "FAILED",  "DEAD_LETTER", "CANCELLED"};

// Ids of jobs rise with time: the last ones are the first of this order.
constexpr const char* kCompleted =
    "{ _jobs(where: {status: \"COMPLETED\"}, orderBy: {id: DESC}, limit: 10000) { type created_at run_at started_at completed_at } }";
constexpr const char* kWithErrors =
    "{ _jobs(where: {error: {isNotNull: true}, status: {in: [\"FAILED\", \"DEAD_LETTER\", \"SCHEDULED\"]}}, orderBy: {id: DESC}, limit: 1000) "
    "{ type error } }";
constexpr const char* kOfStatus =
    "query($s: String!) { _jobs(where: {status: $s}, orderBy: {run_at: ASC}, limit: 50) "
    "{ id type queue priority run_at retries error } }";

// What is known of a type beside its counts; times in microseconds.
struct Recent {
  std::vector<std::int64_t> waited;
  std::vector<std::int64_t> ran;
  std::string error;
};

Result<List> rows_of(Database& database, const char* text, const Object& variables = {}) {
  const auto result = database.try_execute(text, variables);
  if (!result) return result.error();
  const auto data = result->data();
  return *data.if_object()->find("_jobs")->if_list();
}

std::int64_t micros_of(const Object& job, std::string_view name) {
  const auto* value = job.find(name);
  if (value == nullptr || value->if_string() == nullptr) return 0;
  const auto time = DateTime::parse(*value->if_string());
  return time ? time->micros : 0;
}

Value milliseconds(std::vector<std::int64_t>& times, double part) {
  if (times.empty()) return {};
  const auto at = std::min(times.size() - 1, static_cast<std::size_t>(part * static_cast<double>(times.size())));
  std::nth_element(times.begin(), times.begin() + static_cast<std::ptrdiff_t>(at), times.end());
  return Value(static_cast<double>(std::max<std::int64_t>(times[at], 0) / 10) / 100);
}

}  // namespace

Result<List> jobs_by_type(Database& database) {
  std::map<std::string, Recent> recent;
  auto completed = rows_of(database, kCompleted);
  if (!completed) return completed.error();
  for (const Value& row : *completed) {
    const auto& job = *row.if_object();
    auto& of = recent[text_of(job, "type")];
    const auto started = micros_of(job, "started_at");
    of.waited.push_back(started - std::max(micros_of(job, "run_at"), micros_of(job, "created_at")));
    of.ran.push_back(micros_of(job, "completed_at") - started);
  }
  auto failed = rows_of(database, kWithErrors);
  if (!failed) return failed.error();
  for (const Value& row : *failed) {
    auto& error = recent[text_of(*row.if_object(), "type")].error;
    if (error.empty()) error = text_of(*row.if_object(), "error");
  }
  const auto stats = attempt([&] { return database.workers().stats(); });
  if (!stats) return stats.error();
  List rows;
  for (const auto& type : stats->types) {
    auto& of = recent[type.type];
    const auto count = [](std::uint64_t jobs) { return Value(static_cast<std::int64_t>(jobs)); };
    rows.emplace_back(Object{{"type", Value(type.type)},
                             {"pending", count(type.pending)},
                             {"scheduled", count(type.scheduled)},
                             {"running", count(type.running)},
                             {"completed", count(type.completed)},
                             {"failed", count(type.failed)},
                             {"dead_letter", count(type.dead_letters)},
                             {"cancelled", count(type.cancelled)},
                             {"waits_since", type.waits_since ? Value(type.waits_since->text()) : Value()},
                             {"waited_ms_p50", milliseconds(of.waited, 0.5)},
                             {"waited_ms_p99", milliseconds(of.waited, 0.99)},
                             {"ran_ms_p50", milliseconds(of.ran, 0.5)},
                             {"ran_ms_p99", milliseconds(of.ran, 0.99)},
                             {"last_error", of.error.empty() ? Value() : Value(of.error)}});
  }
  return rows;
}

Result<List> jobs_of_status(Database& database, const std::string& status) {
  if (std::find(kStatuses.begin(), kStatuses.end(), status) == kStatuses.end()) {
    std::string message = "there is no status '" + status + "'; jobs are";
    for (const auto known : kStatuses) message.append(" ").append(known);
    return Error(ErrorCode::kInvalidInput, message);
  }
  return rows_of(database, kOfStatus, Object{{"s", Value(status)}});
}

}  // namespace aurora::cli
