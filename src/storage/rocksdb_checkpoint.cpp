// Body of the checkpoint.
//
// Everything is made in a staging directory beside the target (mode 0700 from the start, whatever
// RocksDB gives its own) and renamed when it is complete and on disk: a target that exists is a
// whole one.
//
// Every file is fsynced here although RocksDB syncs most: a hard-linked log is not fully synced
// before 9.4.
#include "storage/rocksdb_checkpoint.hpp"

#include "storage/clean_seal.hpp"
#include "storage/database_directory.hpp"
#include "storage/rocksdb_status.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/utilities/checkpoint.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

/// Removes what is left of the staging directory in every outcome.
class Staging {
 public:
  explicit Staging(std::string path) : path_(std::move(path)) {}
  Staging(const Staging&) = delete;
  Staging& operator=(const Staging&) = delete;
  ~Staging() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string copy() const { return path_ + "/copy"; }

 private:
  const std::string path_;
};

Result<std::string> make_staging(const std::string& target) {
  std::string path = target + ".XXXXXX";
  if (::mkdtemp(path.data()) == nullptr)
    return system_error(errno, "making a directory beside '" + target + "'");
  return path;
}

Status sync_all(const std::string& directory) {
  std::error_code error;
  fs::directory_iterator entries(directory, error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error))
    AURORA_TRY(sync_path(entries->path().string()));
  if (error) return system_error(error.value(), "reading directory '" + directory + "'");
  return sync_path(directory);
}

Status rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return {};
  // Filesystems without the flag: what a plain rename could replace is at most an empty directory.
  const bool lacks_flag = errno == EINVAL || errno == ENOSYS;
  if (lacks_flag && ::rename(from.c_str(), to.c_str()) == 0) return {};
  if (errno == EEXIST || errno == ENOTEMPTY)
    return Error(ErrorCode::kInvalidInput, "'" + to + "' exists; name a new directory");
  return system_error(errno, "renaming '" + from + "' to '" + to + "'");
}

Status fill(const Engine& engine, const std::string& copy) {
  rocksdb::Checkpoint* raw = nullptr;
  AURORA_TRY(check(rocksdb::Checkpoint::Create(&engine.db(), &raw), "making a checkpoint"));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  AURORA_TRY(check(checkpoint->CreateCheckpoint(copy), "making a checkpoint in '" + copy + "'"));
  if (::chmod(copy.c_str(), 0700) != 0) return system_error(errno, "protecting '" + copy + "'");
  AURORA_TRY(write_marker(copy, DirectoryState::kReady));
  AURORA_TRY(write_seal(copy));
  return sync_all(copy);
}

}  // namespace

Status make_checkpoint(const Engine& engine, const std::string& path) {
  auto target = path;
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  AURORA_ASSIGN(const bool is_there, exists(target));
  if (is_there)
    return Error(ErrorCode::kInvalidInput, "'" + target + "' exists; name a new directory");
  AURORA_ASSIGN(std::string staging_path, make_staging(target));
  const Staging staging(std::move(staging_path));
  AURORA_TRY(fill(engine, staging.copy()));
  AURORA_TRY(rename_new(staging.copy(), target));
  return sync_path(parent_of(target));
}

}  // namespace aurora::storage
