// Body of the writing process: a writer a thread.
// Started by the parent of the crash test; calls the public API only.
#include "crash/child.hpp"

#include <aurora/aurora.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "crash/writer.hpp"

#include <unistd.h>

namespace aurora::testing {

Durability durability_of(const std::string& name) {
  if (name == "strict") return Durability::kStrict;
  if (name == "sync") return Durability::kSynchronous;
  return name == "none" ? Durability::kNone : Durability::kWal;
}

Config random_config(std::uint64_t seed, Durability durability) {
  std::mt19937_64 random(seed);
  const auto pick = [&](auto... choices) {
    const std::array<std::uint64_t, sizeof...(choices)> all{static_cast<std::uint64_t>(choices)...};
    return all[random() % all.size()];
  };
  Config config;
  config.durability = durability;
  config.hot_cache_bytes = pick(0, 4096, 1 << 20, 64 << 20);
  config.cold_cache_bytes = pick(1 << 20, 16 << 20);
  config.write_buffer_bytes = pick(64 << 10, 256 << 10, 4 << 20);
  config.max_log_bytes = pick(1 << 20, 16 << 20);
  config.write_buffer_operations = static_cast<std::uint32_t>(pick(1, 8, 10'000));
  config.checkpoint_interval = std::chrono::milliseconds(pick(10, 40, 10'000));
  config.checkpoint_changes = pick(10, 200, 100'000);
  config.change_log_max_bytes = pick(0, 64 << 10, 16 << 20);
  return config;
}

int run_child(const ChildOptions& options) {
  try {
    AckLog log(options.log);
    auto database =
        Database::open(options.database, random_config(options.seed, options.durability));
    make_collection(database);
    std::vector<std::unique_ptr<Writer>> writers;
    for (unsigned thread = 0; thread < options.threads; ++thread) {
      writers.push_back(
          std::make_unique<Writer>(database, log, thread, options.seed * 31 + thread));
    }
    log.ready();
    std::vector<std::jthread> threads;
    for (const auto& writer : writers) {
      threads.emplace_back([&writer] {
        try {
          for (;;) writer->step();
        } catch (const std::exception& error) {
          std::fprintf(stderr, "child: %s\n", error.what());
          _exit(3);  // the other threads go on writing: no orderly end
        }
      });
    }
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  return 3;
}

}  // namespace aurora::testing
