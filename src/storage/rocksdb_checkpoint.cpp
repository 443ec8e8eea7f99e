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
#include "storage/posix_file.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/staging.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/utilities/checkpoint.h>

#include <cerrno>

#include <sys/stat.h>

namespace aurora::storage {

namespace {

Status fill(const Engine& engine, const std::string& copy) {
  rocksdb::Checkpoint* raw = nullptr;
  AURORA_TRY(check(rocksdb::Checkpoint::Create(&engine.db(), &raw), "making a checkpoint"));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(raw);
  AURORA_TRY(check(checkpoint->CreateCheckpoint(copy), "making a checkpoint in '" + copy + "'"));
  if (::chmod(copy.c_str(), 0700) != 0) return system_error(errno, "protecting '" + copy + "'");
  AURORA_TRY(write_marker(copy, DirectoryState::kReady));
  return write_seal(copy);
}

}  // namespace

Status make_checkpoint(const Engine& engine, const std::string& path) {
  AURORA_TRY(check_outside(path, engine.path(), "the database"));
  AURORA_ASSIGN(const Staging staging, Staging::beside(path));
  AURORA_TRY(fill(engine, staging.copy()));
  return staging.publish();
}

}  // namespace aurora::storage
