// Body of the disk that loses power.
#include "crash/disk.hpp"

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <system_error>

#include <fcntl.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mount.h>
#include <unistd.h>

namespace aurora::testing {

namespace {

// linux/ext4.h of kernels from 6.8 on has both; the number is part of the interface since 4.10.
constexpr unsigned long kShutdown = _IOR('X', 125, std::uint32_t);
constexpr std::uint32_t kWithoutJournal = 2;

void run(const std::string& command) {
  if (std::system((command + " >/dev/null 2>&1").c_str()) != 0)
    throw std::runtime_error("crash: failed: " + command + " (--disk needs root, ext4 and loop devices)");
}

class Descriptor {
 public:
  explicit Descriptor(const std::filesystem::path& path) : fd_(::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), path.string());
  }
  ~Descriptor() { ::close(fd_); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  [[nodiscard]] int get() const noexcept { return fd_; }

 private:
  int fd_;
};

}  // namespace

Disk::Disk(const std::filesystem::path& directory) : image_(directory / "disk.img"), root_(directory / "disk") {
  // Mounts of a namespace of its own end with the process, however that ends.
  if (::unshare(CLONE_NEWNS) != 0 || ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    throw std::system_error(errno, std::generic_category(), "crash: a mount namespace of its own (--disk needs root)");
  std::filesystem::create_directory(root_);
  run("truncate -s 256M '" + image_.string() + "' && mkfs.ext4 -q -F '" + image_.string() + "'");
  restore();
}

Disk::~Disk() {
  ::umount2(root_.c_str(), MNT_DETACH);
  std::error_code ignored;
  std::filesystem::remove(image_, ignored);
}

void Disk::cut() const {
  const Descriptor root(root_);
  std::uint32_t flags = kWithoutJournal;
  if (::ioctl(root.get(), kShutdown, &flags) != 0)
    throw std::system_error(errno, std::generic_category(), "crash: ending the file system");
}

void Disk::restore() const {
  ::umount(root_.c_str());   // not mounted the first time
  run("mount -o loop '" + image_.string() + "' '" + root_.string() + "'");
}

void Disk::sync() const {
  const Descriptor root(root_);
  if (::syncfs(root.get()) != 0) throw std::system_error(errno, std::generic_category(), "crash: syncfs");
}

}  // namespace aurora::testing
