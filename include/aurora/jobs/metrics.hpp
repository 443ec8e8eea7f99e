// What is counted of the attempts at jobs of one type. Written by the dispatcher and the threads of its pool, read by stats.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstdint>

namespace aurora::jobs {

/// Durations by size: four buckets to each doubling. Threads: any. Cost: one addition.
class Histogram {
 public:
  void record(std::chrono::microseconds time) noexcept;
  /// The upper end of the bucket below which the share `part` of what was recorded lies; zero when nothing was.
  [[nodiscard]] std::chrono::microseconds quantile(double part) const noexcept;
  [[nodiscard]] std::chrono::microseconds max() const noexcept {
    return std::chrono::microseconds(max_.load(std::memory_order_relaxed));
  }

 private:
  static constexpr std::size_t kBuckets = 160;   // of the last one, 2^40 µs, the end is not known
  std::array<std::atomic<std::uint64_t>, kBuckets> counts_{};
  std::atomic<std::int64_t> max_{0};
};

/// How many there were in each of the last seconds. Threads: `add` on one at a time.
class RecentCount {
 public:
  static constexpr std::int64_t kSeconds = 10;
  void add(std::int64_t second) noexcept;
  /// A second, over the last ten whole ones.
  [[nodiscard]] double rate(std::int64_t second) const noexcept;

 private:
  struct Slot {
    std::atomic<std::int64_t> second{-1};
    std::atomic<std::uint64_t> count{0};
  };
  std::array<Slot, 16> slots_;
};

struct TypeMetrics {
  std::atomic<std::uint64_t> completions{0};
  std::atomic<std::uint64_t> failures{0};
  std::atomic<std::uint64_t> losses{0};
  RecentCount recent;                          ///< of completions
  Histogram waited;
  Histogram ran;
};

}  // namespace aurora::jobs
