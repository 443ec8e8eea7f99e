// The settings every case is run under, and a database that is opened by them.
// Used by the runner.
#pragma once

#include <aurora/aurora.hpp>

#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aurora::testing {

struct Setting {
  std::string_view name;
  std::string_view about;
  bool on_disk = false;
  bool reopens = false;      ///< after each statement
  bool uses_indexes = true;  ///< else plans are not compared
  std::optional<std::uint64_t> hot_cache_bytes;
};

/// All of them; `memory` is the first, and the one that --bless believes.
[[nodiscard]] std::span<const Setting> all_settings();
[[nodiscard]] const Setting* find_setting(std::string_view name);

/// The database of one case under one setting. A directory of its own goes away with it.
class CaseDatabase {
 public:
  explicit CaseDatabase(const Setting& setting);
  ~CaseDatabase();
  CaseDatabase(const CaseDatabase&) = delete;
  CaseDatabase& operator=(const CaseDatabase&) = delete;

  [[nodiscard]] Database& operator*() { return *database_; }
  [[nodiscard]] Database* operator->() { return &*database_; }
  /// A directory of this database's own, for the files of imports and exports.
  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// Closes and opens again; a database in memory would be gone, so there it does nothing.
  void restart();

 private:
  void open();

  const Setting& setting_;
  std::filesystem::path directory_;
  std::optional<Database> database_;
};

}  // namespace aurora::testing
