// Body of staging.
#include "storage/staging.hpp"

#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

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

}  // namespace

Result<Staging> Staging::beside(const std::string& path) {
  auto target = path;
  while (target.size() > 1 && target.ends_with('/')) target.pop_back();
  AURORA_ASSIGN(const bool is_there, exists(target));
  if (is_there) return is_there_already(target);
  std::string staging = target + ".XXXXXX";
  if (::mkdtemp(staging.data()) == nullptr)
    return system_error(errno, "making a directory beside '" + target + "'");
  return Staging(std::move(staging), std::move(target));
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
