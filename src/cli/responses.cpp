// Body of responses.hpp.
#include "cli/responses.hpp"

namespace aurora::cli {

namespace {

void append_number(std::string& out, std::string_view name, std::uint64_t number) {
  out += out.size() > 1 ? ",\"" : "\"";
  out.append(name).append("\":").append(std::to_string(number));
}

}  // namespace

std::string success(std::string_view data, std::string_view extensions) {
  std::string out;
  out.reserve(data.size() + extensions.size() + 40);
  out += "{\"ok\":true";
  if (!data.empty()) out.append(",\"data\":").append(data);
  if (!extensions.empty()) out.append(",\"extensions\":").append(extensions);
  return out += "}";
}

std::string failure(const Error& error, std::string_view data) {
  std::string out = "{\"ok\":false,\"error\":{\"code\":";
  append_json_string(out, to_string(error.code()));
  out += ",\"message\":";
  append_json_string(out, error.message());
  if (error.line() != 0) append_number(out, "line", error.line());
  if (error.column() != 0) append_number(out, "column", error.column());
  out += ",\"path\":[";
  for (std::size_t i = 0; i < error.path().size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, error.path()[i]);
  }
  out += "]}";
  if (!data.empty()) out.append(",\"data\":").append(data);
  return out += "}";
}

std::string verify_text(const VerifyReport& report) {
  std::string out = "{";
  append_number(out, "collections", report.collections);
  append_number(out, "documents", report.documents);
  append_number(out, "index_entries", report.index_entries);
  append_number(out, "log_rows", report.log_rows);
  out += ",\"problems\":[";
  for (std::size_t i = 0; i < report.problems.size(); ++i) {
    if (i > 0) out += ',';
    append_json_string(out, report.problems[i]);
  }
  return out += "]}";
}

std::string stats_text(const Stats& stats) {
  std::string out = "{";
  append_number(out, "sequence", stats.sequence);
  append_number(out, "commits", stats.commits);
  append_number(out, "groups", stats.groups);
  append_number(out, "checkpoints", stats.checkpoints);
  append_number(out, "snapshots", stats.snapshots);
  append_number(out, "history_versions", stats.history_versions);
  append_number(out, "cache_hits", stats.cache_hits);
  append_number(out, "cache_misses", stats.cache_misses);
  append_number(out, "cache_evictions", stats.cache_evictions);
  append_number(out, "cache_entries", stats.cache_entries);
  append_number(out, "cache_bytes", stats.cache_bytes);
  append_number(out, "disk_bytes", stats.disk_bytes);
  append_number(out, "store_memory_bytes", stats.store_memory_bytes);
  append_number(out, "log_bytes", stats.log_bytes);
  out += ",\"engine\":";
  append_json_string(out, stats.engine);
  out += ",\"slow_build\":";
  return out += stats.slow_build ? "true}" : "false}";
}

}  // namespace aurora::cli
