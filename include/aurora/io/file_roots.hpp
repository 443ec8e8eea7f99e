// Where the files that statements name may lie, when the application sets bounds.
// Made from Config::file_roots by the facade; asked by the sources and sinks of this room.
#pragma once

#include <aurora/result.hpp>

#include <string>
#include <vector>

namespace aurora::io {

/// A set of directories, or no bounds at all. The directories themselves may be links: they are the application's
/// word. Below them no symbolic link is followed, not even one that is put there while a path is being opened.
/// Threads: safe to share; never changes.
class FileRoots {
 public:
  /// No bounds.
  FileRoots() = default;
  /// Relative ones are meant from the working directory of now. Errors: InvalidInput for one that is no path.
  [[nodiscard]] static Result<FileRoots> under(const std::vector<std::string>& directories);

  [[nodiscard]] bool unbounded() const noexcept { return roots_.empty(); }
  /// The absolute path of the file that is meant; a relative one is under the first root. Requires: bounds.
  /// Errors: Forbidden when it lies elsewhere, IoError when it is no path of a file.
  [[nodiscard]] Result<std::string> locate(const std::string& path) const;
  /// The directory that holds a located file, opened from its root on, a component at a time; the caller closes it.
  /// Errors: IoError; also for a link.
  [[nodiscard]] Result<int> open_directory_of(const std::string& located) const;

 private:
  [[nodiscard]] const std::string* root_of(const std::string& located) const noexcept;
  std::vector<std::string> roots_;   // absolute, normal, without a slash at the end
};

/// The last component of a path.
[[nodiscard]] std::string file_name_of(const std::string& path);

}  // namespace aurora::io
