// aurora_cache_policies: what each eviction policy keeps, on traces that come from a package index.
//
//     apt-get indextargets --format '$(FILENAME)' 'Created-By: Packages' |
//       xargs /usr/lib/apt/apt-helper cat-file | aurora_cache_policies
//
// A document is a package, its size that of its paragraph. Prints hit rates as the table of docs/benchmarks.md.
#include <aurora/cache/record_cache.hpp>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <iostream>
#include <random>
#include <string>
#include <unordered_map>
#include <vector>

namespace aurora::bench {
namespace {

constexpr CollectionId kCollection = 1;
using Trace = std::vector<Ordinal>;

struct Package {
  std::size_t bytes = 0;
  std::vector<std::string> needs;
};

struct Archive {
  std::vector<Package> packages;
  std::unordered_map<std::string, Ordinal> by_name;
};

// "libc6 (>= 2.34), default-mta | exim4" → libc6, default-mta: what an installer would try first.
std::vector<std::string> names_of(const std::string& line) {
  std::vector<std::string> names;
  for (std::size_t at = 0; at < line.size();) {
    const auto end = std::min(line.find(',', at), line.size());
    const auto first = line.find_first_not_of(' ', at);
    const auto stop = std::min(line.find_first_of(" (|:,", first), end);
    if (first < stop) names.push_back(line.substr(first, stop - first));
    at = end + 1;
  }
  return names;
}

Archive read_archive(std::istream& in) {
  Archive archive;
  Package package;
  std::string name, line;
  const auto add = [&] {
    if (!name.empty() && archive.by_name.try_emplace(name, static_cast<Ordinal>(archive.packages.size())).second)
      archive.packages.push_back(std::move(package));
    package = {};
    name.clear();
  };
  while (std::getline(in, line)) {
    if (line.empty()) {
      add();
      continue;
    }
    package.bytes += line.size() + 1;
    if (line.starts_with("Package: ")) name = line.substr(9);
    if (line.starts_with("Depends: ")) package.needs = names_of(line.substr(9));
  }
  add();
  return archive;
}

// A package and all it needs, each looked up when it is first met, as an installer does.
void install(const Archive& archive, Ordinal root, Trace& trace) {
  std::vector<Ordinal> open{root};
  std::vector<bool> met(archive.packages.size());
  met[root] = true;
  while (!open.empty()) {
    const auto at = open.back();
    open.pop_back();
    trace.push_back(at);
    for (const auto& name : archive.packages[at].needs)
      if (const auto found = archive.by_name.find(name); found != archive.by_name.end() && !met[found->second]) {
        met[found->second] = true;
        open.push_back(found->second);
      }
  }
}

Trace installs(const Archive& archive, int count, int pass_every) {
  Trace trace;
  std::mt19937_64 random(1);
  for (int i = 1; i <= count; ++i) {
    install(archive, static_cast<Ordinal>(random() % archive.packages.size()), trace);
    if (pass_every > 0 && i % pass_every == 0)
      for (Ordinal each = 0; each < archive.packages.size(); ++each) trace.push_back(each);
  }
  return trace;
}

Trace zipf(const Archive& archive, std::size_t length) {
  std::vector<double> weights(archive.packages.size());
  for (std::size_t i = 0; i < weights.size(); ++i) weights[i] = 1 / std::pow(static_cast<double>(i + 1), 0.99);
  std::mt19937_64 random(2);
  std::discrete_distribution<Ordinal> pick(weights.begin(), weights.end());
  Trace trace(length);
  for (auto& each : trace) each = pick(random);
  return trace;
}

double hit_rate(const Archive& archive, const Trace& trace, EvictionPolicy policy, double share) {
  std::uint64_t all = 0;
  for (const auto& package : archive.packages) all += package.bytes + 56;
  RecordCache cache(static_cast<std::uint64_t>(static_cast<double>(all) * share), policy);
  for (const auto ordinal : trace) {
    if (cache.get(kCollection, ordinal)) continue;
    RecordBuilder builder;
    builder.add(1, Value(std::string(archive.packages[ordinal].bytes, 'x')));
    auto record = builder.finish(1).value();
    record.seal(1, Uuid{});
    cache.fill(kCollection, ordinal, record, 1);
  }
  return cache.stats().hit_rate();
}

int run() {
  const auto archive = read_archive(std::cin);
  if (archive.packages.empty()) {
    std::fputs("aurora_cache_policies: no packages on standard input; see the top of its source\n", stderr);
    return 2;
  }
  const auto trial = std::min<std::size_t>(archive.packages.size(), 3'000);
  const std::array<std::pair<const char*, Trace>, 3> traces{
      {{"installs", installs(archive, static_cast<int>(trial), 0)},
       {"installs, a full pass after every 100", installs(archive, static_cast<int>(trial), 100)},
       {"zipf", zipf(archive, 1'000'000)}}};
  std::printf("%zu packages\n\n| Trace | Reads | Cache | LRU | LFU | Hybrid |\n|---|---|---|---|---|---|\n",
              archive.packages.size());
  for (const auto& [name, trace] : traces)
    for (const double share : {0.01, 0.05, 0.2, 0.5}) {
      std::printf("| %s | %zu | %.0f %% |", name, trace.size(), share * 100);
      for (const auto policy : {EvictionPolicy::kLru, EvictionPolicy::kLfu, EvictionPolicy::kHybrid})
        std::printf(" %.1f %% |", hit_rate(archive, trace, policy, share) * 100);
      std::printf("\n");
    }
  return 0;
}

}  // namespace
}  // namespace aurora::bench

int main() { return aurora::bench::run(); }
