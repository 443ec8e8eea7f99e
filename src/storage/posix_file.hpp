// The few file operations Aurora does itself: small files replaced atomically, fsync, whole reads.
// Used by the directory, lock, seal and checkpoint code of this room; knows nothing of RocksDB.
#pragma once

#include <aurora/result.hpp>

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <sys/types.h>

namespace aurora::storage {

/// A file descriptor that is closed with its owner.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) reset(std::exchange(other.fd_, -1));
    return *this;
  }
  ~UniqueFd() { reset(-1); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] bool is_open() const noexcept { return fd_ >= 0; }
  void reset(int fd) noexcept;
  /// The descriptor, which is the caller's now.
  [[nodiscard]] int release() noexcept { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

/// StorageFull for a full disk or quota, else IoError; the message is "`doing`: <the system's
/// words>".
[[nodiscard]] Error system_error(int error_number, std::string_view doing);

/// open(2) with O_CLOEXEC, O_NOFOLLOW and O_NONBLOCK (a fifo must not hang the opener).
[[nodiscard]] Result<UniqueFd> open_file(const std::string& path, int flags, mode_t mode = 0);

/// The bytes of a regular file. Errors: Corruption when it is no regular file or longer than
/// `limit`.
[[nodiscard]] Result<std::string> read_file(const std::string& path, std::size_t limit);

/// Copies a regular file to `to`, which is made or emptied, mode 0600. Not synced.
[[nodiscard]] Status copy_file(const std::string& from, const std::string& to);

/// True when something, also a dangling link, has that name.
[[nodiscard]] Result<bool> exists(const std::string& path);

/// fsync of a file or directory. Never repeated: after a failed fsync the kernel may have dropped
/// the pages.
[[nodiscard]] Status sync_path(const std::string& path);

/// Overwrites or makes `directory`/`name` so that after a power cut the old or the new content is
/// there: temporary file, fsync, rename, fsync of the directory. Mode 0600.
[[nodiscard]] Status replace_file(const std::string& directory, const std::string& name,
                                  std::string_view content);

/// Removes `directory`/`name`, which may be absent, and fsyncs the directory.
[[nodiscard]] Status remove_file(const std::string& directory, const std::string& name);

/// The directory that holds `path`.
[[nodiscard]] std::string parent_of(const std::string& path);

/// What `replace_file` calls its temporary file; a leftover of a crash may be ignored.
[[nodiscard]] std::string temporary_name(const std::string& name);

}  // namespace aurora::storage
