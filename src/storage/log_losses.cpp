// Body of the losses of logs. A log that merely ends early, as every crash may leave it, is no loss.
#include "storage/log_losses.hpp"

#include "storage/log_scan.hpp"
#include "storage/posix_file.hpp"

#include <algorithm>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_with(const std::string& directory, std::string_view extension) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    if (entries->path().extension() == extension) files.push_back(entries->path());
  std::sort(files.begin(), files.end());
  return files;
}

bool begins_blank(const fs::path& log) {
  const auto file = open_file(log.string(), O_RDONLY);
  char head[8] = {};
  if (!file || ::pread(file->get(), head, sizeof head, 0) <= 0) return false;
  return std::all_of(std::begin(head), std::end(head), [](char c) { return c == '\0'; });
}

}  // namespace

void LogLosses::look_for_blanks() {
  for (const auto& log : files_with(directory_, ".log"))
    if (begins_blank(log)) examine(log);
}

void LogLosses::hear(std::string_view warning) {
  if (!told_.empty() || warning.find(": dropping ") == std::string_view::npos) return;
  for (const auto& log : files_with(directory_, ".log"))
    if (warning.find("/" + log.filename().string() + ":") != std::string_view::npos) return examine(log);
}

void LogLosses::examine(const fs::path& log) {
  const auto damage = find_log_damage(log.string());
  if (!damage || !*damage) return;
  auto text = "the write-ahead log " + log.filename().string() + " is damaged at byte " + std::to_string((*damage)->at) +
              ": commits from there on are lost" + ((*damage)->records_behind ? ", though some behind it can be read" : "");
  if (keep_from(log)) text += "; it was kept as " + log.filename().string() + std::string(kKeptLogSuffix);
  told_.push_back(std::move(text));
}

// Names of logs are numbers of the same width, in the order they were written.
bool LogLosses::keep_from(const fs::path& damaged) const {
  if (!keeps_) return false;
  bool all = true;
  for (const auto& log : files_with(directory_, ".log")) {
    std::error_code error;
    if (log < damaged || fs::file_size(log, error) == 0 || error) continue;
    fs::create_hard_link(log, log.string() + std::string(kKeptLogSuffix), error);
    all = all && (!error || error == std::errc::file_exists);
  }
  return all;
}

std::vector<std::string> kept_logs(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& file : files_with(directory, kKeptLogSuffix)) names.push_back(file.filename().string());
  return names;
}

}  // namespace aurora::storage
