// Body of file_sink.hpp: POSIX files. Called by the export mutation.
#include <aurora/io/file_sink.hpp>

#include <aurora/base/try.hpp>

#include <cerrno>
#include <fcntl.h>
#include <filesystem>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

#include <stdlib.h>  // mkstemp

namespace aurora::io {

namespace {
constexpr std::size_t kBufferBytes = 256u << 10;
}  // namespace

FileSink::FileSink(int descriptor, std::string path, std::string unfinished)
    : descriptor_(descriptor), path_(std::move(path)), unfinished_(std::move(unfinished)) {}

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
  std::error_code ignored;
  if (path.empty() || std::filesystem::is_directory(path, ignored))
    return Error(ErrorCode::kIoError, "cannot write '" + path + "': it is no path of a file");
  std::string unfinished = path + ".XXXXXX";
  const int descriptor = ::mkostemp(unfinished.data(), O_CLOEXEC);
  if (descriptor < 0)
    return Error(ErrorCode::kIoError,
                 "cannot write '" + path + "': " + std::generic_category().message(errno));
  std::unique_ptr<FileSink> sink(new FileSink(descriptor, path, std::move(unfinished)));
  // Readable as any new file, or as the file it replaces.
  struct stat old {};
  const mode_t mask = ::umask(0);
  ::umask(mask);
  const mode_t mode = ::stat(path.c_str(), &old) == 0 ? old.st_mode & 0777u : 0666u & ~mask;
  if (::fchmod(descriptor, mode) != 0) return sink->failed("cannot write", errno);
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
  if (::rename(unfinished_.c_str(), path_.c_str()) != 0) return failed("cannot write", errno);
  const int descriptor = std::exchange(descriptor_, -1);
  return ::close(descriptor) == 0 ? Status() : Status(failed("cannot write", errno));
}

}  // namespace aurora::io
