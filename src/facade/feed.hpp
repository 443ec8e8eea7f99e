// What listeners and streams share: walking the changes of commits, waiting for more, telling of gaps.
// Private to the facade.
#pragma once

#include "state.hpp"

#include <aurora/commit/change_cursor.hpp>
#include <aurora/listener.hpp>

#include <functional>
#include <utility>

namespace aurora::facade {

/// Threads: one thread at a time.
class Feed {
 public:
  /// Requires: an engine entry is held.
  Feed(std::shared_ptr<State> state, Sequence after) : state_(std::move(state)), cursor_(state_->engine(), after) {}

  /// Errors: LimitExceeded when what comes after the start is no longer there. Requires: an engine entry is held.
  [[nodiscard]] Status check_start();

  /// Calls `begin(commit)` for each commit, which may have no changes, and `take(commit, place)` for change after change until it returns true, then true. False when nothing was
  /// taken within `timeout`. No entry is held while waiting, so that the database can be closed.
  using Begin = std::function<Status(const commit::Commit& commit)>;
  using Take = std::function<Result<bool>(const commit::Commit& commit, std::uint32_t place)>;
  [[nodiscard]] Result<bool> next(std::chrono::milliseconds timeout, const Begin& begin, const Take& take);

  [[nodiscard]] Sequence resume_after() const noexcept;
  /// True when a commit is under way.
  [[nodiscard]] bool is_within_commit() const noexcept { return commit_ && place_ < commit_->changes.size(); }
  /// Goes on behind `sequence`: what comes before was heard elsewhere. Requires: no commit is under way.
  void skip_to(Sequence sequence) { cursor_.skip_to(sequence); }
  [[nodiscard]] Lag lag() const noexcept { return lag_; }
  [[nodiscard]] State& state() noexcept { return *state_; }

 private:
  [[nodiscard]] Result<bool> look(const Begin& begin, const Take& take);
  [[nodiscard]] Error behind(const commit::Gap& gap);

  std::shared_ptr<State> state_;
  commit::ChangeCursor cursor_;
  std::shared_ptr<const commit::Commit> commit_;   // under way
  std::size_t place_ = 0;                          // the next change in it
  Lag lag_;
};

}  // namespace aurora::facade
