// A store taken apart: its files, single tables, and a database of its own opened forgivingly.
// Used by salvage, on links and copies, and by the survey, which looks at the original without changing it.
#pragma once

#include "storage/rocksdb_options.hpp"

#include <aurora/storage/salvage.hpp>

#include <rocksdb/db.h>
#include <rocksdb/options.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace aurora::storage {

/// Options under which damage hinders as little as can be.
[[nodiscard]] EngineOptions forgiving_options(OpenAs as);
/// Reads that leave the cache alone.
[[nodiscard]] rocksdb::ReadOptions passing_reads();

/// A database opened with forgiving options, with its handles.
class OpenCopy {
 public:
  OpenCopy() = default;
  OpenCopy(OpenCopy&& other) noexcept = default;
  OpenCopy& operator=(OpenCopy&&) = delete;
  ~OpenCopy();

  /// Read-only, it has the families that there are.
  [[nodiscard]] rocksdb::Status open(const std::string& path, OpenAs as);
  [[nodiscard]] rocksdb::DB& db() const { return *db_; }
  /// Null when it has no such family.
  [[nodiscard]] rocksdb::ColumnFamilyHandle* handle(Family family) const;

 private:
  std::unique_ptr<rocksdb::DB> db_;
  std::vector<rocksdb::ColumnFamilyHandle*> handles_;
};

[[nodiscard]] inline bool is_table(const std::filesystem::path& path) { return path.extension() == ".sst"; }
[[nodiscard]] inline bool is_log(const std::filesystem::path& path) { return path.extension() == ".log"; }

/// The files of a store in order of their names: not the lock, which may be held, and nothing written for people.
[[nodiscard]] Result<std::vector<std::filesystem::path>> files_of(const std::filesystem::path& directory);

/// A table by itself.
struct Table {
  std::filesystem::path path;
  std::string family;       ///< empty: not even that can be read
  rocksdb::Status status;   ///< of its checksums

  [[nodiscard]] bool may_be_of(Family wanted) const { return family.empty() || family == to_string(wanted); }
};

/// Reads all of it.
[[nodiscard]] Table look_at_table(const std::filesystem::path& path);
/// Sound tables that the MANIFEST `db` was opened by does not name.
[[nodiscard]] std::vector<const Table*> find_forgotten(rocksdb::DB& db, const std::vector<Table>& tables);

}  // namespace aurora::storage
