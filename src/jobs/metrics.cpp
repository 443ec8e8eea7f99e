// Body of metrics.hpp. Called by the dispatcher and by stats.
#include <aurora/jobs/metrics.hpp>

#include <algorithm>
#include <bit>

namespace aurora::jobs {

namespace {

// Below 4 µs each has its own; then the two bits behind the first say which quarter.
std::size_t bucket_of(std::uint64_t micros) noexcept {
  if (micros < 4) return static_cast<std::size_t>(micros);
  const auto width = static_cast<unsigned>(std::bit_width(micros));
  return std::size_t{4} * (width - 2) + static_cast<std::size_t>(micros >> (width - 3) & 3u);
}

std::uint64_t end_of(std::size_t bucket) noexcept {
  if (bucket < 4) return bucket;
  const auto width = static_cast<unsigned>(bucket / 4 + 2);
  return ((std::uint64_t{4} + bucket % 4 + 1) << (width - 3)) - 1;
}

}  // namespace

void Histogram::record(std::chrono::microseconds time) noexcept {
  const auto micros = std::max<std::int64_t>(time.count(), 0);
  counts_[std::min(bucket_of(static_cast<std::uint64_t>(micros)), kBuckets - 1)].fetch_add(1, std::memory_order_relaxed);
  auto seen = max_.load(std::memory_order_relaxed);
  while (micros > seen && !max_.compare_exchange_weak(seen, micros, std::memory_order_relaxed)) {
  }
}

std::chrono::microseconds Histogram::quantile(double part) const noexcept {
  std::uint64_t all = 0;
  for (const auto& count : counts_) all += count.load(std::memory_order_relaxed);
  const auto wanted = static_cast<std::uint64_t>(part * static_cast<double>(all));
  std::uint64_t seen = 0;
  for (std::size_t bucket = 0; bucket < kBuckets; ++bucket) {
    seen += counts_[bucket].load(std::memory_order_relaxed);
    if (seen > wanted) return std::min(std::chrono::microseconds(end_of(bucket)), max());
  }
  return max();
}

void RecentCount::add(std::int64_t second) noexcept {
  auto& slot = slots_[static_cast<std::size_t>(second) % slots_.size()];
  if (slot.second.load(std::memory_order_relaxed) != second) {
    slot.count.store(0, std::memory_order_relaxed);
    slot.second.store(second, std::memory_order_relaxed);
  }
  slot.count.fetch_add(1, std::memory_order_relaxed);
}

double RecentCount::rate(std::int64_t second) const noexcept {
  std::uint64_t all = 0;
  for (const auto& slot : slots_) {
    const auto of = slot.second.load(std::memory_order_relaxed);
    if (of < second && of >= second - kSeconds) all += slot.count.load(std::memory_order_relaxed);
  }
  return static_cast<double>(all) / static_cast<double>(kSeconds);
}

}  // namespace aurora::jobs
