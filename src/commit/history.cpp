// Body of the version history. Called by the commit pipeline and by views.
#include <aurora/commit/history.hpp>

#include <algorithm>
#include <mutex>

namespace aurora::commit {

void VersionHistory::put(CollectionId collection, Ordinal ordinal, Sequence superseded_at,
                         const RecordRef& record) {
  const auto key = key_of(collection, ordinal);
  std::unique_lock lock(mutex_);
  versions_[key].push_back({superseded_at, record});
  queue_.emplace_back(superseded_at, key);
  count_.fetch_add(1, std::memory_order_release);
  bytes_.fetch_add(record ? record.memory_bytes() : 0, std::memory_order_relaxed);
}

bool VersionHistory::find(CollectionId collection, Ordinal ordinal, Sequence sequence, RecordRef& out) const {
  if (count_.load(std::memory_order_acquire) == 0) return false;
  std::shared_lock lock(mutex_);
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

}  // namespace aurora::commit
