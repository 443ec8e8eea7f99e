// Where imported bytes come from: files, descriptors, text in memory.
// Called by the readers of this room; made by the command line and by the import mutation.
#pragma once

#include <aurora/io/file_roots.hpp>
#include <aurora/result.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aurora::io {

/// A stream of bytes, read once from start to end.
/// Threads: one at a time.
class Source {
 public:
  Source() = default;
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  virtual ~Source() = default;

  /// Fills the front of `buffer` and returns how many bytes; 0 is the end. May give less than fits.
  /// Requires: a buffer that is not empty. Errors: IoError.
  [[nodiscard]] virtual Result<std::size_t> read(std::span<char> buffer) = 0;
  /// All bytes there will be, when that is known (a regular file).
  [[nodiscard]] virtual std::optional<std::uint64_t> size() const { return std::nullopt; }
};

/// The file `path`. Errors: IoError when it cannot be opened, naming it, or is a directory.
[[nodiscard]] Result<std::unique_ptr<Source>> open_source(const std::string& path);
/// The same for regular files alone: nothing that could make its reader wait.
/// Errors: IoError; Forbidden when it lies outside `roots`.
[[nodiscard]] Result<std::unique_ptr<Source>> open_regular_source(const std::string& path, const FileRoots& roots = {});
/// An open descriptor, which stays the caller's.
[[nodiscard]] std::unique_ptr<Source> descriptor_source(int descriptor);
/// Text that outlives the source, given out in pieces of at most `piece` bytes (small ones show in
/// tests that no reader depends on where its input is cut).
[[nodiscard]] std::unique_ptr<Source> text_source(std::string_view text, std::size_t piece = 1u << 16);

}  // namespace aurora::io
