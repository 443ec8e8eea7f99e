// Body of the snapshot list. Called by the pipeline (publish) and by every read (pin).
#include <aurora/commit/snapshots.hpp>

#include <algorithm>

namespace aurora::commit {

Snapshot::Snapshot(const Snapshot& other, int)
    : sequence(other.sequence), catalog(other.catalog), collections(other.collections) {}

std::shared_ptr<CollectionVersion>* Snapshot::find(CollectionId id) {
  const auto at = std::lower_bound(collections.begin(), collections.end(), id,
                                   [](const auto& entry, CollectionId wanted) { return entry.first < wanted; });
  return at != collections.end() && at->first == id ? &at->second : nullptr;
}

void SnapshotList::Pin::release() noexcept {
  if (snapshot_ == nullptr) return;
  // Release: what this reader read happened before the publisher that sees the count fall changes it.
  snapshot_->pins_.fetch_sub(1, std::memory_order_release);
  snapshot_ = nullptr;
}

SnapshotList::SnapshotList() { list_.push_back(std::make_unique<Snapshot>()); }

SnapshotList::Pin SnapshotList::pin() {
  std::lock_guard lock(mutex_);
  ++pins_;
  auto* current = list_.back().get();
  current->pins_.fetch_add(1, std::memory_order_relaxed);
  return Pin(current);
}

SnapshotList::Pin SnapshotList::pin_own() {
  std::lock_guard lock(mutex_);
  auto* current = list_.back().get();
  current->pins_.fetch_add(1, std::memory_order_relaxed);
  return Pin(current);
}

bool SnapshotList::has_readers() {
  std::lock_guard lock(mutex_);
  return pins_ != pins_published_ || newest_pinned() != 0;
}

const CollectionVersion* SnapshotList::find(const Pin& pin, CollectionId id) {
  std::lock_guard lock(mutex_);
  const auto* slot = pin.snapshot_->find(id);
  return slot != nullptr ? slot->get() : nullptr;
}

std::vector<std::pair<CollectionId, std::shared_ptr<const CollectionVersion>>> SnapshotList::loaded(const Pin& pin) {
  std::lock_guard lock(mutex_);
  return {pin.snapshot_->collections.begin(), pin.snapshot_->collections.end()};
}

void SnapshotList::install(CollectionId id, std::shared_ptr<CollectionVersion> version) {
  std::lock_guard lock(mutex_);
  for (auto& snapshot : list_) {
    if (snapshot->find(id) != nullptr || !snapshot->catalog->find(id)) continue;
    const auto at = std::lower_bound(snapshot->collections.begin(), snapshot->collections.end(), id,
                                     [](const auto& entry, CollectionId wanted) { return entry.first < wanted; });
    snapshot->collections.insert(at, {id, version});
  }
}

Sequence SnapshotList::newest_pinned() const {
  for (auto at = list_.rbegin(); at != list_.rend(); ++at)
    if ((*at)->pins_.load(std::memory_order_acquire) > 0) return (*at)->sequence;
  return 0;
}

void SnapshotList::sweep() {
  if (list_.size() == 1) return;
  const auto keep = std::prev(list_.end());
  const auto gone = std::remove_if(list_.begin(), keep, [](const auto& snapshot) {
    return snapshot->pins_.load(std::memory_order_acquire) == 0;
  });
  list_.erase(gone, keep);
}

void SnapshotList::publish(Sequence sequence, bool large, const Apply& apply) {
  std::unique_lock lock(mutex_);
  auto* current = list_.back().get();
  if (large) {
    // Pin it ourselves: then nothing a reader can reach is changed in place, and readers need not wait.
    current->pins_.fetch_add(1, std::memory_order_relaxed);
    Pin hold(current);
    auto next = std::make_unique<Snapshot>(*current, 0);
    lock.unlock();
    apply(*next, EditScope{sequence, current->sequence});
    next->sequence = sequence;
    lock.lock();
    // A collection may have been installed in `current` meanwhile.
    for (const auto& [id, version] : current->collections)
      if (next->find(id) == nullptr && next->catalog->find(id)) {
        const auto at = std::lower_bound(next->collections.begin(), next->collections.end(), id,
                                         [](const auto& entry, CollectionId wanted) { return entry.first < wanted; });
        next->collections.insert(at, {id, version});
      }
    list_.push_back(std::move(next));
    hold.release();
  } else {
    const EditScope scope{sequence, newest_pinned()};
    const bool copied = current->pins_.load(std::memory_order_acquire) > 0;
    if (copied) {
      list_.push_back(std::make_unique<Snapshot>(*current, 0));
      current = list_.back().get();
    }
    try {
      apply(*current, scope);
    } catch (...) {
      // Nothing that is pinned was changed (S1). Of one that is not, is_torn tells which collections were.
      if (copied) list_.pop_back();
      throw;
    }
    current->sequence = sequence;
  }
  pins_published_ = pins_;
  if (definitions_ != list_.back()->catalog) {
    const std::lock_guard catalog_lock(catalog_mutex_);
    definitions_ = list_.back()->catalog;
  }
  // The catalog first: who sees a sequence sees the catalog it was made under.
  catalog_.store(list_.back()->catalog->version(), std::memory_order_release);
  published_.store(sequence, std::memory_order_release);
  sweep();
}

std::shared_ptr<const Catalog> SnapshotList::catalog() {
  const std::lock_guard lock(catalog_mutex_);
  return definitions_;
}

CollectionVersion& SnapshotList::own(std::shared_ptr<CollectionVersion>& slot) {
  if (slot.use_count() > 1) slot = std::make_shared<CollectionVersion>(*slot);
  return *slot;
}

Sequence SnapshotList::oldest_reader() {
  std::lock_guard lock(mutex_);
  for (const auto& snapshot : list_)
    if (snapshot->pins_.load(std::memory_order_acquire) > 0) return snapshot->sequence;
  return list_.back()->sequence;
}

Sequence SnapshotList::current_sequence() {
  std::lock_guard lock(mutex_);
  return list_.back()->sequence;
}

std::size_t SnapshotList::size() {
  std::lock_guard lock(mutex_);
  return list_.size();
}

}  // namespace aurora::commit
