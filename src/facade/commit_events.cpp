// Body of shared events. Called by listeners and the announcer.
#include "commit_events.hpp"

#include <algorithm>

namespace aurora::facade {

namespace {

ChangeEvent event_of(const commit::Commit& commit, const std::shared_ptr<const CollectionDef>& definition,
                     std::uint32_t place) {
  const auto& change = commit.changes[place];
  ChangeEvent event;
  event.type = !change.before  ? ChangeType::kInsert
               : change.after ? ChangeType::kUpdate
                              : ChangeType::kDelete;
  event.collection = definition->name;
  if (change.before) event.before = Document(definition, change.before);
  if (change.after) event.after = Document(definition, change.after);
  event.id = (change.after ? event.after : event.before).id();
  event.sequence = commit.sequence;
  event.place = place;
  event.transaction_size = static_cast<std::uint32_t>(commit.changes.size());
  return event;
}

}  // namespace

CommitEvents::CommitEvents(const commit::Commit& commit, std::uint32_t begin)
    : sequence(commit.sequence),
      first(begin),
      end(static_cast<std::uint32_t>(std::min<std::size_t>(commit.changes.size(), std::size_t{begin} + kChunk))) {
  entries.reserve(end - first);
  for (auto place = first; place < end; ++place) {
    const auto& change = commit.changes[place];
    const auto definition = commit.catalog->find(change.collection);
    if (!definition) continue;
    entries.push_back({event_of(commit, definition, place), definition->system});
    bytes += change.before.memory_bytes() + change.after.memory_bytes();
  }
}

std::shared_ptr<const CommitEvents> EventShelf::at(const commit::Commit& commit, std::uint32_t place) {
  const auto first = place - place % CommitEvents::kChunk;
  auto& slot = slots_[(commit.sequence + first / CommitEvents::kChunk) % kSlots];
  std::shared_ptr<const CommitEvents> events;
  {
    std::lock_guard lock(slot.mutex);
    if (slot.events && slot.events->sequence == commit.sequence && slot.events->first == first) return slot.events;
    events = std::make_shared<const CommitEvents>(commit, first);
    bytes_ += events->bytes;
    if (slot.events) bytes_ -= slot.events->bytes;
    slot.events = events;
  }
  // Large documents are not kept alive for those who may come.
  if (bytes_ > kMostBytes) clear();
  return events;
}

void EventShelf::clear() {
  for (auto& slot : slots_) {
    std::shared_ptr<const CommitEvents> gone;   // released outside the lock
    std::lock_guard lock(slot.mutex);
    gone.swap(slot.events);
    if (gone) bytes_ -= gone->bytes;
  }
}

void BatchBuilder::add(ChangeBatch& batch, const std::shared_ptr<const CommitEvents>& events, std::uint32_t place,
                       const std::optional<std::string>& collection, const EventFilter& filter) {
  const auto before = batch.events_.size();
  for (const auto& [event, system] : events->entries) {
    if (event.place < place || (collection ? event.collection != *collection : system)) continue;
    if (filter.matches(event)) batch.events_.push_back(&event);
  }
  if (batch.events_.size() > before) batch.owners_.push_back(events);
}

bool Round::is_small() const noexcept {
  constexpr std::size_t kMost = 16'384;
  std::size_t changes = 0;
  for (const auto& commit : commits_) changes += commit->changes.size();
  return changes <= kMost;
}

std::shared_ptr<const ChangeBatch> Round::batch_after(Sequence sequence, const std::optional<std::string>& collection,
                                                      const EventFilter& filter) const {
  ChangeBatch batch;
  for (const auto& commit : commits_) {
    if (commit->sequence <= sequence) continue;
    for (std::uint32_t place = 0; place < commit->changes.size(); place += CommitEvents::kChunk)
      BatchBuilder::add(batch, shelf_.at(*commit, place), place, collection, filter);
  }
  return batch.empty() ? nullptr : std::make_shared<const ChangeBatch>(std::move(batch));
}

std::shared_ptr<const ChangeBatch> Round::batch(const std::optional<std::string>& collection,
                                                const EventFilter& filter) {
  for (const auto& made : made_)
    if (made.filter.is_same(filter) && made.collection == collection) return made.batch;
  auto shared = batch_after(after_, collection, filter);
  // Filters of one listener each are not worth being looked for among many.
  constexpr std::size_t kMostShared = 64;
  if (made_.size() < kMostShared) made_.push_back({collection, filter, shared});
  return shared;
}

}  // namespace aurora::facade
