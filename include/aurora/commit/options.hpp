// How an engine runs: durability, buffers, limits. Filled from aurora::Config by the facade.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/base/executor.hpp>
#include <aurora/base/ids.hpp>
#include <aurora/eviction_policy.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string_view>

namespace aurora::commit {

enum class Durability : std::uint8_t { kNone, kWal, kStrict, kSynchronous };

struct EngineOptions {
  Durability durability = Durability::kWal;
  bool in_memory = false;
  bool read_only = false;                  ///< nothing is written, in the background neither; commits are refused
  std::uint64_t hot_cache_bytes = 256ull << 20;
  EvictionPolicy eviction_policy = EvictionPolicy::kHybrid;
  /// A group of waiting mutations closes at this many changes.
  std::uint32_t group_changes = 10'000;
  std::chrono::milliseconds checkpoint_interval{10'000};
  /// A checkpoint is also made after this many changes, so that replay after a crash stays short.
  std::uint64_t checkpoint_changes = 200'000;
  /// Expired documents are looked for this often.
  std::chrono::milliseconds expiry_interval{1'000};
  /// The change log keeps commits at most this long and this large; never less than replay needs.
  std::chrono::seconds log_max_age{24 * 3600};
  std::uint64_t log_max_bytes = 256ull << 20;
  /// Commits kept in memory for validating transactions.
  std::uint64_t tail_bytes = 64ull << 20;
  /// Older versions of documents kept for readers of older states, beside those of the newest group.
  std::uint64_t history_bytes = 256ull << 20;
  std::uint32_t max_document_bytes = 16u << 20;
  std::uint64_t max_transaction_bytes = 1ull << 30;
  aql::Limits limits;
  Clock clock = system_now;
  /// Runs checkpoints and log trimming. Empty: they run only when asked for (flush, close).
  StartPeriodic start_periodic;
  /// Called for events worth a log line, from any thread; never throws. May be empty.
  std::function<void(int level, std::string_view message)> log;
};

}  // namespace aurora::commit
