// What the clients of both workloads share: keys that move on, elements nobody else writes, and lines in the history.
#pragma once

#include <aurora/aurora.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "isolation/history.hpp"
#include "isolation/workload.hpp"

namespace aurora::testing {

/// Threads: one for each client.
class Client {
 public:
  Client(Database& database, HistoryFile& file, std::atomic<std::uint64_t>& begun, const WorkloadOptions& options,
         unsigned thread)
      : database_(database), file_(file), options_(options), thread_(thread), random_(options.seed * 131 + thread),
        begun_(begun) {}
  virtual ~Client() = default;
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  void run() {
    for (;;) {
      const auto ordinal = begun_.fetch_add(1);
      if (options_.transactions != 0 && ordinal >= options_.transactions) return;
      base_ = static_cast<Key>(ordinal / (kKeysAtOnce * kTransactionsAKey) * kKeysAtOnce);
      HistoryTransaction transaction{thread_, ++number_, 0, 0, Fate::kUnknown, {}, {}};
      one(transaction);
    }
  }

 protected:
  virtual void one(HistoryTransaction& transaction) = 0;

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  Key any_key() { return base_ + static_cast<Key>(below(kKeysAtOnce)); }
  Element new_element() {
    return static_cast<Element>((options_.seed % 1000 * 16 + thread_) * 100'000'000 + next_element_++);
  }

  /// One to three; the same one may come twice.
  std::vector<Key> some_keys() {
    std::vector<Key> keys;
    for (std::uint64_t i = 0, count = 1 + below(3); i < count; ++i) keys.push_back(any_key());
    return keys;
  }

  /// Throws what no client may see: every error but Conflict.
  template <class T>
  void end(HistoryTransaction& transaction, const Result<T>& result) {
    if (!result && result.error().code() != ErrorCode::kConflict) throw result.error();
    transaction.fate = result ? Fate::kCommitted : Fate::kAborted;
    file_.end(transaction);
  }

  Database& database_;
  HistoryFile& file_;
  const WorkloadOptions& options_;
  const unsigned thread_;
  std::mt19937_64 random_;

 private:
  // Keys move on, so that lists stay short enough to be read often.
  static constexpr std::uint64_t kKeysAtOnce = 10;
  static constexpr std::uint64_t kTransactionsAKey = 60;

  std::atomic<std::uint64_t>& begun_;
  Key base_ = 0;
  std::uint64_t number_ = 0;
  Element next_element_ = 1;
};

}  // namespace aurora::testing
