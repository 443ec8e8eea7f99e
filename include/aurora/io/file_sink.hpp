// Where exported bytes go: a file that is there whole or not at all.
// Called by the export mutation.
#pragma once

#include <aurora/result.hpp>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace aurora::io {

/// Writes beside the file and takes its place when all is written; an older file stays until then. A new file has the
/// mode that the umask leaves of 0666, one that takes the place of another has the mode of that. A symbolic link is
/// followed and stays.
/// Threads: one at a time. Owns: the unfinished file, removed when it is not finished.
class FileSink {
 public:
  /// Errors: IoError naming the path; also when something is there that is not a regular file.
  [[nodiscard]] static Result<std::unique_ptr<FileSink>> create(const std::string& path);
  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink();

  /// Errors: IoError, StorageFull. Cost: copies into a buffer; one write each 256 KiB.
  [[nodiscard]] Status write(std::string_view bytes);
  /// Writes out, renames and makes both durable. Errors: IoError, StorageFull.
  [[nodiscard]] Status finish();

 private:
  FileSink(int descriptor, std::string path, std::string target, std::string unfinished);
  [[nodiscard]] Status write_out();
  [[nodiscard]] Status sync_directory() const;
  [[nodiscard]] Error failed(const std::string& what, int number) const;

  int descriptor_;
  const std::string path_;      // as it was given
  const std::string target_;    // where links lead
  const std::string unfinished_;
  std::string buffer_;
};

}  // namespace aurora::io
