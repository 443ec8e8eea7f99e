// Finding documents: filter, order, distinct, offset, limit over a view. Called by queries and mutations.
#pragma once

#include <aurora/exec/view.hpp>
#include <aurora/plan/access.hpp>
#include <aurora/plan/filter.hpp>
#include <aurora/text/search.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <vector>

namespace aurora::exec {

struct SortTerm {
  plan::Subject subject = plan::Subject::kPath;
  bool score = false;                      ///< by the score of the search; `subject` and `path` say nothing
  FieldPath path;
  bool descending = false;
  bool nulls_first = true;                 ///< already resolved: ascending first, descending last, or as written
};

/// The order of a search: best first.
[[nodiscard]] inline SortTerm by_score() {
  SortTerm term;
  term.score = true;
  term.descending = true;
  term.nulls_first = false;
  return term;
}

/// The place of a row in a query's order: its sort values, then its natural place.
struct Position {
  std::vector<Value> values;
  Ordinal ordinal = 0;
  Uuid sid;
};

/// What to find. Ties, and no order at all, go by natural order.
struct DocumentQuery {
  std::shared_ptr<const CollectionDef> collection;
  std::shared_ptr<const plan::Filter> filter;
  std::shared_ptr<const text::Search> search;   ///< what must be found besides; null: nothing
  std::vector<SortTerm> order;
  std::optional<FieldPath> distinct;
  std::uint64_t offset = 0;
  std::optional<std::uint64_t> limit;
  std::optional<Position> after;           ///< only rows behind this place
  std::optional<Position> before;          ///< only rows before this place
  bool one_more = false;                   ///< one row beyond the limit is found too: it tells that there are more
  bool backward = false;                   ///< the last `limit` rows instead of the first; still in query order
  const IndexDef* only_index = nullptr;    ///< @useIndex
  /// Virtual computed fields that the rows must hold, beside those of filter, order and distinct.
  std::vector<FieldId> computed;
};

class ReadShapes;   // read_shapes.hpp

/// How queries run here, for the settings matrix of the tests.
struct ExecSettings {
  bool use_indexes = true;
  /// Most bytes of documents and keys one sort or distinct may hold; then LimitExceeded.
  std::uint64_t sort_bytes = 1ull << 30;
  /// When reading must end, with a Timeout.
  std::optional<std::chrono::steady_clock::time_point> deadline;
  /// Remembers what was read, for proposals of indexes; null: nobody wants to know.
  ReadShapes* shapes = nullptr;
};

struct Row {
  Ordinal ordinal = 0;
  RecordRef record;
  double score = 0;                        ///< of the search; 0 without one
};

/// The matching documents in order. `explanation` (may be null) gets plan and counts.
/// Cost: documents examined are those the indexes leave, or, with a limit and an index in the wanted order, as
/// many as it takes.
[[nodiscard]] Result<std::vector<Row>> select(View& view, const DocumentQuery& query, const ExecSettings& settings,
                                              plan::Explanation* explanation);

/// A row while it is looked at: its record may be one that is only lent (copies of the reference count as usual).
struct RowAtHand {
  Ordinal ordinal = 0;
  const RecordRef& record;
  double score = 0;                        ///< of the search
  std::uint64_t most = 0;                  ///< how many rows there will be, or more
};
using RowVisit = std::function<Status(const RowAtHand&)>;

/// As `select`, for whoever needs each row once: in natural order they are visited as they are read, and none is kept.
/// Errors: those of `visit` too.
[[nodiscard]] Status each_row(View& view, const DocumentQuery& query, const ExecSettings& settings, const RowVisit& visit);

/// Some fields of a row while it is looked at; the values are only lent.
struct FieldsAtHand {
  std::span<const ValueView> values;       ///< as they were asked for
  std::uint64_t most = 0;                  ///< as in RowAtHand
};
using FieldsVisit = std::function<Status(const FieldsAtHand&)>;

/// As `each_row`, for whoever needs these fields alone: from columns where they are kept, without opening a document.
/// The values are those that read_path finds in the documents. `explanation` may be null. Requires: no path leads to a
/// virtual computed field, unless the query's `computed` names it.
[[nodiscard]] Status each_fields(View& view, const DocumentQuery& query, std::span<const FieldPath> fields,
                                 const ExecSettings& settings, plan::Explanation* explanation,
                                 const FieldsVisit& visit);

struct IndexedMatches;   // indexed.hpp

/// Calls `visit` for every matching document, whatever offset and limit say, until it returns an error. In query
/// order when `ordered`, else in natural order. When indexes alone tell the matches and their order does not matter,
/// `visit_all` is asked first: if it answers true, nobody needs the documents.
[[nodiscard]] Status visit_matches(View& view, const DocumentQuery& query, bool ordered, const ExecSettings& settings,
                                   plan::Explanation* explanation, const std::function<Status(const Row&)>& visit,
                                   const std::function<Result<bool>(IndexedMatches&)>& visit_all = {});

/// How many documents match, whatever offset and limit say. Opens no document when indexes answer alone.
[[nodiscard]] Result<std::uint64_t> count(View& view, const DocumentQuery& query, const ExecSettings& settings,
                                          plan::Explanation* explanation);

}  // namespace aurora::exec
