// Bodies of source.hpp: POSIX descriptors and text. Called by the readers of this room.
#include <aurora/io/source.hpp>

#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace aurora::io {

namespace {

Error system_error(const std::string& what, int number) {
  return Error(ErrorCode::kIoError, what + ": " + std::generic_category().message(number));
}

Result<std::size_t> read_some(int descriptor, std::span<char> buffer, const std::string& name) {
  for (;;) {
    const ssize_t got = ::read(descriptor, buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    if (errno != EINTR) return system_error("cannot read " + name, errno);
  }
}

class DescriptorSource final : public Source {
 public:
  explicit DescriptorSource(int descriptor) : descriptor_(descriptor) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    return read_some(descriptor_, buffer, "the input");
  }

 private:
  int descriptor_;
};

class FileSource final : public Source {
 public:
  FileSource(int descriptor, std::string path, std::optional<std::uint64_t> size)
      : descriptor_(descriptor), path_(std::move(path)), size_(size) {}
  ~FileSource() override { ::close(descriptor_); }
  Result<std::size_t> read(std::span<char> buffer) override {
    return read_some(descriptor_, buffer, path_);
  }
  std::optional<std::uint64_t> size() const override { return size_; }

 private:
  int descriptor_;
  std::string path_;
  std::optional<std::uint64_t> size_;
};

class TextSource final : public Source {
 public:
  TextSource(std::string_view text, std::size_t piece) : text_(text), piece_(piece) {}
  Result<std::size_t> read(std::span<char> buffer) override {
    const std::size_t count = std::min({buffer.size(), piece_, text_.size()});
    std::copy_n(text_.data(), count, buffer.data());
    text_.remove_prefix(count);
    return count;
  }

 private:
  std::string_view text_;
  std::size_t piece_;
};

}  // namespace

namespace {

constexpr int kReadFlags = O_RDONLY | O_CLOEXEC | O_NOCTTY;

// Takes over `descriptor`; negative: errno says why it could not be opened.
Result<std::unique_ptr<Source>> source_of(int descriptor, const std::string& path, bool regular_only) {
  if (descriptor < 0) return system_error("cannot open " + path, errno);
  struct stat status {};
  std::optional<std::uint64_t> size;
  if (::fstat(descriptor, &status) == 0) {
    if (S_ISDIR(status.st_mode)) {
      ::close(descriptor);
      return system_error("cannot open " + path, EISDIR);
    }
    if (S_ISREG(status.st_mode)) {
      size = static_cast<std::uint64_t>(status.st_size);
      ::posix_fadvise(descriptor, 0, 0, POSIX_FADV_SEQUENTIAL);
    }
  }
  if (regular_only && !size) {
    ::close(descriptor);
    return Error(ErrorCode::kIoError, path + " is not a regular file; 'aurora import' reads pipes");
  }
  return std::unique_ptr<Source>(std::make_unique<FileSource>(descriptor, path, size));
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const std::string& path) {
  if (path.find('\0') != path.npos) return Error(ErrorCode::kIoError, "the path of a file cannot hold a NUL byte");
  // Without O_NONBLOCK, so that a pipe with a name waits for its writer.
  return source_of(::open(path.c_str(), kReadFlags), path, false);
}

Result<std::unique_ptr<Source>> open_regular_source(const std::string& path, const FileRoots& roots) {
  if (path.find('\0') != path.npos) return Error(ErrorCode::kIoError, "the path of a file cannot hold a NUL byte");
  constexpr int kFlags = kReadFlags | O_NONBLOCK;
  if (roots.unbounded()) return source_of(::open(path.c_str(), kFlags), path, true);
  AURORA_ASSIGN(const auto located, roots.locate(path));
  AURORA_ASSIGN(const int opened, roots.open_directory_of(located));
  const storage::UniqueFd directory(opened);
  return source_of(::openat(opened, file_name_of(located).c_str(), kFlags | O_NOFOLLOW), path, true);
}

std::unique_ptr<Source> descriptor_source(int descriptor) {
  return std::make_unique<DescriptorSource>(descriptor);
}

std::unique_ptr<Source> text_source(std::string_view text, std::size_t piece) {
  return std::make_unique<TextSource>(text, std::max<std::size_t>(piece, 1));
}

}  // namespace aurora::io
