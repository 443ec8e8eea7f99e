// Body of the directory lock.
// The file's text (pid, boot id, process start) only serves the message of those who find it
// locked; who holds the lock is decided by the kernel alone, so stale text is harmless.
#include "storage/directory_lock.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace aurora::storage {

namespace {

constexpr std::size_t kProcFileLimit = 64 * 1024;

std::string trimmed(std::string text) {
  while (!text.empty() && (text.back() == '\n' || text.back() == ' ')) text.pop_back();
  return text;
}

std::string proc_text(const std::string& path) {
  auto text = read_file(path, kProcFileLimit);
  return text ? trimmed(*std::move(text)) : std::string();
}

std::string boot_id() { return proc_text("/proc/sys/kernel/random/boot_id"); }

// Field 22 of /proc/<pid>/stat: start in clock ticks since boot. With the pid and the boot id it
// names one process for ever. The second field, the program, may hold spaces and parentheses: count
// from its end.
std::string process_start(const std::string& pid) {
  const std::string stat = proc_text("/proc/" + pid + "/stat");
  std::size_t at = stat.rfind(')');
  for (int field = 2; field < 22 && at != std::string::npos; ++field) at = stat.find(' ', at + 1);
  if (at == std::string::npos) return {};
  return stat.substr(at + 1, stat.find(' ', at + 1) - at - 1);
}

std::string own_text() {
  const std::string pid = std::to_string(::getpid());
  return "pid " + pid + "\nboot " + boot_id() + "\nstart " + process_start(pid) + "\n";
}

std::string field_of(const std::string& text, const std::string& name) {
  const std::string head = name + " ";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    if (text.compare(at, head.size(), head) == 0)
      return text.substr(at + head.size(), end - at - head.size());
    at = end + 1;
  }
  return {};
}

bool is_number(const std::string& text) {
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0;
}

// Program names are the holder's to choose: keep control bytes out of our messages.
std::string printable(std::string text) {
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  return text;
}

std::string describe_holder(const std::string& text) {
  const std::string pid = field_of(text, "pid");
  if (!is_number(pid)) return "another process";
  if (field_of(text, "boot") != boot_id()) return "process " + pid + " of another machine or boot";
  if (process_start(pid) != field_of(text, "start"))
    return "process " + pid +
           " (not visible from here: ended and a forked child keeps the file open, "
           "or in another container)";
  const std::string self = pid == std::to_string(::getpid()) ? ", this process" : "";
  return "process " + pid + " (" + printable(proc_text("/proc/" + pid + "/comm")) + self + ")";
}

Error busy(const std::string& directory, const std::string& lock_path) {
  auto text = read_file(lock_path, kProcFileLimit);
  const std::string holder = describe_holder(text ? *text : std::string());
  return Error(ErrorCode::kBusy,
               "'" + directory + "' is held by " + holder + "; close it there, or open read-only");
}

Status write_own_text(const UniqueFd& fd, const std::string& path) {
  const std::string text = own_text();
  if (::ftruncate(fd.get(), 0) != 0 ||
      ::pwrite(fd.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    return system_error(errno, "writing '" + path + "'");
  return {};
}

// False when the file was replaced between opening and locking: the lock then guards nothing.
bool is_still_there(const UniqueFd& fd, const std::string& path) {
  struct stat held {};
  struct stat named {};
  return ::fstat(fd.get(), &held) == 0 && ::lstat(path.c_str(), &named) == 0 &&
         held.st_ino == named.st_ino && held.st_dev == named.st_dev;
}

struct flock whole_file() {
  struct flock lock {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

}  // namespace

Result<DirectoryLock> DirectoryLock::acquire(const std::string& directory) {
  const std::string path = directory + "/" + kLockFileName;
  constexpr int kAttempts = 8;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    AURORA_ASSIGN(UniqueFd fd, open_file(path, O_RDWR | O_CREAT, 0600));
    struct flock wanted = whole_file();
    if (::fcntl(fd.get(), F_OFD_SETLK, &wanted) != 0) {
      if (errno == EAGAIN || errno == EACCES) return busy(directory, path);
      return system_error(errno, "locking '" + path + "' (does this filesystem support locks?)");
    }
    if (!is_still_there(fd, path)) continue;
    AURORA_TRY(write_own_text(fd, path));
    return DirectoryLock(std::move(fd));
  }
  return Error(ErrorCode::kBusy, "'" + path + "' is replaced again and again by somebody else");
}

bool DirectoryLock::is_held(const std::string& directory) {
  const auto fd = open_file(directory + "/" + kLockFileName, O_RDONLY);
  struct flock found = whole_file();
  return fd && ::fcntl(fd->get(), F_OFD_GETLK, &found) == 0 && found.l_type != F_UNLCK;
}

}  // namespace aurora::storage
