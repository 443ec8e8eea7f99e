// Salvage over RocksDB. The original is never opened: its files are linked or copied into a scratch directory, and
// whatever RocksDB does to a damaged store, it does there.
//
//   whole/    all files; opened read-only, forgiving damage. When that works it is the store's own view, which is taken
//             of every family that has no damaged table. Of the others, and without a MANIFEST, the parts are read:
//   tables/   the sound tables alone, for RepairDB, which makes a new MANIFEST of them. It would give up every table with
//             one bad block (those are read singly, block by block) and lose the log rows of families without a table;
//   logs/     hence the write-ahead logs go behind an empty store of their own, whose families have the right numbers.
#include "storage/clean_seal.hpp"
#include "storage/database_directory.hpp"
#include "storage/directory_lock.hpp"
#include "storage/rocksdb_options.hpp"
#include "storage/rocksdb_private_files.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/salvage_scan.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/sst_file_reader.h>
#include <rocksdb/table_properties.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

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

rocksdb::ReadOptions reading() {
  rocksdb::ReadOptions options;
  options.fill_cache = false;
  return options;
}

/// A database of the scratch directory, with its handles.
class OpenCopy {
 public:
  OpenCopy() = default;
  OpenCopy(OpenCopy&& other) noexcept = default;
  OpenCopy& operator=(OpenCopy&&) = delete;
  ~OpenCopy() {
    if (!db_) return;
    for (auto* handle : handles_) static_cast<void>(db_->DestroyColumnFamilyHandle(handle).ok());
    static_cast<void>(db_->Close().ok());
  }

  [[nodiscard]] rocksdb::Status open(const std::string& path, OpenAs as) {
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

  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  /// Null when it has no such family.
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const {
    const auto at = std::find_if(handles_.begin(), handles_.end(),
                                 [&](const auto* handle) { return handle->GetName() == to_string(family); });
    return at == handles_.end() ? nullptr : *at;
  }

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

bool is_table(const fs::path& path) { return path.extension() == ".sst"; }
bool is_log(const fs::path& path) { return path.extension() == ".log"; }

// Not the lock, which may be held, and nothing written for people.
bool is_of_store(const fs::path& path) {
  const auto name = path.filename().string();
  return is_table(path) || is_log(path) || name == "CURRENT" || name == "IDENTITY" || name.starts_with("MANIFEST-") ||
         name.starts_with("OPTIONS-");
}

// Tables are never written again: a link does, where one can be made.
Status take_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (is_table(from)) {
    fs::create_hard_link(from, to, error);
    if (!error) return {};
  }
  fs::copy_file(from, to, error);
  if (error) return system_error(error.value(), "copying '" + from.string() + "' to '" + to.string() + "'");
  return {};
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

Result<fs::path> make_part(const fs::path& scratch, const char* name) {
  auto path = scratch / name;
  AURORA_TRY(make_directory(path.string()));
  return path;
}

/// A table by itself.
struct Table {
  fs::path path;
  std::string family;       ///< empty: not even that can be read
  rocksdb::Status status;   ///< of its checksums

  [[nodiscard]] bool may_be_of(Family wanted) const { return family.empty() || family == to_string(wanted); }
};

Table look_at_table(const fs::path& path) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  Table table{path, {}, reader.Open(path.string())};
  if (!table.status.ok()) return table;
  table.family = reader.GetTableProperties()->column_family_name;
  table.status = reader.VerifyChecksum();
  return table;
}

class RocksSalvage final : public Salvage {
 public:
  RocksSalvage(std::vector<fs::path> files, fs::path scratch) : files_(std::move(files)), scratch_(std::move(scratch)) {}

  Status start(const Status& seal) {
    AURORA_ASSIGN(const auto path, make_part(scratch_, "whole"));
    for (const auto& file : files_) {
      AURORA_TRY(take_file(file, path / file.filename()));
      if (!is_table(file)) continue;
      auto table = look_at_table(path / file.filename());
      if (!table.status.ok())
        notes_.push_back("table " + file.filename().string() + (table.family.empty() ? "" : " of " + table.family) +
                         ": " + table.status.ToString());
      tables_.push_back(std::move(table));
    }
    OpenCopy copy;
    const auto opened = copy.open(path.string(), OpenAs::kReadOnly);
    if (!opened.ok()) {
      notes_.push_back("the store does not open: " + opened.ToString());
      return {};
    }
    whole_.emplace(std::move(copy));
    if (!seal) find_forgotten_tables();
    return {};
  }

