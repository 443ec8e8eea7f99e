// Body of one watched query. Called by watchers and by the consumers of the announcer; calls live queries.
#include "watcher_state.hpp"

#include "reactive/past_view.hpp"

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>

#include <algorithm>
#include <utility>

namespace aurora::facade {

namespace {

// Far enough that nobody waits for it, near enough that the clock can count to it.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
// Commits taken at once, so that a fast reader does not meet the publisher's lock at each.
constexpr std::size_t kBatch = 64;
// What is read again commit by commit may be so many behind; then it is read once for all of them.
constexpr std::size_t kMostUndone = 256;

std::vector<WatchedRow> rows_of(std::vector<reactive::LiveRow> list) {
  std::vector<WatchedRow> rows;
  rows.reserve(list.size());
  for (auto& row : list) rows.emplace_back(std::move(row.text));
  return rows;
}

}  // namespace

WatcherState::WatcherState(std::shared_ptr<State> state, std::shared_ptr<const ParsedText> parsed, Object variables,
                           WatchOptions options, DateTime now)
    : state_(std::move(state)), parsed_(std::move(parsed)), variables_(std::move(variables)),
      options_(std::move(options)) {
  bindings_.text = parsed_->text;
  bindings_.variables = &variables_;
  bindings_.now = now;
  bindings_.limits = state_->limits();
  bindings_.role = options_.role;
}

Status WatcherState::open() {
  return within_memory([&]() -> Status {
    auto view = state_->engine().view(bindings_.now);
    AURORA_ASSIGN(live_, reactive::LiveQuery::open({parsed_->document.operations.front(), parsed_->document.fragments,
                                                    bindings_, state_->settings()},
                                                   view));
    initial_ = rows_of(live_->list());
    given_at_ = live_->sequence();
    if (gathers()) given_ = live_->list();
    return {};
  });
}

// Brings the live query one commit further, or up to now when it must be read again.
Status WatcherState::step(reactive::LiveBatch& batch) {
  // Later commits are not there any more: the sum of them is.
  if (ready_.empty() && !state_->engine().tail().read_after(live_->sequence(), kBatch, ready_)) return refresh(batch);
  if (ready_.empty()) return {};
  const auto commit = std::move(ready_.front());
  ready_.pop_front();
  return apply(*commit, batch);
}

Status WatcherState::apply(const commit::Commit& commit, reactive::LiveBatch& batch) {
  std::unique_ptr<View> view;
  const auto view_at = [&](Sequence sequence) { return (view = state_at(sequence)).get(); };
  AURORA_ASSIGN(const bool applied, live_->apply(commit, view_at, batch));
  return applied ? Status() : refresh(batch);
}

// The current state with the later commits undone. Null when they are too many, not all there or changed definitions.
std::unique_ptr<View> WatcherState::state_at(Sequence sequence) const {
  auto current = state_->engine().view();
  if (current.sequence() == sequence) return std::make_unique<commit::SnapshotView>(std::move(current));
  std::deque<std::shared_ptr<const commit::Commit>> later;
  if (!state_->engine().tail().read_after(sequence, kMostUndone + 1, later)) return nullptr;
  while (!later.empty() && later.back()->sequence > current.sequence()) later.pop_back();
  if (later.empty() || later.size() > kMostUndone || later.back()->sequence != current.sequence()) return nullptr;
  for (const auto& commit : later)
    if (commit->catalog_changed) return nullptr;
  return std::make_unique<reactive::PastView>(std::move(current), sequence, later);
}

Status WatcherState::refresh(reactive::LiveBatch& batch) {
  ready_.clear();
  auto view = state_->engine().view();
  return live_->refresh(view, batch);
}

Status WatcherState::take(const commit::Commit& commit, reactive::LiveBatch& batch) {
  return within_memory([&] { return apply(commit, batch); });
}

// Writers may be faster than this: it looks as far as there is something now.
Result<bool> WatcherState::look(reactive::LiveBatch& batch) {
  return within_memory([&]() -> Result<bool> {
    const auto newest = state_->engine().snapshots().current_sequence();
    while (live_->sequence() < newest) {
      const auto before = live_->sequence();
      AURORA_TRY(step(batch));
      if (!batch.changes.empty()) return true;
      if (live_->sequence() == before) return false;   // published, and not in the tail yet
    }
    return false;
  });
}

WatchUpdate WatcherState::give(reactive::LiveBatch batch) {
  WatchUpdate update;
  update.sequence = given_at_ = batch.sequence;
  update.changes.reserve(batch.changes.size());
  for (auto& change : batch.changes) {
    using Kind = reactive::LiveChange::Kind;
    const auto type = change.kind == Kind::kAdded     ? WatchChangeType::kAdded
                      : change.kind == Kind::kRemoved ? WatchChangeType::kRemoved
                                                      : WatchChangeType::kModified;
    update.changes.push_back({type, change.old_position, change.position, WatchedRow(std::move(change.old_row)),
                              WatchedRow(std::move(change.row))});
  }
  ++updates_;
  return update;
}

// With debounce: hears everything at once, and gives the sum when it is due.
Result<std::optional<WatchUpdate>> WatcherState::gather() {
  for (;;) {
    reactive::LiveBatch batch;
    AURORA_ASSIGN(const bool changed, look(batch));
    if (!changed) break;
    if (!due_) due_ = Clock::now() + options_.debounce;
  }
  if (!due_ || Clock::now() < *due_) return std::optional<WatchUpdate>();
  due_.reset();
  auto list = live_->list();
  reactive::LiveBatch sum{live_->sequence(), reactive::compare_lists(given_, list)};
  given_ = std::move(list);
  if (sum.changes.empty()) return std::optional<WatchUpdate>();
  return std::optional(give(std::move(sum)));
}

Result<std::optional<WatchUpdate>> WatcherState::poll(std::chrono::milliseconds timeout) {
  const auto deadline = Clock::now() + std::clamp(timeout, std::chrono::milliseconds(0), kLongest);
  for (;;) {
    {
      AURORA_ASSIGN(const auto entry, state_->engine().enter());
      if (gathers()) {
        AURORA_ASSIGN(auto update, gather());
        if (update) return update;
      } else {
        reactive::LiveBatch batch;
        AURORA_ASSIGN(const bool changed, look(batch));
        if (changed) return std::optional(give(std::move(batch)));
      }
    }
    if (Clock::now() >= deadline) return std::optional<WatchUpdate>();
    // No entry is held while waiting, so that the database can be closed.
    static_cast<void>(state_->engine().tail().wait_after(live_->sequence(), due_ ? std::min(*due_, deadline) : deadline));
  }
}

Result<std::optional<WatchUpdate>> WatcherState::poll_sum() {
  AURORA_ASSIGN(const auto entry, state_->engine().enter());
  const auto before = gathers() ? given_ : live_->list();
  for (bool changed = true; changed;) {
    reactive::LiveBatch batch;
    AURORA_ASSIGN(changed, look(batch));
  }
  due_.reset();
  auto list = live_->list();
  reactive::LiveBatch sum{live_->sequence(), reactive::compare_lists(before, list)};
  if (gathers()) given_ = std::move(list);
  if (sum.changes.empty()) return std::optional<WatchUpdate>();
  return std::optional(give(std::move(sum)));
}

void WatcherState::join_group() {
  if (!gathers()) given_ = live_->list();
  grouped_ = true;
}

Status WatcherState::advance_to(View& view) {
  return within_memory([&]() -> Status {
    while (live_->sequence() < view.sequence()) {
      reactive::LiveBatch batch;
      if (ready_.empty() && !state_->engine().tail().read_after(live_->sequence(), kBatch, ready_)) {
        AURORA_TRY(live_->refresh(view, batch));
        break;
      }
      if (ready_.empty() || ready_.front()->sequence > view.sequence()) break;
      const auto commit = std::move(ready_.front());
      ready_.pop_front();
      std::unique_ptr<View> past;
      const auto view_at = [&](Sequence sequence) -> View* {
        return sequence == view.sequence() ? &view : (past = state_at(sequence)).get();
      };
      AURORA_ASSIGN(const bool applied, live_->apply(*commit, view_at, batch));
      if (applied) continue;
      ready_.clear();
      AURORA_TRY(live_->refresh(view, batch));
    }
    return {};
  });
}

WatchUpdate WatcherState::give_sum(Sequence sequence) {
  auto list = live_->list();
  reactive::LiveBatch sum{sequence, reactive::compare_lists(given_, list)};
  given_ = std::move(list);
  given_at_ = sequence;
  if (sum.changes.empty()) return {sequence, {}};
  return give(std::move(sum));
}

std::vector<WatchedRow> WatcherState::current() const { return rows_of(gathers() ? given_ : live_->list()); }

WatchStats WatcherState::stats() const noexcept {
  const auto& figures = live_->figures();
  return {figures.commits, figures.edits, figures.requeries, updates_};
}

}  // namespace aurora::facade
