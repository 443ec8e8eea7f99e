// What all stores share: their list, and what their files take.
#include "peers/store.hpp"

#include <algorithm>

#include <sys/stat.h>

namespace aurora::bench {

namespace {

std::uint64_t file_bytes(const std::filesystem::path& path) {
  struct stat facts {};
  if (::lstat(path.c_str(), &facts) != 0) return 0;  // a file that went away meanwhile
  if (!S_ISREG(facts.st_mode)) return 0;
  // Neither holes count, nor room that a log was given and has not used: Aurora's is 70 MB while it is open, however
  // many documents there are.
  return std::min(static_cast<std::uint64_t>(facts.st_blocks) * 512, static_cast<std::uint64_t>(facts.st_size));
}

}  // namespace

std::vector<Peer> all_peers() {
  return {aurora_peer(),  sqlite_peer(),        sqlite_json_peer(), lmdb_peer(),
          rocksdb_peer(), aurora_memory_peer(), memory_peer(),      fsync_peer()};
}

std::uint64_t tree_bytes(const std::filesystem::path& path) {
  if (!std::filesystem::is_directory(path)) return file_bytes(path);
  std::uint64_t sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path))
    sum += file_bytes(entry.path());
  return sum;
}

std::string_view durability(const Peer& peer, Mode mode) {
  if (peer.name == "memory" || peer.name == "aurora_memory") return "none";
  return mode == Mode::kSynced ? "power loss" : "process death";
}

}  // namespace aurora::bench
