// Body of file_sink.hpp: POSIX files. Called by the export mutation.
#include <aurora/io/file_sink.hpp>

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

// Makes a file that was not there; the umask applies as to any new file.
Result<int> make_unfinished(const std::string& target, const std::string& path, std::string& unfinished) {
  for (int attempt = 0;; ++attempt) {
    unfinished = target + random_suffix();
    const int descriptor = ::open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return descriptor;
    if (errno != EEXIST || attempt >= 100) return cannot_write(path, std::generic_category().message(errno));
  }
}

}  // namespace

FileSink::FileSink(int descriptor, std::string path, std::string target, std::string unfinished)
    : descriptor_(descriptor),
      path_(std::move(path)),
      target_(std::move(target)),
      unfinished_(std::move(unfinished)) {}

FileSink::~FileSink() {
  if (descriptor_ < 0) return;
  ::close(descriptor_);
  ::unlink(unfinished_.c_str());
}

Error FileSink::failed(const std::string& what, int number) const {
  const bool full = number == ENOSPC || number == EDQUOT;
  return Error(full ? ErrorCode::kStorageFull : ErrorCode::kIoError,
               what + " '" + path_ + "': " + std::generic_category().message(number));
}

Result<std::unique_ptr<FileSink>> FileSink::create(const std::string& path) {
  if (path.empty()) return cannot_write(path, "it is no path of a file");
  std::string target = path;
  std::optional<mode_t> old_mode;
  struct stat status {};
  if (::stat(path.c_str(), &status) == 0) {
    if (!S_ISREG(status.st_mode))
      return cannot_write(path, "it is " + std::string(kind_of(status.st_mode)) + ", not a regular file");
    old_mode = status.st_mode & 0777u;
    std::error_code unresolved;
    target = std::filesystem::canonical(path, unresolved).string();
    if (unresolved) return cannot_write(path, unresolved.message());
  } else if (errno != ENOENT) {
    return cannot_write(path, std::generic_category().message(errno));
  } else if (::lstat(path.c_str(), &status) == 0) {
    return cannot_write(path, "it is a symbolic link that leads nowhere");
  }
  std::string unfinished;
  AURORA_ASSIGN(const int descriptor, make_unfinished(target, path, unfinished));
  std::unique_ptr<FileSink> sink(new FileSink(descriptor, path, std::move(target), std::move(unfinished)));
  if (old_mode && ::fchmod(descriptor, *old_mode) != 0) return sink->failed("cannot write", errno);
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
  if (::rename(unfinished_.c_str(), target_.c_str()) != 0) return failed("cannot write", errno);
  const int descriptor = std::exchange(descriptor_, -1);
  if (::close(descriptor) != 0) return failed("cannot write", errno);
  return sync_directory();
}

// The name is on disk only when the directory is.
Status FileSink::sync_directory() const {
  auto directory = std::filesystem::path(target_).parent_path().string();
  if (directory.empty()) directory = ".";
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  // A directory that may be written but not read cannot be synced by us.
  if (descriptor < 0) return errno == EACCES ? Status() : Status(failed("cannot sync the directory of", errno));
  const int number = ::fsync(descriptor) == 0 || errno == EINVAL ? 0 : errno;   // EINVAL: the file system cannot
  ::close(descriptor);
  return number == 0 ? Status() : Status(failed("cannot sync the directory of", number));
}

}  // namespace aurora::io
