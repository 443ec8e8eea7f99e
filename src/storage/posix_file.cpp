// Bodies of the file operations.
// Calls the operating system only.
#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

#include <array>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aurora::storage {

namespace {

Status write_all(int fd, std::string_view content, const std::string& path) {
  while (!content.empty()) {
    const ssize_t written = ::write(fd, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return system_error(errno, "writing '" + path + "'");
    content.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) ::close(fd_);
  fd_ = fd;
}

Error system_error(int error_number, std::string_view doing) {
  const bool full = error_number == ENOSPC || error_number == EDQUOT;
  return Error(full ? ErrorCode::kStorageFull : ErrorCode::kIoError,
               std::string(doing) + ": " + std::generic_category().message(error_number));
}

Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode) {
  for (;;) {
    const int fd = ::open(path.c_str(), flags | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, mode);
    if (fd >= 0) return UniqueFd(fd);
    if (errno != EINTR) return system_error(errno, "opening '" + path + "'");
  }
}

Result<std::string> read_file(const std::string& path, std::size_t limit) {
  AURORA_ASSIGN(const UniqueFd fd, open_file(path, O_RDONLY));
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return system_error(errno, "reading '" + path + "'");
  if (!S_ISREG(info.st_mode))
    return Error(ErrorCode::kCorruption, "'" + path + "' is not a regular file");
  std::string content;
  std::array<char, 16384> buffer;
  for (;;) {
    const ssize_t got = ::read(fd.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "reading '" + path + "'");
    if (got == 0) return content;
    content.append(buffer.data(), static_cast<std::size_t>(got));
    if (content.size() > limit)
      return Error(ErrorCode::kCorruption, "'" + path + "' is longer than the " +
                                               std::to_string(limit) + " bytes it may have");
  }
}

Status copy_file(const std::string& from, const std::string& to) {
  AURORA_ASSIGN(const UniqueFd source, open_file(from, O_RDONLY));
  AURORA_ASSIGN(const UniqueFd target, open_file(to, O_WRONLY | O_CREAT | O_TRUNC, 0600));
  std::array<char, 65536> buffer;
  for (;;) {
    const ssize_t got = ::read(source.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error(errno, "reading '" + from + "'");
    if (got == 0) return {};
    AURORA_TRY(write_all(target.get(), {buffer.data(), static_cast<std::size_t>(got)}, to));
  }
}

Result<bool> exists(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) == 0) return true;
  if (errno == ENOENT) return false;
  return system_error(errno, "looking at '" + path + "'");
}

Status sync_path(const std::string& path) {
  AURORA_ASSIGN(const UniqueFd fd, open_file(path, O_RDONLY));
  if (::fsync(fd.get()) != 0) return system_error(errno, "syncing '" + path + "'");
  return {};
}

Status replace_file(const std::string& directory, const std::string& name,
                    std::string_view content) {
  const std::string target = directory + "/" + name;
  const std::string temporary = directory + "/" + temporary_name(name);
  {
    AURORA_ASSIGN(const UniqueFd fd, open_file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0600));
    AURORA_TRY(write_all(fd.get(), content, temporary));
    if (::fsync(fd.get()) != 0) return system_error(errno, "syncing '" + temporary + "'");
  }
  if (::rename(temporary.c_str(), target.c_str()) != 0)
    return system_error(errno, "renaming '" + temporary + "' to '" + name + "'");
  return sync_path(directory);
}

Status remove_file(const std::string& directory, const std::string& name) {
  const std::string path = directory + "/" + name;
  if (::unlink(path.c_str()) != 0) {
    if (errno == ENOENT) return {};
    return system_error(errno, "removing '" + path + "'");
  }
  return sync_path(directory);
}

std::string parent_of(const std::string& path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

std::string temporary_name(const std::string& name) { return name + ".tmp"; }

}  // namespace aurora::storage
