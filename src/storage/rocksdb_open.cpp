// Opening a RocksDB store: the directory is inspected, made, locked and unsealed before RocksDB
// sees it. The public way in; calls the directory, lock, seal and engine parts of this room in that
// order.
#include "storage/clean_seal.hpp"
#include "storage/database_directory.hpp"
#include "storage/posix_file.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/rocksdb_store.hpp"

#include <aurora/base/try.hpp>

#include <filesystem>
#include <system_error>

namespace aurora::storage {

namespace {

Result<std::string> absolute_path(const std::string& path) {
  if (path.empty()) return Error(ErrorCode::kInvalidInput, "the path of a database is empty");
  if (path.find('\0') != std::string::npos)
    return Error(ErrorCode::kInvalidInput, "the path of a database holds a NUL byte");
  std::error_code error;  // absolute: the process may change its working directory later
  std::string result = std::filesystem::absolute(path, error).lexically_normal().string();
  if (error) return system_error(error.value(), "finding '" + path + "'");
  while (result.size() > 1 && result.back() == '/') result.pop_back();
  return result;
}

Error not_found(const std::string& path) {
  return Error(ErrorCode::kNotFound, "there is no database in '" + path + "'");
}

// The directory made and locked, in the state found once it was ours.
struct Claim {
  DirectoryState state;
  DirectoryLock lock;
};

Result<Claim> claim_for_writing(const StoreOptions& options) {
  const std::string& path = options.path;
  AURORA_ASSIGN(DirectoryState state, inspect_directory(path));
  if (state != DirectoryState::kReady && !options.create_if_missing) return not_found(path);
  if (state == DirectoryState::kAbsent) AURORA_TRY(make_directory(path));
  AURORA_ASSIGN(DirectoryLock lock, DirectoryLock::acquire(path));
  // Again: another process may have made or closed the database before the lock was ours.
  AURORA_ASSIGN(state, inspect_directory(path));
  if (state == DirectoryState::kEmpty) {
    AURORA_TRY(write_marker(path, DirectoryState::kCreating));
    state = DirectoryState::kCreating;
  }
  AURORA_TRY(verify_seal(path));
  AURORA_TRY(break_seal(path));
  return Claim{state, std::move(lock)};
}

Result<std::unique_ptr<Engine>> open_for_writing(const StoreOptions& options) {
  AURORA_ASSIGN(Claim claim, claim_for_writing(options));
  const bool is_new = claim.state == DirectoryState::kCreating;
  AURORA_ASSIGN(auto engine, open_engine(options, is_new ? OpenAs::kNew : OpenAs::kExisting,
                                         std::move(claim.lock)));
  if (is_new) AURORA_TRY(write_marker(options.path, DirectoryState::kReady));
  const std::string exposure = describe_exposure(options.path);
  if (!exposure.empty()) engine->share_messages()->say("storage: " + exposure);
  return engine;
}

Result<std::unique_ptr<Engine>> open_for_reading(const StoreOptions& options) {
  AURORA_ASSIGN(const DirectoryState state, inspect_directory(options.path));
  if (state != DirectoryState::kReady) return not_found(options.path);
  AURORA_TRY(verify_seal(options.path));
  return open_engine(options, OpenAs::kReadOnly, DirectoryLock());
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreOptions& options) {
  return guarded("opening the store", [&]() -> Result<std::unique_ptr<Store>> {
    StoreOptions own = options;
    AURORA_ASSIGN(own.path, absolute_path(options.path));
    AURORA_ASSIGN(auto engine, own.read_only ? open_for_reading(own) : open_for_writing(own));
    return make_rocksdb_store(std::move(engine), own.unlogged);
  });
}

}  // namespace aurora::storage
