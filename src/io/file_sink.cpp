// Body of file_sink.hpp: POSIX files. Called by the export mutation.
#include <aurora/io/file_sink.hpp>

#include "io/directory_flags.hpp"
#include "storage/posix_file.hpp"

#include <aurora/base/try.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <optional>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace aurora::io {

using storage::UniqueFd;

namespace {

constexpr std::size_t kBufferBytes = 256u << 10;

Error cannot_write(const std::string& path, const std::string& why) {
  return Error(ErrorCode::kIoError, "cannot write '" + path + "': " + why);
}

std::string_view kind_of(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFDIR: return "a directory";
    case S_IFIFO: return "a FIFO";
    case S_IFSOCK: return "a socket";
    case S_IFLNK: return "a symbolic link";
    default: return "a device";
  }
}

std::string random_suffix() {
  constexpr std::string_view kLetters = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device random;
  std::uniform_int_distribution<std::size_t> letter(0, kLetters.size() - 1);
  std::string suffix = ".";
  for (int i = 0; i < 8; ++i) suffix += kLetters[letter(random)];
  return suffix;
}

// Makes a file that was not there, for its owner alone.
Result<int> make_unfinished(int directory, const std::string& name, const std::string& path, std::string& unfinished) {
  for (int attempt = 0;; ++attempt) {
    unfinished = name + random_suffix();
    const int descriptor =
        ::openat(directory, unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (descriptor >= 0) return descriptor;
    if (errno != EEXIST || attempt >= 100) return cannot_write(path, std::generic_category().message(errno));
  }
}

/// The file to be made or replaced.
struct Target {
  UniqueFd directory;
  std::string name;
  std::optional<mode_t> old_mode;   // of the file that is there
};

Result<std::optional<mode_t>> mode_of(const struct stat& status, const std::string& path) {
  if (S_ISREG(status.st_mode)) return std::optional<mode_t>(status.st_mode & 0777u);
  return cannot_write(path, "it is " + std::string(kind_of(status.st_mode)) + ", not a regular file");
}

Result<Target> find_target(const std::string& path) {
  Target target;
  std::string meant = path;
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    AURORA_ASSIGN(target.old_mode, mode_of(status, path));
    std::error_code unresolved;
    meant = std::filesystem::canonical(path, unresolved).string();
    if (unresolved) return cannot_write(path, unresolved.message());
  } else if (errno != ENOENT) {
    return cannot_write(path, std::generic_category().message(errno));
  } else if (::lstat(path.c_str(), &status) == 0) {
    return cannot_write(path, "it is a symbolic link that leads nowhere");
  }
  target.name = file_name_of(meant);
  auto directory = std::filesystem::path(meant).parent_path().string();
  if (directory.empty()) directory = ".";
  target.directory.reset(::open(directory.c_str(), kDirectoryFlags));
  if (!target.directory.is_open()) return cannot_write(path, std::generic_category().message(errno));
  return target;
}

Result<Target> find_target_under(const std::string& path, const FileRoots& roots) {
  AURORA_ASSIGN(const auto located, roots.locate(path));
  AURORA_ASSIGN(const int directory, roots.open_directory_of(located));
  Target target{UniqueFd(directory), file_name_of(located), {}};
  struct stat status {};
  if (::fstatat(directory, target.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0) {
    AURORA_ASSIGN(target.old_mode, mode_of(status, path));
  } else if (errno != ENOENT) {
    return cannot_write(path, std::generic_category().message(errno));
  }
  return target;
}

}  // namespace

FileSink::FileSink(std::string path, int directory, std::string name)
    : path_(std::move(path)), directory_(directory), name_(std::move(name)) {}

FileSink::~FileSink() {
  if (descriptor_ >= 0) {
    ::close(descriptor_);
    ::unlinkat(directory_, unfinished_.c_str(), 0);
  }
  ::close(directory_);
}

Error FileSink::failed(const std::string& what, int number) const {
  const bool full = number == ENOSPC || number == EDQUOT;
  return Error(full ? ErrorCode::kStorageFull : ErrorCode::kIoError,
               what + " '" + path_ + "': " + std::generic_category().message(number));
}

Result<std::unique_ptr<FileSink>> FileSink::create(const std::string& path, const FileRoots& roots) {
  if (path.empty() || path.find('\0') != path.npos) return cannot_write(path, "it is no path of a file");
  AURORA_ASSIGN(auto target, roots.unbounded() ? find_target(path) : find_target_under(path, roots));
  std::unique_ptr<FileSink> sink(new FileSink(path, target.directory.release(), std::move(target.name)));
  AURORA_ASSIGN(sink->descriptor_, make_unfinished(sink->directory_, sink->name_, path, sink->unfinished_));
  if (target.old_mode && ::fchmod(sink->descriptor_, *target.old_mode) != 0) return sink->failed("cannot write", errno);
  return sink;
}

Status FileSink::write(std::string_view bytes) {
  buffer_ += bytes;
  return buffer_.size() < kBufferBytes ? Status() : write_out();
}

Status FileSink::write_out() {
  std::string_view left = buffer_;
  while (!left.empty()) {
    const ssize_t written = ::write(descriptor_, left.data(), left.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return failed("cannot write", errno);
    left.remove_prefix(static_cast<std::size_t>(written));
  }
  buffer_.clear();
  return {};
}

Status FileSink::finish() {
  AURORA_TRY(write_out());
  if (::fsync(descriptor_) != 0) return failed("cannot write", errno);
  if (::renameat(directory_, unfinished_.c_str(), directory_, name_.c_str()) != 0) return failed("cannot write", errno);
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) return failed("cannot write", errno);
  return sync_directory();
}

// The name is on disk only when the directory is.
Status FileSink::sync_directory() const {
  const int descriptor = ::openat(directory_, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A directory that may be written but not read cannot be synced by us.
  if (descriptor < 0) return errno == EACCES ? Status() : Status(failed("cannot sync the directory of", errno));
  const int number = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;   // EINVAL: the file system cannot
  ::close(descriptor);
  return number == 0 ? Status() : Status(failed("cannot sync the directory of", number));
}

}  // namespace aurora::io
