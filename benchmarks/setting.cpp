// Versions, builds and the machine. A slow build is said aloud: it is worth a factor of two and
// more, and the peer `rocksdb` has it too.
#include "setting.hpp"

#include <roaring/roaring.h>

#include <sys/utsname.h>

#include <chrono>
#include <fstream>
#include <ostream>
#include <thread>

namespace aurora::bench {

namespace {

// The intersection of two dense bitmaps of a million takes 2 us with vector instructions, 30
// without: their presence cannot be asked for, but be seen.
double intersection_microseconds() {
  constexpr std::uint32_t kBits = 1'000'000;
  roaring_bitmap_t* const even = roaring_bitmap_create();
  roaring_bitmap_t* const third = roaring_bitmap_create();
  for (std::uint32_t i = 0; i < kBits; ++i) {
    if ((mix(i) & 1) != 0) roaring_bitmap_add(even, i);
    if ((mix(i) & 2) != 0) roaring_bitmap_add(third, i);
  }
  double least = 1e9;
  for (int round = 0; round < 20; ++round) {
    const auto begin = std::chrono::steady_clock::now();
    const std::uint64_t count = roaring_bitmap_and_cardinality(even, third);
    const std::chrono::duration<double, std::micro> time = std::chrono::steady_clock::now() - begin;
    if (count != 0) least = std::min(least, time.count());
  }
  roaring_bitmap_free(even);
  roaring_bitmap_free(third);
  return least;
}

std::string processor() {
  std::ifstream file("/proc/cpuinfo");
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("model name")) return line.substr(line.find(':') + 2);
  }
  return "unknown processor";
}

}  // namespace

void print_setting(std::ostream& out, std::span<const Peer> peers,
                   const std::filesystem::path& directory) {
  const auto row = [&out](std::string name, const std::string& text) {
    name.resize(std::max<std::size_t>(name.size() + 1, 15), ' ');
    out << name << text << '\n';
  };
  for (const auto& peer : peers)
    row(peer.name, peer.version + (peer.version.empty() ? "" : "; ") + peer.setting);

  auto db = Database::open((directory / "setting.db").string());
  db.flush();
  const auto stats = db.stats();
  db.close();
  std::filesystem::remove_all(directory / "setting.db");
  row("store", stats.engine + (stats.slow_build
                                   ? "; SLOW BUILD: assertions or no hardware CRC, writes take two "
                                     "to three times as long as they need"
                                   : "; optimised build"));
  const double microseconds = intersection_microseconds();
  row("bitmaps", "CRoaring " + std::to_string(ROARING_VERSION_MAJOR) + "." +
                     std::to_string(ROARING_VERSION_MINOR) + "." +
                     std::to_string(ROARING_VERSION_REVISION) +
                     (microseconds > 10 ? "; SLOW BUILD: no vector instructions"
                                        : "; with vector instructions"));
#ifdef NDEBUG
  row("build", "release");
#elif defined(__OPTIMIZE__)
  row("build", "optimised, with assertions");
#else
  row("build", "NOT OPTIMISED: these figures mean nothing");
#endif
  struct utsname system {};
  ::uname(&system);
  row("machine", processor() + ", " + std::to_string(std::thread::hardware_concurrency()) +
                     " processors, " + system.sysname + " " + system.release);
  out << '\n' << std::flush;
}

}  // namespace aurora::bench
