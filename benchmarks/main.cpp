// aurora_bench: named workloads on Aurora and its peers in one process, in turns.
#include "child.hpp"
#include "options.hpp"
#include "plot.hpp"
#include "setting.hpp"
#include "workloads/workload.hpp"

#include <cstdlib>
#include <fstream>
#include <iomanip>
#include <iostream>

namespace {

using namespace aurora::bench;

// True when `name` is in the list, or there is no list.
bool chosen(const std::vector<std::string>& list, const std::string& name) {
  return list.empty() || std::find(list.begin(), list.end(), name) != list.end();
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

void list(const Workloads& workloads, const std::vector<Peer>& peers) {
  const auto row = [](const std::string& name, const std::string& text) {
    std::cout << "  " << std::left << std::setw(17) << name << text << '\n';
  };
  std::cout << "Workloads\n";
  for (const auto& workload : workloads) {
    row(workload->name(), workload->about());
  }
  std::cout << "\nPeers\n";
  for (const auto& peer : peers) {
    row(peer.name, peer.setting);
  }
}

void run_size(std::uint64_t size, const Options& options, const Workloads& workloads,
              const std::vector<Peer>& peers, const std::filesystem::path& directory,
              std::vector<Line>& lines) {
  {
    const auto begin = std::chrono::steady_clock::now();
    Dataset data(size, peers, directory);
    const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
    std::cout << "Filled with " << size_text(size) << " documents in "
              << static_cast<int>(time.count()) << " s.\n\n"
              << std::flush;
    Context context(data, options.settings, std::cout, lines);
    for (const auto& workload : workloads) {
      if (chosen(options.only, workload->name())) workload->run(context);
    }
  }
  std::filesystem::remove_all(directory);
}

void run(const Options& options, const Workloads& workloads, std::vector<Peer> peers) {
  std::erase_if(peers, [&](const Peer& peer) {
    return peer.name != "aurora" && !chosen(options.peers, peer.name);
  });
  const Scratch scratch(options.directory);
  print_setting(std::cout, peers, scratch.path());
  std::vector<Line> lines;
  for (const auto size : options.sizes)
    run_size(size, options, workloads, peers, scratch.path() / "run", lines);
  print_bars(std::cout, lines);
  if (!options.json.empty()) {
    std::ofstream file(options.json);
    write_json(file, lines);
    if (!file.flush()) throw std::runtime_error("cannot write " + options.json);
  }
  if (!options.plots.empty()) write_plots(std::cout, options.plots, lines);
}

}  // namespace

int main(int argc, char** argv) {
  try {
    const std::span<char*> arguments(argv, static_cast<std::size_t>(argc));
    if (const auto status = run_as_child(arguments)) return *status;
    const auto workloads = all_workloads();
    const auto peers = all_peers();
    std::vector<std::string> workload_names, peer_names;
    for (const auto& workload : workloads) workload_names.push_back(workload->name());
    for (const auto& peer : peers) peer_names.push_back(peer.name);
    const Options options = parse_options(arguments, workload_names, peer_names);
    if (options.help) {
      std::cout << usage();
    } else if (options.list) {
      list(workloads, peers);
    } else {
      run(options, workloads, peers);
    }
    return 0;
  } catch (const std::invalid_argument& wrong) {
    std::cerr << "aurora_bench: " << wrong.what() << '\n';
    return 2;
  } catch (const std::exception& error) {
    std::cerr << "aurora_bench: " << error.what() << '\n';
    return 1;
  }
}
