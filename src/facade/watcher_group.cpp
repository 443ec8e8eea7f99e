// Body of groups of watchers. Called by users; calls the states of watchers.
#include <aurora/watcher_group.hpp>

#include "watcher_state.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>

namespace aurora {

std::size_t WatcherGroup::add(Watcher watcher) {
  if (!watchers_.empty() && watchers_.front().state_->state() != watcher.state_->state())
    throw Error(ErrorCode::kInvalidOperation,
                "a group of watchers moves through the commits of one database; this one watches another");
  watcher.state_->join_group();
  sequence_ = std::max(sequence_, watcher.sequence());
  behind_ = true;
  watchers_.push_back(std::move(watcher));
  return watchers_.size() - 1;
}

Result<std::optional<GroupUpdate>> WatcherGroup::advance() {
  auto& engine = watchers_.front().state_->state()->engine();
  AURORA_ASSIGN(const auto entry, engine.enter());
  auto view = engine.view();
  if (view.sequence() <= sequence_ && !behind_) return std::optional<GroupUpdate>();
  // A commit is in the tail right after it is published.
  static_cast<void>(engine.tail().wait_after(view.sequence() - 1, std::chrono::steady_clock::now() + std::chrono::seconds(1)));
  behind_ = true;
  for (const auto& watcher : watchers_) AURORA_TRY(watcher.state_->advance_to(view));
  behind_ = false;
  sequence_ = view.sequence();
  GroupUpdate update{sequence_, {}};
  bool changed = false;
  for (const auto& watcher : watchers_) {
    update.parts.push_back(watcher.state_->give_sum(sequence_));
    changed = changed || !update.parts.back().changes.empty();
  }
  return changed ? std::optional(std::move(update)) : std::nullopt;
}

Result<std::optional<GroupUpdate>> WatcherGroup::poll(std::chrono::milliseconds timeout) {
  using Steady = std::chrono::steady_clock;
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
  if (watchers_.empty())
    return Error(ErrorCode::kInvalidOperation, "there is no watcher in the group; add those that shall move together");
  const auto deadline = Steady::now() + std::clamp(timeout, std::chrono::milliseconds(0), kLongest);
  for (;;) {
    AURORA_ASSIGN(auto update, advance());
    if (update || Steady::now() >= deadline) return update;
    // No entry is held while waiting, so that the database can be closed.
    static_cast<void>(watchers_.front().state_->state()->engine().tail().wait_after(sequence_, deadline));
  }
}

}  // namespace aurora
