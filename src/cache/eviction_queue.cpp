// Body of the eviction order. Called by the record cache.
#include "eviction_queue.hpp"

#include <algorithm>

namespace aurora {

namespace {

constexpr std::size_t kNewcomerShare = 10;   // of the entries, a tenth
constexpr std::size_t kSlack = 1024;         // stale keys not worth a sweep

std::uint64_t mix(std::uint64_t key) noexcept {
  key *= 0x9E3779B97F4A7C15ull;
  return key ^ (key >> 29);
}

}  // namespace

EvictionQueue::EvictionQueue(EvictionPolicy policy, std::size_t ghosts)
    : policy_(policy), ghosts_(policy == EvictionPolicy::kHybrid ? std::max<std::size_t>(ghosts, 1) : 0) {}

std::uint8_t EvictionQueue::most_uses() const noexcept {
  switch (policy_) {
    case EvictionPolicy::kLru: return 1;
    case EvictionPolicy::kLfu: return 7;
    case EvictionPolicy::kHybrid: return 3;
  }
  return 1;
}

std::optional<std::uint8_t> EvictionQueue::judge(const Candidate& candidate, std::uint8_t uses) const noexcept {
  if (uses == 0) return std::nullopt;
  return candidate.newcomer ? std::uint8_t{0} : static_cast<std::uint8_t>(uses - 1);
}

std::uint32_t& EvictionQueue::ghost_of(Key key) { return ghosts_[mix(key) >> 32 & (ghosts_.size() - 1)]; }

void EvictionQueue::insert(Key key) {
  const std::lock_guard lock(mutex_);
  if (policy_ != EvictionPolicy::kHybrid) {
    settled_.push_back(key);
    return;
  }
  // One that was evicted not long ago and is wanted again needs no second trial.
  auto& ghost = ghost_of(key);
  const auto fingerprint = static_cast<std::uint32_t>(mix(key)) | 1u;
  if (ghost == fingerprint) {
    ghost = 0;
    settled_.push_back(key);
  } else {
    newcomers_.push_back(key);
  }
}

std::optional<EvictionQueue::Candidate> EvictionQueue::next() {
  const std::lock_guard lock(mutex_);
  const bool trial = newcomers_.size() * kNewcomerShare > newcomers_.size() + settled_.size();
  auto& queue = trial || settled_.empty() ? newcomers_ : settled_;
  if (queue.empty()) return std::nullopt;
  const Candidate candidate{queue.front(), &queue == &newcomers_};
  queue.pop_front();
  return candidate;
}

void EvictionQueue::keep(const Candidate& candidate) {
  const std::lock_guard lock(mutex_);
  settled_.push_back(candidate.key);
}

void EvictionQueue::forget(const Candidate& candidate) {
  if (!candidate.newcomer) return;
  const std::lock_guard lock(mutex_);
  ghost_of(candidate.key) = static_cast<std::uint32_t>(mix(candidate.key)) | 1u;
}

void EvictionQueue::compact(std::size_t entries, const std::function<bool(Key)>& cached) {
  const std::lock_guard lock(mutex_);
  if (newcomers_.size() + settled_.size() <= 2 * entries + kSlack) return;
  const auto stale = [&](Key key) { return !cached(key); };
  std::erase_if(newcomers_, stale);
  std::erase_if(settled_, stale);
}

}  // namespace aurora
