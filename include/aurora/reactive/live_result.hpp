// A query's result that is kept up to date commit by commit. One class a way of doing it; owned by a live query.
//
//   LiveRows   documents in order: each commit edits the sorted rows
//   LiveTotals aggregates and groups: each commit takes out what its documents gave, and puts in what they give now
//   LiveRead   anything else: tells by what it read which commits may change it, and is then read again
//   LiveRoots  several of them, shown as one object
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/commit/change_tail.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/reactive/live_changes.hpp>
#include <aurora/reactive/route.hpp>

#include <functional>
#include <vector>

namespace aurora::reactive {

/// What a live query is compiled with, again when a definition changes.
struct LiveText {
  const aql::Operation& operation;
  const std::vector<aql::FragmentDefinition>& fragments;
  const plan::Bindings& bindings;
  const exec::ExecSettings& settings;
  const aql::Selection* field = nullptr;   ///< the root field that one result answers; null: they are all of the operation
};

/// The state at that sequence; null when it cannot be told any more.
using ViewAt = std::function<View*(Sequence)>;

/// Threads: one thread at a time. Errors: those of reading, and of expressions.
class LiveResult {
 public:
  enum class Effect : std::uint8_t {
    kNone,
    kChanged,   ///< the changes tell how
    kReread,    ///< it was read again at the commit; the changes tell how it differs, if it does
    kUnknown,   ///< it must be read again; it still is what it was before the commit
  };

  virtual ~LiveResult() = default;
  /// Makes it what the query gives on `view`. After an error it is nothing: read again.
  [[nodiscard]] virtual Status read(View& view) = 0;
  /// Appends to `changes` what the commit changes. Requires: the commits before it were applied. After an error it
  /// is what it was before.
  [[nodiscard]] virtual Result<Effect> apply(const commit::Commit& commit, const ViewAt& view_at,
                                             std::vector<LiveChange>& changes) = 0;
  [[nodiscard]] virtual std::vector<LiveRow> list() const = 0;
  /// True: the list is one row, which is the answer itself.
  [[nodiscard]] virtual bool is_whole() const { return false; }
  /// Whether documents of the collection were read for it.
  [[nodiscard]] virtual bool depends_on(CollectionId collection) const = 0;
  /// Only commits with a change on one of these routes can have an effect. They change when it is read again.
  [[nodiscard]] virtual std::vector<Route> routes() const = 0;
};

}  // namespace aurora::reactive
