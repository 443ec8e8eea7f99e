// Body of the writing process: a writer a thread.
// Started by the parent of the crash test; uses the facade over stores that may kill it.
#include "crash/child.hpp"

#include <aurora/aurora.hpp>

#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <thread>
#include <vector>

#include "crash/writer.hpp"
#include "facade/open.hpp"
#include "faults/faulty_files.hpp"
#include "storage/rocksdb_environment.hpp"
#include "support/killing_store.hpp"

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
  config.expiry_interval = std::chrono::milliseconds(pick(10, 50, 1'000));
  return config;
}

namespace {

// The sites of the file system at which a kill can be planned, in the order of their points.
constexpr std::array kFilePoints{Site::kAppend, Site::kSync, Site::kCreate, Site::kRename, Site::kRemove};
constexpr std::array<const char*, kFilePoints.size()> kFilePointNames{"at an append to a file", "at a sync of a file",
                                                            "at the creation of a file", "at a rename",
                                                            "at the removal of a file"};
static_assert(kAllPoints == kKillPoints + kFilePoints.size());

/// One opening: writers until the time is over, then a close.
void work(const ChildOptions& options, const std::shared_ptr<storage::Environment>& files,
          const std::shared_ptr<KillPlan>& plan, AckLog& log, std::uint64_t opening) {
  const auto config = random_config(options.seed + opening, options.durability);
  auto store_options = facade::store_options(options.database, config);
  store_options.environment = files;
  auto store = make_killing_store(storage::open_rocksdb_store(store_options).value(), plan);
  auto database = facade::open_database(std::move(store), config).value();
  make_collection(database);
  std::vector<std::unique_ptr<Writer>> writers;
  for (unsigned thread = 0; thread < options.threads; ++thread)
    writers.push_back(std::make_unique<Writer>(database, log, thread, (options.seed + opening) * 31 + thread,
                                               options.database + ".beside"));
  log.ready();
  {
    std::vector<std::jthread> threads;
    for (const auto& writer : writers) {
      threads.emplace_back([&writer](const std::stop_token& stop) {
        try {
          while (!stop.stop_requested()) writer->step();
        } catch (const std::exception& error) {
          std::fprintf(stderr, "child: %s\n", error.what());
          _exit(3);  // the other threads go on writing: no orderly end
        }
      });
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(40 + (options.seed + opening) % 7 * 30));
  }
  database.close();
}

}  // namespace

std::string point_name(unsigned point) {
  return point < kKillPoints ? std::string(to_string(static_cast<KillPoint>(point))) : kFilePointNames.at(point - kKillPoints);
}

int run_child(const ChildOptions& options) {
  try {
    AckLog log(options.log);
    const auto plan = std::make_shared<KillPlan>();
    FaultPlan faults;
    if (options.point < kKillPoints) {
      plan->point = static_cast<KillPoint>(options.point);
      plan->nth = options.nth;
    } else {
      faults.site = kFilePoints.at(options.point - kKillPoints);
      faults.fault = Fault::kKill;
      faults.at = options.nth;
    }
    const auto files = std::make_shared<storage::Environment>(std::make_shared<FaultyFiles>(faults));
    for (std::uint64_t opening = 0;; ++opening) work(options, files, plan, log, opening);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "child: %s\n", error.what());
  }
  return 3;
}

}  // namespace aurora::testing
