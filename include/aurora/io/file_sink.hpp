// Where exported bytes go: a file that is there whole or not at all.
// Called by the export mutation.
#pragma once

#include <aurora/io/file_roots.hpp>
#include <aurora/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aurora::io {

/// Writes beside the file and takes its place when all is written; an older file stays until then. A new file has
/// mode 0600, one that takes the place of another has the mode of that. A symbolic link is followed and stays, but
/// under roots, where it is refused.
/// Threads: one at a time. Owns: the unfinished file, removed when it is not finished.
class FileSink {
 public:
  /// Errors: IoError naming the path; also when something is there that is not a regular file. Forbidden when it lies
  /// outside `roots`.
  [[nodiscard]] static Result<std::unique_ptr<FileSink>> create(const std::string& path, const FileRoots& roots = {});
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  /// Errors: IoError, StorageFull. Cost: copies into a buffer; one write each 256 KiB.
  [[nodiscard]] Status write(std::string_view bytes);
  /// Writes out, renames and makes both durable. Errors: IoError, StorageFull.
  [[nodiscard]] Status finish();

 private:
  FileSink(std::string path, int directory, std::string name);
  [[nodiscard]] Status write_out();
  [[nodiscard]] Status sync_directory() const;
  [[nodiscard]] Error failed(const std::string& what, int number) const;

  const std::string path_;      // as it was given
  const int directory_;         // of the target, where links lead
  const std::string name_;      // of the target in it
  std::string unfinished_;      // and of what is written
  int descriptor_ = -1;         // of the unfinished file
  std::string buffer_;
};

}  // namespace aurora::io
