// Opening a RocksDB store: the directory is inspected, made, locked and unsealed before RocksDB
// sees it. The public way in; calls the directory, lock, seal and engine parts of this room in that
// order.
#include "storage/clean_seal.hpp"
#include "storage/database_directory.hpp"
#include "storage/log_losses.hpp"
#include "storage/posix_file.hpp"
#include "storage/rocksdb_status.hpp"
#include "storage/rocksdb_store.hpp"

#include <aurora/base/try.hpp>

#include <rocksdb/transaction_log.h>

#include <charconv>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
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

// Of a write-ahead log: its name is a number.
std::optional<std::uint64_t> log_number(std::string_view name) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (error != std::errc() || name.substr(static_cast<std::size_t>(end - name.data())) != ".log") return std::nullopt;
  return number;
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

// RocksDB leaves a log behind in which nothing was written, at every opening until something is flushed.
void remove_empty_logs(const Engine& engine) {
  std::unique_ptr<rocksdb::LogFile> current;
  if (!engine.db().GetCurrentWalFile(&current).ok() || !current) return;
  std::error_code error;
  std::filesystem::directory_iterator entries(engine.path(), error);
  for (; !error && entries != std::filesystem::directory_iterator(); entries.increment(error)) {
    const auto number = log_number(entries->path().filename().string());
    if (!number || *number >= current->LogNumber() || entries->file_size(error) != 0 || error) continue;
    std::filesystem::remove(entries->path(), error);
  }
}

Result<std::unique_ptr<Engine>> open_for_writing(const StoreOptions& options) {
  AURORA_ASSIGN(Claim claim, claim_for_writing(options));
  const bool is_new = claim.state == DirectoryState::kCreating;
  AURORA_ASSIGN(auto engine, open_engine(options, is_new ? OpenAs::kNew : OpenAs::kExisting,
                                         std::move(claim.lock)));
  if (is_new) AURORA_TRY(write_marker(options.path, DirectoryState::kReady));
  remove_empty_logs(*engine);
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

Error with_advice(const Error& full) {
  return Error(full.code(), full.message() + "; opening for writing needs room: free some, or open read-only");
}

}  // namespace

Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreOptions& options) {
  std::vector<std::string> losses;
  return open_rocksdb_store(options, losses);
}

Result<std::unique_ptr<Store>> open_rocksdb_store(const StoreOptions& options, std::vector<std::string>& losses) {
  return guarded("opening the store", [&]() -> Result<std::unique_ptr<Store>> {
    StoreOptions own = options;
    AURORA_ASSIGN(own.path, absolute_path(options.path));
    auto engine = own.read_only ? open_for_reading(own) : open_for_writing(own);
    if (!engine) return engine.error().code() == ErrorCode::kStorageFull ? with_advice(engine.error()) : engine.error();
    losses = (*engine)->losses();
    return make_rocksdb_store(*std::move(engine), own.unlogged);
  });
}

}  // namespace aurora::storage
