// The first rows of an order, told by columns: documents are opened for those rows only. Called by selection.
#pragma once

#include <aurora/exec/indexed.hpp>

#include "places.hpp"

#include <optional>
#include <vector>

namespace aurora::exec {

struct OrderBounds {
  const std::optional<Bound>& after;
  const std::optional<Bound>& before;
};

/// The first `count` of the matches in the query's order, or the last ones in the reverse of it when the query walks
/// backward, within the bounds; nothing when columns cannot tell the order. Notes in `columns` what was read.
/// Errors: Timeout.
[[nodiscard]] Result<std::optional<std::vector<Ordinal>>> best_by_columns(const DocumentQuery& query,
                                                                          const OrdinalSet& matches, std::uint64_t count,
                                                                          const OrderBounds& bounds,
                                                                          const ColumnSource& source,
                                                                          ColumnNotes& columns);

}  // namespace aurora::exec
