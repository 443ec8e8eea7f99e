// The named workloads. Called by main.cpp.
#pragma once

#include "harness.hpp"
#include "peers/store.hpp"

#include <filesystem>
#include <span>
#include <string_view>

namespace aurora::bench {

struct Scale {
  std::uint64_t documents = 0;  ///< there before the clock runs
  std::uint64_t rounds = 0;
  std::uint64_t divisor = 1;  ///< of the operations in a round
};

struct Workload {
  std::string_view name;
  std::string_view about;
  Operation operation;
  std::uint64_t operations;  ///< in a round
  std::optional<Bar> bar;
};

[[nodiscard]] std::span<const Workload> workloads();

/// Fills the peers that can do it, compares their answers with each other, then measures.
/// Errors: throws std::runtime_error when two stores answer differently.
[[nodiscard]] Measurement run(const Workload& workload, std::span<const Peer> peers,
                              const Scale& scale, const std::filesystem::path& directory);

}  // namespace aurora::bench
