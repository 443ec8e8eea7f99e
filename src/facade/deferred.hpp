// What @defer left out of a result, and the state it was left out of. Private to the facade.
#pragma once

#include "state.hpp"

#include <aurora/exec/defer.hpp>
#include <aurora/plan/bindings.hpp>

#include <mutex>
#include <string>
#include <vector>

namespace aurora::facade {

/// Held by the results of one execution; yields the left-out values as they were when it ran. Until the last of these
/// results is gone, the snapshot of each query that deferred something stays pinned: old versions of documents changed
/// since are kept for it. Inside a transaction, whose state nobody can hold, the values are read at once and kept.
/// Threads: any.
class Deferred {
 public:
  Deferred(std::shared_ptr<State> state, std::shared_ptr<const ParsedText> parsed, std::string role, DateTime now)
      : state_(std::move(state)), parsed_(std::move(parsed)), role_(std::move(role)), now_(now) {}

  struct Field {
    std::string key;
    aql::Selection selection;
    std::vector<aql::Directive> directives;    // of its operation
  };
  /// One query operation: its snapshot and its root fields.
  struct Part {
    std::shared_ptr<View> view;                // null: `json` holds the values
    Object variables;
    std::vector<Field> fields;
    std::string json;                          // "\"key\":value,…"
  };

  /// Adds what one query left out; reads it now through `view` when there is no state to hold.
  [[nodiscard]] Status add(Part part, View& view);
  /// Errors: Closed once the database is.
  [[nodiscard]] Result<QueryResult> fetch();

 private:
  [[nodiscard]] Status read(View& view, const Part& part, std::string& out) const;

  const std::shared_ptr<State> state_;         // first: outlives the views, which point into the engine
  const std::shared_ptr<const ParsedText> parsed_;
  const std::string role_;
  const DateTime now_;
  std::mutex mutex_;                           // a view serves one thread at a time
  std::vector<Part> parts_;
};

}  // namespace aurora::facade
