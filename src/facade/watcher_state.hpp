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
  [[nodiscard]] const std::vector<WatchedRow>& initial() const noexcept { return initial_; }
  [[nodiscard]] std::vector<WatchedRow> current() const;
  [[nodiscard]] std::uint64_t sequence() const noexcept { return given_at_; }
  [[nodiscard]] WatchStats stats() const noexcept;

 private:
  using Clock = std::chrono::steady_clock;

  [[nodiscard]] bool gathers() const noexcept { return options_.debounce.count() > 0; }
  [[nodiscard]] Result<bool> look(reactive::LiveBatch& batch);
  [[nodiscard]] Status step(reactive::LiveBatch& batch);
  [[nodiscard]] Result<std::optional<WatchUpdate>> gather();
  [[nodiscard]] WatchUpdate give(reactive::LiveBatch batch);

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
  // With debounce:
  std::vector<reactive::LiveRow> given_;                      // the list after the last update
  std::optional<Clock::time_point> due_;                      // when what changed since is given
};

}  // namespace aurora::facade
