// Body of the read epochs. Called by the record cache.
#include "read_epochs.hpp"

#include <algorithm>
#include <new>
#include <utility>

namespace aurora {

namespace {

// So many wait at least before the readers are looked at.
constexpr std::size_t kBatch = 64;

struct FreeLanes {
  std::mutex mutex;
  std::vector<unsigned> free;             // guarded by mutex
  std::atomic<unsigned> end{0};           // written under mutex
};

// Never destroyed: threads may end after static objects are gone.
FreeLanes& free_lanes() {
  static auto* const lanes = new FreeLanes;
  return *lanes;
}

}  // namespace

constinit thread_local unsigned ThreadLane::mine_ = ThreadLane::kUnknown;

struct ThreadLane::Claim {
  Claim() {
    auto& lanes = free_lanes();
    const std::lock_guard lock(lanes.mutex);
    if (!lanes.free.empty()) {
      mine_ = lanes.free.back();
      lanes.free.pop_back();
      return;
    }
    const auto next = lanes.end.load(std::memory_order_relaxed);
    mine_ = next < kMost ? next : kShared;
    if (next == kMost) return;
    lanes.free.reserve(next + 1);         // so that giving it back cannot fail
    lanes.end.store(next + 1, std::memory_order_seq_cst);
  }
  ~Claim() {
    // What this thread still destroys may read; it does so without a lane.
    const auto had = std::exchange(mine_, kShared);
    if (had == kShared) return;
    auto& lanes = free_lanes();
    const std::lock_guard lock(lanes.mutex);
    lanes.free.push_back(had);
  }
};

unsigned ThreadLane::claim() noexcept {
  try {
    thread_local Claim claimed;
    return mine_;
  } catch (...) {
    return kShared;   // no memory for the list: the next call tries again
  }
}

unsigned ThreadLane::end() noexcept { return free_lanes().end.load(std::memory_order_seq_cst); }

ReadEpochs::ReadEpochs() : next_try_(kBatch) {}

ReadEpochs::~ReadEpochs() {
  for (const auto& each : retired_) each.drop(each.object);
}

ReadEpochs::Guard::Guard(const ReadEpochs& epochs) noexcept : epochs_(epochs), lane_(ThreadLane::mine()) {
  if (lane_ == ThreadLane::kShared) {
    epochs_.strangers_.fetch_add(1, std::memory_order_seq_cst);
    return;
  }
  auto& lane = epochs_.lanes_[lane_];
  if (lane.depth++ == 0)
    lane.epoch.exchange(epochs_.clock_.load(std::memory_order_seq_cst), std::memory_order_seq_cst);
}

ReadEpochs::Guard::~Guard() {
  if (lane_ == ThreadLane::kShared) {
    epochs_.strangers_.fetch_sub(1, std::memory_order_release);
    return;
  }
  auto& lane = epochs_.lanes_[lane_];
  if (--lane.depth == 0) lane.epoch.store(0, std::memory_order_release);
}

std::uint64_t ReadEpochs::oldest_reader() const noexcept {
  if (strangers_.load(std::memory_order_seq_cst) > 0) return 0;
  auto oldest = std::numeric_limits<std::uint64_t>::max();
  const auto end = ThreadLane::end();
  for (unsigned i = 0; i < end; ++i) {
    const auto epoch = lanes_[i].epoch.load(std::memory_order_seq_cst);
    if (epoch != 0) oldest = std::min(oldest, epoch);
  }
  return oldest;
}

void ReadEpochs::retire(const void* object, void (*drop)(const void*) noexcept) noexcept try {
  std::vector<Retired> free;
  {
    const std::lock_guard lock(mutex_);
    retired_.push_back({clock_.fetch_add(1, std::memory_order_seq_cst), object, drop});
    if (retired_.size() < next_try_) return;
    const auto oldest = oldest_reader();
    const auto kept = std::find_if(retired_.begin(), retired_.end(),
                                   [&](const Retired& each) { return each.tick >= oldest; });
    free.assign(retired_.begin(), kept);
    retired_.erase(retired_.begin(), kept);
    next_try_ = 2 * retired_.size() + kBatch;
  }
  for (const auto& each : free) each.drop(each.object);
} catch (const std::bad_alloc&) {
}

}  // namespace aurora
