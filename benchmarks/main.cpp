// aurora_bench: named workloads on Aurora and its peers in one process, in turns.
#include "workloads.hpp"

#include <charconv>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <string>

namespace {

using namespace aurora::bench;

constexpr const char* kUsage = R"(usage: aurora_bench [--quick] [--documents N] [--rounds N]
                    [--only WORKLOAD[,WORKLOAD]...] [--peers PEER[,PEER]...]
                    [--directory PATH] [--json FILE] [--list]

Compares every answer first, then times Aurora and its peers in turns and prints medians; the last
column is how many times Aurora is as fast as that peer. --quick takes less than a minute.
The databases are made below PATH (default: the directory for temporary files) and removed.
)";

struct Options {
  Scale scale{100'000, 7, 1};
  std::string only, peers, json;
  std::filesystem::path directory = std::filesystem::temp_directory_path();
  bool list = false;
};

std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number == 0) {
    throw std::invalid_argument("'" + text + "' is not a number above 0");
  }
  return number;
}

Options options_of(std::span<char*> arguments) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == arguments.size()) throw std::invalid_argument(name + " needs a value");
      return arguments[++i];
    };
    if (name == "--quick")
      options.scale = {10'000, 3, 5};
    else if (name == "--list")
      options.list = true;
    else if (name == "--documents")
      options.scale.documents = number_in(value());
    else if (name == "--rounds")
      options.scale.rounds = number_in(value());
    else if (name == "--only")
      options.only = value();
    else if (name == "--peers")
      options.peers = value();
    else if (name == "--directory")
      options.directory = value();
    else if (name == "--json")
      options.json = value();
    else
      throw std::invalid_argument("unknown option " + name + "\n" + kUsage);
  }
  return options;
}

// True when `name` is in the list, or there is no list.
bool chosen(const std::string& list, std::string_view name) {
  return list.empty() ||
         ("," + list + ",").find("," + std::string(name) + ",") != std::string::npos;
}

std::vector<Peer> peers_of(const Options& options) {
  std::vector<Peer> peers;
  peers.push_back(aurora_peer());
  for (auto& peer : {sqlite_peer(), sqlite_json_peer(), lmdb_peer(), rocksdb_peer()}) {
    if (chosen(options.peers, peer.name)) peers.push_back(peer);
  }
  return peers;
}

// Removes what the run made, whatever ends it.
class Scratch {
 public:
  explicit Scratch(const std::filesystem::path& parent) {
    std::string name = (parent / "aurora_bench.XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make " + name);
    path_ = name;
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  ~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

// What the figures depend on. A slow build is said aloud: it is worth a factor of two and more.
void print_setting(std::span<const Peer> peers, const std::filesystem::path& directory) {
  for (const auto& peer : peers) {
    std::printf("%-12s %-10s %s\n", peer.name.c_str(), peer.version.c_str(), peer.setting.c_str());
  }
  auto db = aurora::Database::open((directory / "setting.db").string());
  db.flush();
  const auto stats = db.stats();
  std::printf("store        %s\n", stats.engine.c_str());
#ifdef NDEBUG
  std::printf("build        release\n");
#else
  std::printf("build        WITH ASSERTIONS: these figures mean little\n");
#endif
  if (stats.slow_build) {
    std::printf(
        "note         this RocksDB was built with assertions or without hardware CRC;\n"
        "             writes are slower by a factor of two to three than they need be\n");
  }
  std::printf("\n");
}

int run_all(const Options& options) {
  const Scratch scratch(options.directory);
  const auto peers = peers_of(options);
  print_setting(peers, scratch.path());
  std::vector<Measurement> measurements;
  bool met = true;
  for (const auto& workload : workloads()) {
    if (!chosen(options.only, workload.name)) continue;
    measurements.push_back(run(workload, peers, options.scale, scratch.path() / "run"));
    print_table(std::cout, measurements.back());
    met = met && measurements.back().met().value_or(true);
  }
  if (measurements.empty()) throw std::invalid_argument("no such workload; see --list");
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    write_json(file, measurements);
    if (!file.flush()) throw std::runtime_error("cannot write " + options.json);
  }
  std::printf("%s\n", met ? "every bar is met" : "a bar is NOT met");
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const Options options = options_of({argv, static_cast<std::size_t>(argc)});
    if (!options.list) return run_all(options);
    for (const auto& workload : workloads()) {
      std::printf("%-14.*s %.*s\n", static_cast<int>(workload.name.size()), workload.name.data(),
                  static_cast<int>(workload.about.size()), workload.about.data());
    }
    return 0;
  } catch (const std::invalid_argument& usage) {
    std::fprintf(stderr, "%s\n", usage.what());
    return 2;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "aurora_bench: %s\n", error.what());
    return 1;
  }
}
