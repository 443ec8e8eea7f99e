// Salvage over RocksDB. The original is never opened: its files are linked or copied into a scratch directory, and
// whatever RocksDB does to a damaged store, it does there.
//
//   whole/    all files; opened read-only, forgiving damage. When that works it is the store's own view, which is taken
//             of every family that has no damaged table. Of the others, and without a MANIFEST, the parts are read:
//   tables/   the sound tables alone, for RepairDB, which makes a new MANIFEST of them. It would give up every table with
//             one bad block (those are read singly, block by block) and lose the log rows of families without a table;
//   logs/     hence the write-ahead logs go behind an empty store of their own, whose families have the right numbers.
#include "storage/database_directory.hpp"
#include "storage/directory_lock.hpp"
#include "storage/log_scan.hpp"
#include "storage/posix_file.hpp"
#include "storage/rocksdb_parts.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/salvage_scan.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/db.h>
#include <rocksdb/sst_file_reader.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>
#include <system_error>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

// Tables are never written again: a link does, where one can be made.
Status take_file(const fs::path& from, const fs::path& to) {
  std::error_code error;
  if (is_table(from)) {
    fs::create_hard_link(from, to, error);
    if (!error) return {};
  }
  return copy_file(from.string(), to.string());
}

Result<fs::path> make_part(const fs::path& scratch, const char* name) {
  auto path = scratch / name;
  AURORA_TRY(make_directory(path.string()));
  return path;
}

class RocksSalvage final : public Salvage {
 public:
  RocksSalvage(std::vector<fs::path> files, fs::path scratch) : files_(std::move(files)), scratch_(std::move(scratch)) {}

  void note(std::string text) { notes_.push_back(std::move(text)); }

  Status start() {
    AURORA_ASSIGN(const auto path, make_part(scratch_, "whole"));
    for (const auto& file : files_) {
      AURORA_TRY(take_file(file, path / file.filename()));
      if (is_log(file)) AURORA_TRY(look_at_log(path / file.filename()));
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
    // A MANIFEST that was cut names fewer tables than there are, without a word.
    for (const auto* table : find_forgotten(whole_->db(), tables_)) {
      forgotten_.insert(table->family);
      notes_.push_back("table " + table->path.filename().string() + " of " + table->family + " is named by no MANIFEST");
    }
    return {};
  }

  Status read(Family family, const Visit& visit) override {
    return guarded("salvaging", [&]() -> Status {
      // An iteration over a damaged table may leave out what comes behind the damage, without an error.
      const bool sound = std::all_of(tables_.begin(), tables_.end(),
                                     [&](const Table& table) { return table.status.ok() || !table.may_be_of(family); });
      const bool forgotten = forgotten_.contains(std::string(to_string(family)));
      if (!whole_ || !sound || forgotten) {
        AURORA_TRY(read_parts(family, visit));
        return whole_ && sound && family == Family::kDocs ? read_newer(family, visit) : Status();
      }
      const auto gaps = gaps_.size();
      AURORA_TRY(read_copy(*whole_, family, visit));
      return gaps_.size() > gaps ? read_parts(family, visit) : Status();   // a table is gone
    });
  }

  const std::vector<Gap>& gaps() const noexcept override { return gaps_; }
  const std::vector<std::string>& notes() const noexcept override { return notes_; }

 private:
  // RocksDB leaves out what is damaged, with the rest of its block, and says nothing.
  Status look_at_log(const fs::path& path) {
    AURORA_ASSIGN(const auto damage, find_log_damage(path.string()));
    if (damage)
      gaps_.push_back({Family::kLog, {}, {}, "the write-ahead log " + path.filename().string() + " is damaged at byte " +
                                                std::to_string(damage->at)});
    return {};
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

  // A table that a compaction left behind may hold an older state of a row whose newer one lost its number in it, and
  // hide that. Rows that the parts do not have were removed.
  Status read_newer(Family family, const Visit& visit) {
    const auto has = [&](const std::optional<OpenCopy>& part, std::string_view key) {
      auto* const handle = part ? part->handle(family) : nullptr;
      std::string value;
      return handle != nullptr && part->db().Get(passing_reads(), handle, rocksdb::Slice(key.data(), key.size()), &value).ok();
    };
    return read_copy(*whole_, family, [&](std::string_view key, std::string_view value) {
      return has(repaired_, key) || has(logs_, key) ? visit(key, value) : Status();
    });
  }

  Status read_copy(const OpenCopy& copy, Family family, const Visit& visit) {
    auto* const handle = copy.handle(family);
    if (handle == nullptr) return {};
    const std::unique_ptr<rocksdb::Iterator> rows(copy.db().NewIterator(passing_reads(), handle));
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
    const std::unique_ptr<rocksdb::Iterator> rows(reader.NewIterator(passing_reads()));
    return scan_past_damage(*rows, family, visit, [&](Gap gap) {
      gap.why = name + (gap.why == "OK" ? table.status.ToString() : gap.why);
      gaps_.push_back(std::move(gap));
    });
  }

  const std::vector<fs::path> files_;
  const fs::path scratch_;
  std::vector<Table> tables_;                ///< all of them
  std::set<std::string> forgotten_;          ///< families that have sound tables no MANIFEST names
  std::optional<OpenCopy> whole_, logs_, repaired_;
  bool has_parts_ = false;
  std::vector<Gap> gaps_;
  std::vector<std::string> notes_;
};

}  // namespace

Result<std::unique_ptr<Salvage>> open_for_salvage(const std::string& path, const std::string& scratch) {
  return guarded("salvaging '" + path + "'", [&]() -> Result<std::unique_ptr<Salvage>> {
    AURORA_ASSIGN(const auto newer, newer_format(path));
    if (newer) return *newer;
    if (const auto state = inspect_directory(path); state && *state != DirectoryState::kReady)
      return Error(ErrorCode::kNotFound, "there is no database in '" + path + "'");
    AURORA_ASSIGN(auto files, files_of(path));
    if (std::none_of(files.begin(), files.end(), [](const fs::path& file) { return is_table(file) || is_log(file); }))
      return Error(ErrorCode::kNotFound, "there are no tables and no log of a database in '" + path + "'");
    // A lock that cannot be taken at all, of a directory that is read-only or damaged, is nobody's.
    const auto lock = DirectoryLock::acquire(path);
    if (!lock && lock.error().code() == ErrorCode::kBusy) return lock.error();
    auto salvage = std::make_unique<RocksSalvage>(std::move(files), fs::absolute(scratch));
    if (!lock) salvage->note("salvaged without a lock: " + lock.error().message());
    AURORA_TRY(salvage->start());
    return std::unique_ptr<Salvage>(std::move(salvage));
  });
}

}  // namespace aurora::storage
