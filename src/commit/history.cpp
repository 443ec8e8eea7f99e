// Body of the version history. Called by the commit pipeline and by views.
#include <aurora/commit/history.hpp>

#include <algorithm>
#include <mutex>
#include <string>

namespace aurora::commit {

void VersionHistory::put(CollectionId collection, Ordinal ordinal, Sequence superseded_at,
                         const RecordRef& record) {
  const auto key = key_of(collection, ordinal);
  std::unique_lock lock(mutex_);
  queue_.emplace_back(superseded_at, key);
  try {
    versions_[key].push_back({superseded_at, record});
  } catch (...) {
    queue_.pop_back();
    throw;
  }
  count_.fetch_add(1, std::memory_order_release);
  bytes_.fetch_add(record ? record.memory_bytes() : 0, std::memory_order_relaxed);
}

Error VersionHistory::too_old(Sequence sequence, Sequence floor) {
  return Error(ErrorCode::kConflict,
               "the state of commit " + std::to_string(sequence) + " was read for so long that older versions of documents "
               "are gone up to commit " + std::to_string(floor) + "; begin again (Config::max_history_bytes)");
}

Result<bool> VersionHistory::find(CollectionId collection, Ordinal ordinal, Sequence sequence, RecordRef& out) const {
  if (count_.load(std::memory_order_acquire) == 0) {
    // The floor was raised before the count fell.
    const auto floor = floor_.load(std::memory_order_acquire);
    if (sequence < floor) return too_old(sequence, floor);
    return false;
  }
  std::shared_lock lock(mutex_);
  if (sequence < floor_) return too_old(sequence, floor_);
  const auto found = versions_.find(key_of(collection, ordinal));
  if (found == versions_.end()) return false;
  for (const auto& version : found->second) {
    if (version.superseded_at > sequence) {
      out = version.record;
      return true;
    }
  }
  return false;
}

void VersionHistory::drop(std::uint64_t key, Sequence superseded_at) {
  const auto found = versions_.find(key);
  if (found == versions_.end()) return;
  auto& list = found->second;
  const auto at = std::find_if(list.begin(), list.end(),
                               [&](const Version& v) { return v.superseded_at == superseded_at; });
  if (at == list.end()) return;
  bytes_.fetch_sub(at->record ? at->record.memory_bytes() : 0, std::memory_order_relaxed);
  count_.fetch_sub(1, std::memory_order_release);
  list.erase(at);
  if (list.empty()) versions_.erase(found);
}

void VersionHistory::trim(Sequence oldest_reader) {
  if (count_.load(std::memory_order_relaxed) == 0) return;
  std::unique_lock lock(mutex_);
  while (!queue_.empty() && queue_.front().first <= oldest_reader) {
    drop(queue_.front().second, queue_.front().first);
    queue_.pop_front();
  }
}

Sequence VersionHistory::shed(std::uint64_t most_bytes, Sequence newest) {
  if (bytes_.load(std::memory_order_relaxed) <= most_bytes) return floor_.load(std::memory_order_relaxed);
  std::unique_lock lock(mutex_);
  while (!queue_.empty() && queue_.front().first <= newest && bytes_.load(std::memory_order_relaxed) > most_bytes) {
    floor_.store(queue_.front().first, std::memory_order_release);
    drop(queue_.front().second, queue_.front().first);
    queue_.pop_front();
  }
  return floor_.load(std::memory_order_relaxed);
}

}  // namespace aurora::commit
