// A query whose result follows the commits: compiled once, read once, then told of each commit in order.
// Owned by watchers; asks a LiveResult.
//
//   open ──► list at sequence S ──► apply(S+1) apply(S+2) … ──(cannot tell)──► refresh(current state S') ──► apply(S'+1) …
//
// Invariants:
//   L1  what `list` gives is what the query gives at `sequence`; "now" in its text is that of when it was opened,
//       computed fields that read the time are as of when their row was last made.
//   L2  the changes given since some list, applied to it in order, make the present one; positions as in
//       live_changes.hpp.
//   L3  no changes are given when the texts of the list are the same as before.
#pragma once

#include <aurora/reactive/live_result.hpp>

#include <memory>
#include <vector>

namespace aurora::reactive {

/// What happened from one sequence to a later one.
struct LiveBatch {
  Sequence sequence = 0;
  std::vector<LiveChange> changes;
};

/// How a live query did.
struct LiveFigures {
  std::uint64_t commits = 0;      ///< looked at
  std::uint64_t edits = 0;        ///< of those, how many changed the list in place
  std::uint64_t requeries = 0;    ///< how often it was read again
};

/// Borrows the text. Threads: one thread at a time.
class LiveQuery {
 public:
  /// Errors: those of the query; InvalidOperation for what cannot be watched.
  [[nodiscard]] static Result<std::unique_ptr<LiveQuery>> open(const LiveText& text, View& view);

  [[nodiscard]] Sequence sequence() const noexcept { return sequence_; }
  [[nodiscard]] std::vector<LiveRow> list() const { return result_->list(); }
  /// As of its result; they change with figures().requeries.
  [[nodiscard]] std::vector<Route> routes() const { return result_->routes(); }
  [[nodiscard]] const LiveFigures& figures() const noexcept { return figures_; }

  /// Takes the next commit; older ones are passed over. False when the list must be made anew by `refresh`; it still
  /// is what it was. Errors: as refresh.
  [[nodiscard]] Result<bool> apply(const commit::Commit& commit, const ViewAt& view_at, LiveBatch& batch);
  /// Makes the list that of `view`. Errors: those of the query on the definitions of then, with their place; the next
  /// refresh tries again, the list is what it was.
  [[nodiscard]] Status refresh(View& view, LiveBatch& batch);

 private:
  explicit LiveQuery(const LiveText& text);
  [[nodiscard]] Status find_fields();
  [[nodiscard]] Result<std::unique_ptr<LiveResult>> make(const Catalog& catalog) const;
  [[nodiscard]] static Result<std::unique_ptr<LiveResult>> make_root(const LiveText& text, const Catalog& catalog);
  [[nodiscard]] Result<std::unique_ptr<LiveResult>> read(View& view) const;
  [[nodiscard]] bool is_redefined(const Catalog& catalog) const;

  LiveText text_;                             // with the field, if it is one
  std::vector<const aql::Selection*> fields_; // those that are not left out
  std::unique_ptr<LiveResult> result_;
  std::vector<Catalog::Entry> definitions_;   // of what the result depends on
  Sequence sequence_ = 0;
  bool stale_ = false;                        // only a refresh helps
  LiveFigures figures_;
};

}  // namespace aurora::reactive
