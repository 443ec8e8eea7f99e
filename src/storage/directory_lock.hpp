// The lock that keeps a database directory to one writer.
// Taken before RocksDB is opened and released after it is closed. RocksDB's own LOCK file is never
// opened by Aurora: a process that opens and closes it loses that (POSIX) lock.
#pragma once

#include "storage/posix_file.hpp"

#include <string>

namespace aurora::storage {

inline constexpr const char* kLockFileName = "AURORA.LOCK";

/// Holds an open-file-description write lock on `AURORA.LOCK`. It conflicts also within one
/// process, dies with the process whatever kills it, and is not passed on by exec. A child forked
/// without exec shares it.
class DirectoryLock {
 public:
  /// Holds nothing (read-only stores).
  DirectoryLock() = default;

  /// Errors: Busy naming the holder; IoError.
  [[nodiscard]] static Result<DirectoryLock> acquire(const std::string& directory);

  /// Whether somebody holds the lock now. Changes nothing; false also when it cannot be known.
  [[nodiscard]] static bool is_held(const std::string& directory);

 private:
  explicit DirectoryLock(UniqueFd fd) noexcept : fd_(std::move(fd)) {}
  UniqueFd fd_;
};

}  // namespace aurora::storage
