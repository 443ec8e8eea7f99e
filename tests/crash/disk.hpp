// A real file system that loses power: ext4 in a file, mounted for this process and its children alone.
// Used by the crash test when it is given --disk. Linux, root.
#pragma once

#include <filesystem>

namespace aurora::testing {

/// Mounted from its making to its end. Errors: std::runtime_error with the command that failed.
class Disk {
 public:
  /// Makes the file and the directory to mount it on inside `directory`, which is not on it.
  explicit Disk(const std::filesystem::path& directory);
  ~Disk();
  Disk(const Disk&) = delete;
  Disk& operator=(const Disk&) = delete;

  [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
  /// Ends the file system at once without writing its journal out: what was not synced is gone, and every call of whoever
  /// still has files on it fails. Requires: whoever reports acknowledgements stands still.
  void cut() const;
  /// After a cut, when nobody has files open there: mounts it again, which replays its journal.
  void restore() const;
  /// Makes all that is on it durable.
  void sync() const;

 private:
  std::filesystem::path image_;
  std::filesystem::path root_;
};

}  // namespace aurora::testing
