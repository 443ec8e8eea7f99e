// The table of settings, and opening by them.
// Called by the runner.
#include "aql/settings.hpp"

#include <array>
#include <system_error>

#include <stdlib.h>  // mkdtemp

namespace aurora::testing {

namespace {

// The time in all cases: defaults of "now" are known.
constexpr std::int64_t kNow = 1'769'860'800'000'000;  // 2026-01-31T12:00:00Z

constexpr std::array kSettings = {
    Setting{"memory", "no files, all defaults", false, false, true, std::nullopt},
    Setting{"rocksdb", "a directory, all defaults", true, false, true, std::nullopt},
    Setting{"cache-off", "every record is read from the store", true, false, true, 0},
    Setting{"cache-tiny", "records are thrown out all the time", true, false, true, 4096},
    Setting{"scan", "no query uses an index", false, false, false, std::nullopt},
    Setting{"reopen", "the directory is opened again after each statement", true, true, true,
            std::nullopt},
};

}  // namespace

std::span<const Setting> all_settings() { return kSettings; }

const Setting* find_setting(std::string_view name) {
  for (const auto& setting : kSettings) {
    if (setting.name == name) return &setting;
  }
  return nullptr;
}

CaseDatabase::CaseDatabase(const Setting& setting) : setting_(setting) {
  std::string name = (std::filesystem::temp_directory_path() / "aurora-aql-XXXXXX").string();
  if (mkdtemp(name.data()) == nullptr) {
    throw std::system_error(errno, std::generic_category(), "no temporary directory");
  }
  directory_ = name;
  open();
}

CaseDatabase::~CaseDatabase() {
  database_.reset();
  std::error_code ignored;
  if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
}

void CaseDatabase::open() {
  Config config;
  config.use_indexes = setting_.uses_indexes;
  config.clock = [] { return kNow; };
  config.expiry_interval = std::chrono::hours(24);  // what is removed when must not depend on real time
  if (setting_.hot_cache_bytes) config.hot_cache_bytes = *setting_.hot_cache_bytes;
  if (setting_.on_disk) {
    database_.emplace(Database::open((directory_ / "db").string(), config));
  } else {
    database_.emplace(Database::open_in_memory(config));
  }
}

void CaseDatabase::restart() {
  if (!setting_.on_disk) return;
  database_->close();
  database_.reset();
  open();
}

}  // namespace aurora::testing
