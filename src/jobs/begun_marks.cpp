// Body of begun_marks.hpp over a mapped file. Called by the dispatcher and by the rescue at open.
#include <aurora/jobs/begun_marks.hpp>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace aurora::jobs {

namespace {
std::string path_in(const std::string& directory) { return (std::filesystem::path(directory) / "WORKERS").string(); }
}  // namespace

Result<std::unique_ptr<BegunMarks>> BegunMarks::open(const std::string& directory, std::size_t slots) {
  const auto path = path_in(directory);
  const auto failed = [&](int code) {
    ::unlink(path.c_str());   // what an earlier process marked would be taken for what this one did
    return Error(ErrorCode::kIoError, path + ": " + std::strerror(code));
  };
  const int file = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, S_IRUSR | S_IWUSR);
  if (file < 0) return failed(errno);
  const auto bytes = slots * sizeof(Slot);
  // Room on the disk is taken now: a store into the map cannot fail any more.
  int code = ::posix_fallocate(file, 0, static_cast<off_t>(bytes));
  void* map = MAP_FAILED;
  if (code == 0) {
    map = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (map == MAP_FAILED) code = errno;
  }
  ::close(file);
  if (code != 0) return failed(code);
  return std::unique_ptr<BegunMarks>(new BegunMarks(static_cast<Slot*>(map), slots));
}

std::optional<std::set<BegunMarks::Claim>> BegunMarks::read(const std::string& directory) {
  std::ifstream in(path_in(directory), std::ios::binary);
  if (!in) return std::nullopt;
  std::set<Claim> claims;
  for (Slot slot; in.read(reinterpret_cast<char*>(&slot), sizeof slot);)
    if (slot.started_at != 0) claims.emplace(slot.ordinal, slot.started_at);
  return claims;
}

BegunMarks::~BegunMarks() { ::munmap(slots_, count_ * sizeof(Slot)); }

void BegunMarks::mark(std::size_t slot, const Token& token) noexcept {
  if (slot >= count_) return;
  slots_[slot].ordinal = token.ordinal;
  slots_[slot].started_at = token.started_at.micros;
}

}  // namespace aurora::jobs
