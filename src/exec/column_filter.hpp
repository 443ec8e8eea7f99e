// Filters evaluated over columns: the candidates that conditions leave, told without opening a document.
// Called by selection.
#pragma once

#include <aurora/exec/indexed.hpp>
#include <aurora/plan/filter.hpp>

#include <optional>

namespace aurora::exec {

struct Narrowed {
  OrdinalSet left;
  bool exact = false;                      ///< the whole filter was asked, not only some of its conditions
  ColumnNotes columns;
};

/// Those of `candidates` that meet the filter, or the conditions of it that columns can tell; nothing when they can
/// tell none. Errors: Timeout.
[[nodiscard]] Result<std::optional<Narrowed>> narrow_by_columns(const plan::Filter& filter, const OrdinalSet& candidates,
                                                                const ColumnSource& source);

}  // namespace aurora::exec