  Status read(Family family, const Visit& visit) override {
    return guarded("salvaging", [&]() -> Status {
      // An iteration over a damaged table may leave out what comes behind the damage, without an error.
      const bool sound = std::all_of(tables_.begin(), tables_.end(),
                                     [&](const Table& table) { return table.status.ok() || !table.may_be_of(family); });
      if (!whole_ || !sound) return read_parts(family, visit);
      const auto gaps = gaps_.size();
      AURORA_TRY(read_copy(*whole_, family, visit));
      if (gaps_.size() > gaps) return read_parts(family, visit);   // a table is gone
      for (const auto* table : forgotten_) AURORA_TRY(read_table(*table, family, visit));
      return {};
    });
  }

  const std::vector<Gap>& gaps() const noexcept override { return gaps_; }
  const std::vector<std::string>& notes() const noexcept override { return notes_; }

 private:
  // A MANIFEST that was cut names fewer tables than there are, without a word.
  void find_forgotten_tables() {
    std::vector<rocksdb::LiveFileMetaData> live;
    whole_->db().GetLiveFilesMetaData(&live);
    std::set<std::string> known;
    for (const auto& file : live) known.insert(fs::path(file.name).filename().string());
    for (const auto& table : tables_) {
      if (known.contains(table.path.filename().string())) continue;
      forgotten_.push_back(&table);
      notes_.push_back("table " + table.path.filename().string() +
                       " is named by no MANIFEST; its rows are taken where nothing newer is");
    }
  }

  // What there is without MANIFEST and damaged tables. Made once, when first needed.
  Status open_parts() {
    if (has_parts_) return {};
    has_parts_ = true;
    AURORA_TRY(open_logs());
    AURORA_ASSIGN(const auto path, make_part(scratch_, "tables"));
    for (const auto& table : tables_)
      if (table.status.ok()) AURORA_TRY(take_file(table.path, path / table.path.filename()));
    const EngineOptions options = forgiving_options(OpenAs::kExisting);
    const auto repaired = rocksdb::RepairDB(path.string(), options.db, options.families);
    OpenCopy copy;
    if (const auto opened = repaired.ok() ? copy.open(path.string(), OpenAs::kReadOnly) : repaired; opened.ok())
      repaired_.emplace(std::move(copy));
    else
      notes_.push_back("RocksDB's repair fails, tables are read one by one: " + opened.ToString());
    return {};
  }

  Status open_logs() {
    if (std::none_of(files_.begin(), files_.end(), is_log)) return {};
    AURORA_ASSIGN(const auto path, make_part(scratch_, "logs"));
    {
      OpenCopy empty;
      AURORA_TRY(check(empty.open(path.string(), OpenAs::kNew), "making a store in '" + path.string() + "'"));
    }
    std::uint64_t number = 1'000'000;   // behind all that the empty store knows, in the old order
    for (const auto& file : files_) {
      if (!is_log(file)) continue;
      char name[32];
      std::snprintf(name, sizeof name, "%06llu.log", static_cast<unsigned long long>(++number));
      AURORA_TRY(take_file(file, path / name));
    }
    OpenCopy copy;
    if (const auto opened = copy.open(path.string(), OpenAs::kReadOnly); opened.ok())
      logs_.emplace(std::move(copy));
    else
      notes_.push_back("the write-ahead log cannot be read: " + opened.ToString());
    return {};
  }

  Status read_parts(Family family, const Visit& visit) {
    AURORA_TRY(open_parts());
    if (logs_) AURORA_TRY(read_copy(*logs_, family, visit));
    if (repaired_) AURORA_TRY(read_copy(*repaired_, family, visit));
    for (const auto& table : tables_)
      if (!table.status.ok() || !repaired_) AURORA_TRY(read_table(table, family, visit));
    return {};
  }

  Status read_copy(const OpenCopy& copy, Family family, const Visit& visit) {
    auto* const handle = copy.handle(family);
    if (handle == nullptr) return {};
    const std::unique_ptr<rocksdb::Iterator> rows(copy.db().NewIterator(reading(), handle));
    for (rows->SeekToFirst(); rows->Valid(); rows->Next())
      AURORA_TRY(visit(rows->key().ToStringView(), rows->value().ToStringView()));
    if (!rows->status().ok()) gaps_.push_back({family, {}, {}, rows->status().ToString()});
    return {};
  }

