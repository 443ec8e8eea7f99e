// One watched query: its text, its live query, its place in the commits. Private to the facade.
#pragma once

#include "state.hpp"

#include <aurora/reactive/live_query.hpp>
#include <aurora/watcher.hpp>

#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace aurora::facade {

/// Does not move: the live query borrows what stands here. Threads: one thread at a time.
class WatcherState {
 public:
  /// `parsed` is one query and its fragments.
  WatcherState(std::shared_ptr<State> state, std::shared_ptr<const ParsedText> parsed, Object variables,
               WatchOptions options, DateTime now);
  WatcherState(const WatcherState&) = delete;
  WatcherState& operator=(const WatcherState&) = delete;

  /// Reads the first result. Requires: an engine entry is held. Errors: those of the query.
  [[nodiscard]] Status open();
  [[nodiscard]] Result<std::optional<WatchUpdate>> poll(std::chrono::milliseconds timeout);
  /// Everything that has come, as one update.
  [[nodiscard]] Result<std::optional<WatchUpdate>> poll_sum();
  [[nodiscard]] const std::vector<WatchedRow>& initial() const noexcept { return initial_; }
  [[nodiscard]] std::vector<WatchedRow> current() const;
  [[nodiscard]] std::uint64_t sequence() const noexcept { return given_at_; }
  [[nodiscard]] WatchStats stats() const noexcept;

  // ---- for who hears commits from elsewhere
  /// Applies one commit; those that cannot concern it may be left out. Requires: an engine entry is held.
  [[nodiscard]] Status take(const commit::Commit& commit, reactive::LiveBatch& batch);
  /// Applies commits up to the first that changes the result; false when none of those that are there does.
  /// Requires: as take.
  [[nodiscard]] Result<bool> look(reactive::LiveBatch& batch);
  [[nodiscard]] WatchUpdate give(reactive::LiveBatch batch);
  [[nodiscard]] const reactive::LiveQuery& live() const noexcept { return *live_; }
  [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }
  [[nodiscard]] std::chrono::milliseconds debounce() const noexcept { return options_.debounce; }
  /// With debounce: when what changed is given.
  [[nodiscard]] std::optional<std::chrono::steady_clock::time_point> due() const noexcept { return due_; }

  // ---- for groups
  /// From here on updates are sums, up to sequences that others choose.
  void join_group();
  /// Makes the list that of `view`, whose commits are in the tail. Requires: an engine entry is held.
  [[nodiscard]] Status advance_to(View& view);
  /// What changed since the last one was given; without changes when nothing did.
  [[nodiscard]] WatchUpdate give_sum(Sequence sequence);

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool gathers() const noexcept { return grouped_ || options_.debounce.count() > 0; }
  [[nodiscard]] Status step(reactive::LiveBatch& batch);
  [[nodiscard]] Status apply(const commit::Commit& commit, reactive::LiveBatch& batch);
  [[nodiscard]] std::unique_ptr<View> state_at(Sequence sequence) const;
  [[nodiscard]] Status refresh(reactive::LiveBatch& batch);
  [[nodiscard]] Result<std::optional<WatchUpdate>> gather();

  const std::shared_ptr<State> state_;
  const std::shared_ptr<const ParsedText> parsed_;
  const Object variables_;
  const WatchOptions options_;
  plan::Bindings bindings_;
  std::unique_ptr<reactive::LiveQuery> live_;
  std::deque<std::shared_ptr<const commit::Commit>> ready_;   // read and not yet applied
  std::vector<WatchedRow> initial_;
  std::uint64_t given_at_ = 0;
  std::uint64_t updates_ = 0;
  bool grouped_ = false;
  // With debounce, and in groups:
  std::vector<reactive::LiveRow> given_;                      // the list after the last update
  std::optional<Clock::time_point> due_;                      // when what changed since is given
};

}  // namespace aurora::facade
