// A place in the sequence of commits, from which they are read in order and without a gap.
// Owned by listeners and subscriptions; reads the shared tail and, behind it, the durable change log.
//
//   next ──► commits at hand ──(none)──► tail ──(fell off it)──► change log ──(trimmed)──► Lag, once
//
// Nothing is kept for a cursor that is not asked: its place is a number, and publishing does not know it.
#pragma once

#include <aurora/commit/change_tail.hpp>

#include <deque>
#include <memory>
#include <optional>

namespace aurora::commit {

class Engine;

/// Commits that a cursor cannot give any more.
struct Gap {
  std::uint64_t commits = 0;     ///< how many
  Sequence resume = 0;           ///< the cursor goes on after this one
};

/// Threads: one thread at a time. Requires: the engine outlives it; calls hold an Entry.
class ChangeCursor {
 public:
  /// Gives the commits after `after`.
  ChangeCursor(Engine& engine, Sequence after) : engine_(engine), after_(after) {}

  /// Fetches what is there, if nothing is at hand. `gap` as in `next`. Errors: as next.
  [[nodiscard]] Status fetch(std::optional<Gap>& gap);
  /// The next commit; null while there is none. `gap` is set instead when the change log was trimmed before the
  /// cursor got there. Errors: Corruption of the log.
  [[nodiscard]] Result<std::shared_ptr<const Commit>> next(std::optional<Gap>& gap);
  /// Goes on behind `sequence`: what comes before was heard elsewhere.
  void skip_to(Sequence sequence) {
    ready_.clear();
    after_ = sequence;
  }
  /// The last commit given, or where the cursor began: every later one is still to come.
  [[nodiscard]] Sequence after() const noexcept { return after_; }

 private:
  Engine& engine_;
  Sequence after_;
  std::deque<std::shared_ptr<const Commit>> ready_;   // read and not yet given
};

/// What the change log tells of the commits after `after` up to the newest, appended to `out`; `gap` when it does
/// not reach back that far. Changes of collections that were dropped are left out; the catalog is today's.
/// Cost: the old records of all those commits are in memory at once; the log's own limit bounds them.
[[nodiscard]] Status read_log_after(Engine& engine, Sequence after, std::deque<std::shared_ptr<const Commit>>& out,
                                    std::optional<Gap>& gap);

}  // namespace aurora::commit