  Status read_table(const Table& table, Family family, const Visit& visit) {
    if (!table.may_be_of(family)) return {};
    const auto name = "table " + table.path.filename().string() + ": ";
    if (table.family.empty()) {
      gaps_.push_back({family, {}, {}, name + table.status.ToString()});
      return {};
    }
    rocksdb::SstFileReader reader{rocksdb::Options()};
    AURORA_TRY(check(reader.Open(table.path.string()), "opening " + table.path.string()));
    const std::unique_ptr<rocksdb::Iterator> rows(reader.NewIterator(reading()));
    return scan_past_damage(*rows, family, visit, [&](Gap gap) {
      gap.why = name + (gap.why == "OK" ? table.status.ToString() : gap.why);
      gaps_.push_back(std::move(gap));
    });
  }

  const std::vector<fs::path> files_;
  const fs::path scratch_;
  std::vector<Table> tables_;                ///< all of them
  std::vector<const Table*> forgotten_;      ///< into tables_
  std::optional<OpenCopy> whole_, logs_, repaired_;
  bool has_parts_ = false;
  std::vector<Gap> gaps_;
  std::vector<std::string> notes_;
};

// What is removed is made anew of the others, so those had better be whole.
Status check_other_tables(const std::string& path, Family family) {
  AURORA_ASSIGN(const auto files, files_of(path));
  for (const auto& file : files) {
    if (!is_table(file)) continue;
    const auto table = look_at_table(file);
    if (table.status.ok() || (!table.family.empty() && table.may_be_of(family))) continue;
    return translate(table.status, "checking table " + file.filename().string());
  }
  return {};
}

}  // namespace

Result<std::unique_ptr<Salvage>> open_for_salvage(const std::string& path, const std::string& scratch) {
  return guarded("salvaging '" + path + "'", [&]() -> Result<std::unique_ptr<Salvage>> {
    if (const auto state = inspect_directory(path); state && *state != DirectoryState::kReady)
      return Error(ErrorCode::kNotFound, "there is no database in '" + path + "'");
    AURORA_ASSIGN(auto files, files_of(path));
    if (std::none_of(files.begin(), files.end(), [](const fs::path& file) { return is_table(file) || is_log(file); }))
      return Error(ErrorCode::kNotFound, "there are no tables and no log of a database in '" + path + "'");
    AURORA_ASSIGN(const auto lock, DirectoryLock::acquire(path));
    auto salvage = std::make_unique<RocksSalvage>(std::move(files), fs::absolute(scratch));
    AURORA_TRY(salvage->start(verify_seal(path)));
    return std::unique_ptr<Salvage>(std::move(salvage));
  });
}

Status discard_family(const StoreOptions& options, Family family) {
  return guarded("discarding rows", [&]() -> Status {
    AURORA_ASSIGN(auto lock, DirectoryLock::acquire(options.path));
    AURORA_TRY(verify_seal(options.path));
    AURORA_TRY(check_other_tables(options.path, family));
    AURORA_TRY(break_seal(options.path));
    EngineOptions setup = make_engine_options(options, OpenAs::kExisting);
    setup.db.env = private_files().env();
    const auto name = std::string(to_string(family));
    std::vector<rocksdb::ColumnFamilyHandle*> handles;
    rocksdb::DB* raw = nullptr;
    AURORA_TRY(check(rocksdb::DB::Open(setup.db, options.path, setup.families, &handles, &raw),
                     "opening '" + options.path + "'"));
    const std::unique_ptr<rocksdb::DB> db(raw);
    const auto place = static_cast<std::size_t>(family) + 1;
    rocksdb::Status status = db->DropColumnFamily(handles[place]);
    rocksdb::ColumnFamilyHandle* made = nullptr;
    if (status.ok()) status = db->CreateColumnFamily(setup.families[place].options, name, &made);
    handles.push_back(made);
    for (auto* handle : handles)
      if (handle != nullptr) static_cast<void>(db->DestroyColumnFamilyHandle(handle).ok());
    const auto closed = db->Close();
    return check(status.ok() ? closed : status, "discarding the rows of family " + name);
  });
}

}  // namespace aurora::storage
