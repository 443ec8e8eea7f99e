// Body of the change tail. Called by the pipeline and by transaction validation.
#include <aurora/commit/change_tail.hpp>

namespace aurora::commit {

std::uint64_t ChangeTail::cost(const Commit& commit) {
  std::uint64_t bytes = sizeof(Commit) + commit.changes.size() * sizeof(Change);
  for (const auto& change : commit.changes) {
    if (change.before) bytes += change.before.memory_bytes();
    if (change.after) bytes += change.after.memory_bytes();
  }
  return bytes;
}

void ChangeTail::append(std::shared_ptr<const Commit> commit) {
  const auto bytes = cost(*commit);
  std::vector<std::shared_ptr<const Commit>> dropped;  // released outside the lock
  std::lock_guard lock(mutex_);
  commits_.push_back(std::move(commit));
  bytes_ += bytes;
  while (bytes_ > capacity_ && !commits_.empty()) {
    bytes_ -= cost(*commits_.front());
    floor_ = commits_.front()->sequence;
    dropped.push_back(std::move(commits_.front()));
    commits_.pop_front();
  }
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

std::uint64_t ChangeTail::byte_size() const {
  std::lock_guard lock(mutex_);
  return bytes_;
}

}  // namespace aurora::commit
