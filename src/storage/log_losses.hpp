// What an opening leaves out of damaged write-ahead logs: told, and kept for people.
// Used by the engine while RocksDB recovers, which drops whatever stands behind a damaged record and removes the log.
#pragma once

#include <aurora/storage/store.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::storage {

/// What a log that was kept is called: its old name and this.
inline constexpr std::string_view kKeptLogSuffix = ".damaged";

/// Logs are read only when RocksDB complains of one. Threads: one at a time.
class LogLosses {
 public:
  /// `keeps`: gives the damaged log, and those that are not replayed because of it, a second name in the directory.
  LogLosses(std::string directory, bool keeps) : directory_(std::move(directory)), keeps_(keeps) {}

  /// Looks for logs of which not even the beginning was replayed, which RocksDB takes for empty ones. Before recovery.
  void look_for_blanks();
  /// A warning of RocksDB's recovery, during it: the log still has its name.
  void hear(std::string_view warning);
  /// What was lost, in words.
  [[nodiscard]] const std::vector<std::string>& told() const noexcept { return told_; }

 private:
  void examine(const std::filesystem::path& log);
  [[nodiscard]] bool keep_from(const std::filesystem::path& log) const;

  const std::string directory_;
  const bool keeps_;
  std::vector<std::string> told_;
};

/// open_rocksdb_store that tells what it left out of damaged logs, in words.
[[nodiscard]] Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreOptions& options, std::vector<std::string>& losses);

/// The logs kept in `directory`, in the order of their names.
[[nodiscard]] std::vector<std::string> kept_logs(const std::string& directory);

}  // namespace aurora::storage
