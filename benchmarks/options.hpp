// The command line of aurora_bench. Read by main.cpp.
#pragma once

#include "dataset.hpp"

#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace aurora::bench {

struct Options {
  Settings settings;
  std::vector<std::uint64_t> sizes{100'000};
  std::vector<std::string> only;   ///< workloads; empty: all
  std::vector<std::string> peers;  ///< empty: all
  std::filesystem::path directory = std::filesystem::temp_directory_path();
  std::string json, plots;  ///< empty: none
  bool list = false, help = false;
};

/// Errors: throws std::invalid_argument, with the nearest name for an unknown one.
[[nodiscard]] Options parse_options(std::span<char*> arguments,
                                    std::span<const std::string> workloads,
                                    std::span<const std::string> peers);

[[nodiscard]] std::string usage();

}  // namespace aurora::bench
