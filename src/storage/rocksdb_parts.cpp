// Bodies of the parts of a store.
#include "storage/rocksdb_parts.hpp"

#include "storage/posix_file.hpp"

#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <algorithm>
#include <set>
#include <system_error>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

bool is_of_store(const fs::path& path) {
  const auto name = path.filename().string();
  return is_table(path) || is_log(path) || name == "CURRENT" || name == "IDENTITY" || name.starts_with("MANIFEST-") ||
         name.starts_with("OPTIONS-");
}

}  // namespace

EngineOptions forgiving_options(OpenAs as) {
  StoreOptions store;
  store.block_cache_bytes = 16u << 20;
  EngineOptions options = make_engine_options(store, as);
  options.db.paranoid_checks = false;
  options.db.verify_sst_unique_id_in_manifest = false;
  options.db.max_open_files = 256;   // opened when needed: one that cannot be must not hinder the others
  // A batch that reads right is taken, whatever stands before it. Nowhere else: here gaps are told.
  options.db.wal_recovery_mode = rocksdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  for (auto& family : options.families) family.options.force_consistency_checks = false;
  return options;
}

rocksdb::ReadOptions passing_reads() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

OpenCopy::~OpenCopy() {
  if (!db_) return;
  for (auto* handle : handles_) static_cast<void>(db_->DestroyColumnFamilyHandle(handle).ok());
  static_cast<void>(db_->Close().ok());
}

rocksdb::Status OpenCopy::open(const std::string& path, OpenAs as) {
  EngineOptions options = forgiving_options(as);
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  if (as == OpenAs::kNew) {
    status = rocksdb::DB::Open(options.db, path, options.families, &handles_, &db);
  } else {
    // A repaired store has only the families that had tables.
    std::vector<std::string> names;
    status = rocksdb::DB::ListColumnFamilies(options.db, path, &names);
    std::erase_if(options.families, [&](const rocksdb::ColumnFamilyDescriptor& family) {
      return std::find(names.begin(), names.end(), family.name) == names.end();
    });
    if (status.ok()) status = rocksdb::DB::OpenForReadOnly(options.db, path, options.families, &handles_, &db);
  }
  db_.reset(db);
  return status;
}

rocksdb::ColumnFamilyHandle* OpenCopy::handle(Family family) const {
  const auto at = std::find_if(handles_.begin(), handles_.end(),
                               [&](const auto* handle) { return handle->GetName() == to_string(family); });
  return at == handles_.end() ? nullptr : *at;
}

Result<std::vector<fs::path>> files_of(const fs::path& directory) {
  std::vector<fs::path> files;
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    if (entries->is_regular_file(error) && is_of_store(entries->path())) files.push_back(entries->path());
  if (error) return system_error(error.value(), "reading directory '" + directory.string() + "'");
  std::sort(files.begin(), files.end());
  return files;
}

Table look_at_table(const fs::path& path) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  Table table{path, {}, reader.Open(path.string())};
  if (!table.status.ok()) return table;
  table.family = reader.GetTableProperties()->column_family_name;
  table.status = reader.VerifyChecksum();
  return table;
}

std::vector<const Table*> find_forgotten(rocksdb::DB& db, const std::vector<Table>& tables) {
  std::vector<rocksdb::LiveFileMetaData> live;
  db.GetLiveFilesMetaData(&live);
  std::set<std::string> known;
  for (const auto& file : live) known.insert(fs::path(file.name).filename().string());
  std::vector<const Table*> forgotten;
  for (const auto& table : tables)
    if (table.status.ok() && !known.contains(table.path.filename().string())) forgotten.push_back(&table);
  return forgotten;
}

}  // namespace aurora::storage
