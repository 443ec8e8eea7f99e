// windowFunc: values computed over the documents of a query in its order, one a document.
// Compiled with the projection that shows them; computed by the query once its page is known.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/bindings.hpp>

#include <string>
#include <vector>

namespace aurora::exec {

enum class WindowFunction : std::uint8_t {
  kRollingAvg, kRollingSum, kRollingMin, kRollingMax, kLag, kLead, kRank, kRowNumber, kCumSum,
};

struct WindowSpec {
  WindowFunction function = WindowFunction::kRowNumber;
  FieldPath path;
  bool sid = false;                     ///< reads `_sid`
  std::uint64_t size = 1;               ///< rows of a rolling window; offset of lag and lead
  std::string text;                     ///< as explain shows it: `rollingAvg(temp, 3)`
  aql::Offset at = 0;
};

/// Reads `windowFunc(field:, function:, windowSize:)`.
/// Errors: InvalidQuery for unknown functions, fields and arguments, for a rolling window without a size, for sizes
/// below 1, and for fields that hold no numbers under rollingAvg, rollingSum and cumSum.
[[nodiscard]] Result<WindowSpec> compile_window(const CollectionDef& collection, const aql::Selection& selection,
                                                const plan::Bindings& bindings);

/// The values for the rows of `page`, row by row, in each row in the order of `specs`. Windows run over all matching
/// documents in the query's order, after `distinct`, before offset, limit and cursors: a document has the same values
/// on whatever page it stands. Nulls are skipped by sums, averages, min and max; they have a rank.
/// `explanation` (may be null), holding the plan of the page, gets a Window on top.
/// Errors: TypeError when a sum leaves its range; LimitExceeded when the values need more than the sort budget.
/// Cost: O(rows), rank O(rows log rows); a second pass when `page` is not all of them.
[[nodiscard]] Result<std::vector<Value>> compute_windows(View& view, const DocumentQuery& query,
                                                         const std::vector<WindowSpec>& specs,
                                                         const std::vector<Row>& page, const plan::Bindings& bindings,
                                                         const ExecSettings& settings,
                                                         plan::Explanation* explanation);

}  // namespace aurora::exec
