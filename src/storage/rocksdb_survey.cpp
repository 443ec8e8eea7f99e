// What an opening for writing would take away from a damaged store, seen before it does; and the rows of one family
// thrown away. RocksDB removes tables that its MANIFEST does not name, and ends the replay of a log at the first damaged
// record. Called by the facade's check and repair.
#include "storage/clean_seal.hpp"
#include "storage/database_directory.hpp"
#include "storage/directory_lock.hpp"
#include "storage/log_scan.hpp"
#include "storage/rocksdb_environment.hpp"
#include "storage/rocksdb_parts.hpp"
#include "storage/rocksdb_private_files.hpp"
#include "storage/rocksdb_status.hpp"

#include <aurora/base/try.hpp>
#include <aurora/storage/survey.hpp>

#include <rocksdb/sst_file_reader.h>

#include <algorithm>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

Status visit_rows(const Table& table, Family family, const VisitForgotten& visit) {
  rocksdb::SstFileReader reader{rocksdb::Options()};
  AURORA_TRY(check(reader.Open(table.path.string()), "opening " + table.path.string()));
  const std::unique_ptr<rocksdb::Iterator> rows(reader.NewIterator(passing_reads()));
  for (rows->SeekToFirst(); rows->Valid(); rows->Next())
    AURORA_TRY(visit(table.path.filename().string(), family, rows->key().ToStringView(), rows->value().ToStringView()));
  return check(rows->status(), "reading " + table.path.string());
}

}  // namespace

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

Result<std::vector<std::string>> survey_logs(const std::string& path) {
  std::vector<std::string> problems;
  AURORA_ASSIGN(const auto files, files_of(path));
  for (const auto& file : files) {
    if (!is_log(file)) continue;
    AURORA_ASSIGN(const auto damage, find_log_damage(file.string()));
    if (!damage) continue;
    problems.push_back("the write-ahead log " + file.filename().string() + " is damaged at byte " +
                       std::to_string(damage->at) + ": opening for writing drops the commits from there on" +
                       (damage->records_behind ? ", though some behind it can be read" : ""));
  }
  return problems;
}

Status read_forgotten_tables(const std::string& path, const VisitForgotten& visit) {
  return guarded("looking at the tables of '" + path + "'", [&]() -> Status {
    AURORA_ASSIGN(const auto files, files_of(path));
    OpenCopy store;
    if (const auto opened = store.open(path, OpenAs::kReadOnly); !opened.ok()) return translate_open(opened, path);
    std::vector<Table> tables;
    for (const auto& file : files)
      if (is_table(file)) tables.push_back({file, {}, {}});
    for (const auto* unread : find_forgotten(store.db(), tables)) {
      const auto table = look_at_table(unread->path);
      if (!table.status.ok()) continue;   // one that was being written
      for (std::size_t i = 0; i < kFamilyCount; ++i)
        if (table.family == to_string(static_cast<Family>(i))) AURORA_TRY(visit_rows(table, static_cast<Family>(i), visit));
    }
    return {};
  });
}

Result<bool> lacks_family(const StoreOptions& options, Family family) {
  return guarded("looking at the families of '" + options.path + "'", [&]() -> Result<bool> {
    EngineOptions setup = make_engine_options(options, OpenAs::kReadOnly);
    if (options.environment) setup.db.env = options.environment->env();
    return lacks_only(setup, options.path, family);
  });
}

Status discard_family(const StoreOptions& options, Family family) {
  return guarded("discarding rows", [&]() -> Status {
    AURORA_ASSIGN(auto lock, DirectoryLock::acquire(options.path));
    AURORA_TRY(verify_seal(options.path));
    // What is removed is made anew of the others, so those had better be whole.
    AURORA_TRY(check_other_tables(options.path, family));
    AURORA_TRY(break_seal(options.path));
    EngineOptions setup = make_engine_options(options, OpenAs::kExisting);
    setup.db.env = options.environment ? options.environment->env() : private_files().env();
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
