// The newest commits in memory: what transactions are validated against and listeners read.
// Appended by the pipeline after publishing. Bounded in bytes, closer while no open transaction needs more: a reader slower
// than that goes on from the change log.
#pragma once

#include <aurora/commit/write_set.hpp>

#include <chrono>
#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>

namespace aurora::commit {

struct Commit {
  Sequence sequence = 0;
  DateTime time;
  std::vector<Change> changes;
  std::shared_ptr<const Catalog> catalog;
  bool catalog_changed = false;
};

/// Threads: every call may come from any thread.
class ChangeTail {
 public:
  explicit ChangeTail(std::uint64_t capacity_bytes, Sequence start) : capacity_(capacity_bytes), floor_(start) {}

  /// Commits up to `oldest_reader`, the sequence of the oldest snapshot in use, are needed by no transaction.
  void append(std::shared_ptr<const Commit> commit, Sequence oldest_reader);
  /// Calls `visit` for every commit after `sequence`, oldest first, until it returns false. False when some of
  /// them are no longer kept (then nothing is visited).
  [[nodiscard]] bool visit_after(Sequence sequence, const std::function<bool(const Commit&)>& visit) const;
  /// Appends to `out` the commits after `sequence`, oldest first, at most `most`. False when some of them are no
  /// longer kept (then nothing is appended).
  [[nodiscard]] bool read_after(Sequence sequence, std::size_t most,
                                std::deque<std::shared_ptr<const Commit>>& out) const;
  /// Waits until there is a commit after `sequence`, the tail is closed, or it is `deadline`; then false.
  [[nodiscard]] bool wait_after(Sequence sequence, std::chrono::steady_clock::time_point deadline) const;
  /// As the other, but also until there were more stirs than `seen`.
  [[nodiscard]] bool wait_after(Sequence sequence, std::chrono::steady_clock::time_point deadline,
                                std::uint64_t seen) const;
  /// Wakes who waits with stirs(), read before it looked at what else it waits for.
  void stir() const;
  [[nodiscard]] std::uint64_t stirs() const;
  /// Ends all waiting, now and later.
  void close();
  /// Of the last commit appended.
  [[nodiscard]] Sequence newest() const;
  [[nodiscard]] std::uint64_t byte_size() const;

 private:
  // For listeners alone.
  static constexpr std::uint64_t kLeisurelyBytes = 8ull << 20;
  [[nodiscard]] static std::uint64_t cost(const Commit& commit);

  mutable std::mutex mutex_;
  mutable std::condition_variable grown_;
  const std::uint64_t capacity_;
  mutable std::size_t waiting_ = 0;                       // guarded: in wait_after
  mutable std::uint64_t stirs_ = 0;                       // guarded
  bool closed_ = false;                                   // guarded
  Sequence floor_;                                        // guarded: commits up to here are gone
  Sequence newest_ = floor_;                              // guarded: of the last commit appended
  std::uint64_t bytes_ = 0;                               // guarded
  std::deque<std::shared_ptr<const Commit>> commits_;     // guarded; rising sequence
};

}  // namespace aurora::commit
