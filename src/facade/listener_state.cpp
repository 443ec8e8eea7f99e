// Body of one listener. Called by listeners and by the consumers of the announcer; calls feeds and shared events.
#include "listener_state.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <utility>

namespace aurora::facade {

ListenerState::ListenerState(std::shared_ptr<State> state, Sequence after, std::optional<std::string> collection,
                             EventFilter filter)
    : feed_(std::move(state), after), collection_(std::move(collection)), filter_(std::move(filter)) {
  feed_.state().listener_counts().add(collection_);
}

ListenerState::~ListenerState() {
  if (!feed_.state().listener_counts().remove(collection_)) feed_.state().event_shelf().clear();
}

bool ListenerState::concerns(const commit::Commit& commit, std::uint32_t place) const {
  const auto definition = commit.catalog->find(commit.changes[place].collection);
  return definition && (collection_ ? definition->name == *collection_ : !definition->system);
}

const std::shared_ptr<const CommitEvents>& ListenerState::events_at(const commit::Commit& commit, std::uint32_t place) {
  const bool at_hand = events_ && events_->sequence == commit.sequence && place >= events_->first && place < events_->end;
  if (!at_hand) events_ = feed_.state().event_shelf().at(commit, place);
  return events_;
}

const ChangeEvent* ListenerState::event_at(const commit::Commit& commit, std::uint32_t place) {
  // Its place among the entries is that of the change, less those left out before it.
  const auto& entries = events_at(commit, place)->entries;
  auto at = std::min<std::size_t>(entries.size(), place - events_->first + 1);
  while (at > 0 && entries[at - 1].event.place > place) --at;
  return at > 0 && entries[at - 1].event.place == place ? &entries[at - 1].event : nullptr;
}

Result<std::optional<ChangeEvent>> ListenerState::poll(std::chrono::milliseconds timeout) {
  if (held_) return *std::exchange(held_, std::nullopt);
  std::optional<ChangeEvent> found;
  const auto begin = [](const commit::Commit&) { return Status(); };
  const auto take = [&](const commit::Commit& commit, std::uint32_t place) -> Result<bool> {
    if (!concerns(commit, place)) return false;
    const auto* event = event_at(commit, place);
    if (event == nullptr || !filter_.matches(*event)) return false;
    found = *event;
    return true;
  };
  AURORA_TRY(feed_.next(timeout, begin, take));
  return found;
}

Result<ChangeBatch> ListenerState::poll_batch(std::chrono::milliseconds timeout, std::size_t most) {
  if (held_) return *std::exchange(held_, std::nullopt);
  ChangeBatch batch;
  const auto begin = [](const commit::Commit&) { return Status(); };
  // Chunk by chunk: the first change of one that may concern it brings the others along.
  const auto take = [&](const commit::Commit& commit, std::uint32_t place) -> Result<bool> {
    const bool taken = events_ && events_->sequence == commit.sequence && place >= events_->first &&
                       place < events_->end && taken_ == events_;
    if (!taken && concerns(commit, place)) {
      BatchBuilder::add(batch, events_at(commit, place), place, collection_, filter_);
      taken_ = events_;
    }
    return !batch.empty() && place + 1 == commit.changes.size();
  };
  auto looked = feed_.next(timeout, begin, take);
  while (looked && *looked && batch.size() < most) looked = feed_.next({}, begin, take);
  taken_ = nullptr;
  if (!looked) {
    if (batch.empty()) return looked.error();
    held_ = looked.error();
  }
  return batch;
}

bool ListenerState::take_round(Round& round, std::shared_ptr<const ChangeBatch>& batch) {
  const auto heard = feed_.resume_after();
  if (held_ || feed_.is_within_commit() || heard < round.after() || !round.is_small()) return false;
  if (heard >= round.upto()) return true;
  // One that caught up by itself may be ahead; from here on it is in step with the others.
  batch = heard == round.after() ? round.batch(collection_, filter_) : round.batch_after(heard, collection_, filter_);
  feed_.skip_to(round.upto());
  return true;
}

}  // namespace aurora::facade
