// Body of the change tail. Called by the pipeline, by transaction validation and by change cursors.
#include <aurora/commit/change_tail.hpp>

#include <algorithm>
#include <new>

namespace aurora::commit {

std::uint64_t ChangeTail::cost(const Commit& commit) {
  std::uint64_t bytes = sizeof(Commit) + commit.changes.size() * sizeof(Change);
  for (const auto& change : commit.changes) {
    if (change.before) bytes += change.before.memory_bytes();
    if (change.after) bytes += change.after.memory_bytes();
  }
  return bytes;
}

void ChangeTail::append(std::shared_ptr<const Commit> commit, Sequence oldest_reader) {
  const auto bytes = cost(*commit);
  std::vector<std::shared_ptr<const Commit>> dropped;  // released outside the lock
  std::lock_guard lock(mutex_);
  commits_.push_back(commit);
  newest_ = commit->sequence;
  bytes_ += bytes;
  const auto has_to_go = [&] {
    if (commits_.empty()) return false;
    return bytes_ > capacity_ || (bytes_ > kLeisurelyBytes && commits_.front()->sequence <= oldest_reader);
  };
  while (has_to_go()) {
    auto& oldest = commits_.front();
    bytes_ -= cost(*oldest);
    floor_ = oldest->sequence;
    // Without memory it is released here.
    try {
      dropped.push_back(std::move(oldest));
    } catch (const std::bad_alloc&) {
    }
    commits_.pop_front();
  }
  if (waiting_ > 0) grown_.notify_all();
}

bool ChangeTail::read_after(Sequence sequence, std::size_t most,
                            std::deque<std::shared_ptr<const Commit>>& out) const {
  std::lock_guard lock(mutex_);
  if (sequence < floor_) return false;
  auto at = std::upper_bound(commits_.begin(), commits_.end(), sequence,
                             [](Sequence wanted, const auto& commit) { return wanted < commit->sequence; });
  for (; at != commits_.end() && most > 0; ++at, --most) out.push_back(*at);
  return true;
}

bool ChangeTail::wait_after(Sequence sequence, std::chrono::steady_clock::time_point deadline) const {
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool woken = grown_.wait_until(lock, deadline, [&] { return closed_ || newest_ > sequence; });
  --waiting_;
  return woken;
}

bool ChangeTail::wait_after(Sequence sequence, std::chrono::steady_clock::time_point deadline,
                            std::uint64_t seen) const {
  std::unique_lock lock(mutex_);
  ++waiting_;
  const bool woken = grown_.wait_until(lock, deadline, [&] { return closed_ || newest_ > sequence || stirs_ > seen; });
  --waiting_;
  return woken;
}

void ChangeTail::stir() const {
  std::lock_guard lock(mutex_);
  ++stirs_;
  grown_.notify_all();
}

std::uint64_t ChangeTail::stirs() const {
  std::lock_guard lock(mutex_);
  return stirs_;
}

void ChangeTail::close() {
  std::lock_guard lock(mutex_);
  closed_ = true;
  grown_.notify_all();
}

bool ChangeTail::visit_after(Sequence sequence, const std::function<bool(const Commit&)>& visit) const {
  std::vector<std::shared_ptr<const Commit>> commits;
  {
    std::lock_guard lock(mutex_);
    if (sequence < floor_) return false;
    for (auto at = commits_.rbegin(); at != commits_.rend() && (*at)->sequence > sequence; ++at)
      commits.push_back(*at);
  }
  for (auto at = commits.rbegin(); at != commits.rend(); ++at)
    if (!visit(**at)) break;
  return true;
}

Sequence ChangeTail::newest() const {
  std::lock_guard lock(mutex_);
  return newest_;
}

std::uint64_t ChangeTail::byte_size() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace aurora::commit
