// Reading the command line.
#include "options.hpp"

#include <aurora/base/nearest.hpp>

#include <charconv>

namespace aurora::bench {

namespace {

constexpr std::array<std::string_view, 15> kNames{
    "--quick", "--list",   "--help",      "--size",           "--threads",
    "--keys",  "--rounds", "--budget",    "--processor-time", "--only",
    "--peers", "--json",   "--directory", "--plot",           "-h"};

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = 0; end != std::string::npos; begin = end + 1) {
    end = text.find(',', begin);
    if (auto part = text.substr(begin, end - begin); !part.empty())
      parts.push_back(std::move(part));
  }
  if (parts.empty()) throw std::invalid_argument("an empty list");
  return parts;
}

// "100000", "100k", "1m".
std::uint64_t number_in(const std::string& text) {
  std::uint64_t number = 0;
  const char* const last = text.data() + text.size();
  auto [end, error] = std::from_chars(text.data(), last, number);
  if (error == std::errc() && end + 1 == last) {
    if (*end == 'k' || *end == 'K')
      number *= 1'000, ++end;
    else if (*end == 'm' || *end == 'M')
      number *= 1'000'000, ++end;
  }
  if (error != std::errc() || end != last || number == 0 || number > 1'000'000'000) {
    throw std::invalid_argument("'" + text +
                                "' is not a number above 0, such as 100000, 100k or 1m");
  }
  return number;
}

template <class Names>
void check_names(std::string_view kind, const std::vector<std::string>& given, const Names& known) {
  const std::vector<std::string_view> names(known.begin(), known.end());
  for (const auto& name : given) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw std::invalid_argument("unknown " + std::string(kind) + " '" + name + "'" +
                                did_you_mean(name, names) + "; see --list");
  }
}

Keys keys_in(const std::string& text) {
  constexpr std::array<std::string_view, 2> kLaws{"uniform", "zipf"};
  check_names("law of keys", {text}, kLaws);
  return text == "zipf" ? Keys::kZipf : Keys::kUniform;
}

}  // namespace

Options parse_options(std::span<char*> arguments, std::span<const std::string> workloads,
                      std::span<const std::string> peers) {
  Options options;
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string name = arguments[i];
    const auto value = [&]() -> std::string {
      if (i + 1 == arguments.size()) throw std::invalid_argument(name + " needs a value");
      return arguments[++i];
    };
    if (name == "--quick") {
      options.settings.rounds = 3;
      options.settings.budget = std::chrono::milliseconds(25);
    } else if (name == "--list") {
      options.list = true;
    } else if (name == "--help" || name == "-h") {
      options.help = true;
    } else if (name == "--size") {
      options.sizes.clear();
      for (const auto& part : split(value())) options.sizes.push_back(number_in(part));
    } else if (name == "--threads") {
      options.settings.threads.clear();
      for (const auto& part : split(value()))
        options.settings.threads.push_back(
            static_cast<unsigned>(std::min<std::uint64_t>(number_in(part), 256)));
    } else if (name == "--keys") {
      options.settings.keys.clear();
      for (const auto& part : split(value())) options.settings.keys.push_back(keys_in(part));
    } else if (name == "--rounds") {
      options.settings.rounds = number_in(value());
    } else if (name == "--processor-time") {
      options.settings.processor_time = true;
    } else if (name == "--budget") {
      options.settings.budget = std::chrono::milliseconds(number_in(value()));
    } else if (name == "--only") {
      options.only = split(value());
      check_names("workload", options.only, workloads);
    } else if (name == "--peers") {
      options.peers = split(value());
      check_names("peer", options.peers, peers);
    } else if (name == "--json") {
      options.json = value();
    } else if (name == "--plot") {
      options.plots = value();
    } else if (name == "--directory") {
      options.directory = value();
    } else {
      throw std::invalid_argument("unknown option '" + name + "'" + did_you_mean(name, kNames) +
                                  "\n\n" + usage());
    }
  }
  return options;
}

std::string usage() {
  return R"(usage: aurora_bench [--quick] [--size N[,N]...] [--threads N[,N]...] [--keys uniform,zipf]
                    [--rounds N] [--budget MS] [--processor-time]
                    [--only WORKLOAD[,WORKLOAD]...] [--peers PEER[,PEER]...]
                    [--json FILE] [--plot DIRECTORY] [--directory PATH] [--list]

Compares every answer first, then times Aurora and its peers in turns and prints medians; the last
column is how many times Aurora is as fast as that peer. docs/benchmarks.md says what is asked.

  --quick            shorter and fewer rounds: less than three minutes with 100k documents
  --size N,...       documents there at the start: 10k, 100k (default), 1m, 10m
  --threads N,...    threads of point reads and inserts (default 1,2)
  --keys LAW,...     how point reads choose: uniform, zipf (default both)
  --rounds N         that count (default 7)
  --budget MS        how long a round of one store takes (default 150); rounds of writes are
                     made shorter and longer with it
  --processor-time   of the one thread that asks, instead of the wall's: for machines that others
                     use; not for several threads, nor where power loss is survived
  --only, --peers    these alone; --list names them
  --json FILE        every figure
  --plot DIRECTORY   figures as data for gnuplot, drawn as SVG where it is installed
  --directory PATH   where the databases are made and removed (default: for temporary files)
)";
}

}  // namespace aurora::bench
