// Body of staging.
#include "storage/staging.hpp"

#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include <fcntl.h>

namespace aurora::storage {

namespace {

namespace fs = std::filesystem;

Error is_there_already(const std::string& target) {
  return Error(ErrorCode::kInvalidInput, "'" + target + "' exists; name a new directory");
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
  if (errno == EEXIST || errno == ENOTEMPTY) return is_there_already(to);
  return system_error(errno, "renaming '" + from + "' to '" + to + "'");
}

// Whether somebody who was killed left it: such a directory has a lock, which nobody holds, and nothing of others.
bool is_remains(const fs::path& directory) {
  std::error_code error;
  if (!fs::is_directory(fs::symlink_status(directory, error))) return false;
  fs::directory_iterator entries(directory, error);
  bool has_lock = false;
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const auto name = entries->path().filename();
    has_lock = has_lock || name == kLockFileName;
    if (name != kLockFileName && name != "copy" && name != "scratch") return false;
  }
  return !error && has_lock && !DirectoryLock::is_held(directory.string());
}

void remove_remains(const std::string& target) {
  const auto head = fs::path(target).filename().string() + ".";
  constexpr std::size_t kRandom = 6;   // of mkdtemp
  std::error_code error;
  fs::directory_iterator entries(parent_of(target), error);
  for (; !error && entries != fs::directory_iterator(); entries.increment(error)) {
    const auto name = entries->path().filename().string();
    if (name.size() != head.size() + kRandom || !name.starts_with(head) || !is_remains(entries->path())) continue;
    std::error_code ignored;
    fs::remove_all(entries->path(), ignored);
  }
}

}  // namespace

Result<Staging> Staging::beside(const std::string& path) {
  auto target = path;
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  AURORA_ASSIGN(const bool is_there, exists(target));
  if (is_there) return is_there_already(target);
  remove_remains(target);
  std::string staging = target + ".XXXXXX";
  if (::mkdtemp(staging.data()) == nullptr)
    return system_error(errno, "making a directory beside '" + target + "'");
  auto lock = DirectoryLock::acquire(staging);
  if (!lock) {
    std::error_code ignored;
    fs::remove_all(staging, ignored);
    return lock.error();
  }
  return Staging(std::move(staging), std::move(target), *std::move(lock));
}

Status check_outside(const std::string& target, const std::string& directory, std::string_view what) {
  std::error_code error;
  const auto place = fs::weakly_canonical(directory, error);
  auto wanted = fs::weakly_canonical(target, error);
  if (!error && !wanted.has_filename()) wanted = wanted.parent_path();
  if (error) return {};   // whoever makes it tells
  const auto inside = std::mismatch(place.begin(), place.end(), wanted.begin(), wanted.end()).first == place.end();
  if (!inside) return {};
  return Error(ErrorCode::kInvalidInput, "'" + target + "' lies in " + std::string(what) + " '" + directory +
                                             "'; name a directory outside");
}

Staging::~Staging() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

Status Staging::publish() const {
  AURORA_TRY(sync_all(copy()));
  AURORA_TRY(rename_new(copy(), target_));
  return sync_path(parent_of(target_));
}

}  // namespace aurora::storage
