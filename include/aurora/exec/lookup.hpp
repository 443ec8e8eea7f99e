// lookup: documents of another collection beside those of a selection, joined by equal values of two fields.
// Compiled with the projection it stands in; found for all rows of a result at once, one probe a distinct key.
#pragma once

#include <aurora/exec/key_search.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/explain.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::exec {

/// One lookup of a projection. Immutable.
struct LookupPlan {
  std::string name;                            ///< result key
  KeyField local;                              ///< in the collection of the rows
  KeyField foreign;
  bool list = false;                           ///< a list, however many are found: `many`, or a list local field
  bool list_by_value = false;                  ///< undeclared local field: a list where it holds one
  std::shared_ptr<const plan::Filter> filter;  ///< null: all
  std::vector<SortTerm> order;
  std::optional<std::uint64_t> limit;          ///< of each row
  Projection projection;                       ///< of what is found
};

/// True for `lookup(…)`, unless it is a field of that name.
[[nodiscard]] bool is_lookup(const CollectionDef& collection, const aql::Selection& selection);
/// True for a field with @relation and a selection of its own: `author: author_id { name }`.
[[nodiscard]] bool is_relation_lookup(const CollectionDef& collection, const aql::Selection& selection);

/// Reads either of them. Errors: CollectionNotFound; InvalidQuery for unknown fields and arguments, missing ones and
/// a negative limit; TypeError; those of `where`, `orderBy` and the selection; all with their place.
[[nodiscard]] Result<std::shared_ptr<const LookupPlan>> compile_lookup(const CollectionDef& collection,
                                                                       const aql::Selection& selection,
                                                                       const ProjectionContext& context);

/// What the lookups of a projection found for the rows of one result.
/// Immutable, cheap to copy. Threads: const use from any thread. Owns: the records found.
class LookupResults {
 public:
  /// Errors: LimitExceeded when the documents found need more than `settings.sort_bytes`; those of reading.
  /// Cost: for each lookup one probe a distinct key of all rows, or one pass over the collection without an index.
  [[nodiscard]] static Result<LookupResults> find(View& view, const Projection& projection,
                                                  std::span<const RecordView> rows, const ExecSettings& settings);
  /// Appends what lookup `lookup` (its place in Projection::lookups) found for row `row`, as JSON.
  /// Errors: those of expressions in its selection.
  [[nodiscard]] Status append(std::string& out, std::size_t lookup, std::size_t row) const;
  /// The same as a value, for expressions that read it: whole documents, with what their selection names on top; with
  /// a `member`, that one alone of each. Errors: those of expressions and computed fields.
  [[nodiscard]] Result<Value> value(std::size_t lookup, std::size_t row, std::string_view member) const;
  /// Puts a Lookup over the plan for each of them.
  void explain(plan::Explanation& explanation) const;

 private:
  struct One;
  class Finder;
  [[nodiscard]] static Result<Value> document(const One& one, std::uint32_t match, std::string_view member);
  [[nodiscard]] static plan::PlanNode over(const One& one, plan::PlanNode rows, plan::Explanation& explanation);

  std::vector<std::shared_ptr<const One>> each_;
};

}  // namespace aurora::exec
