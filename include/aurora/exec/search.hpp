// The argument `search` of a query, and searches on a view: committed index and uncommitted documents together.
// Called by queries and selection; calls the text room.
#pragma once

#include <aurora/exec/view.hpp>
#include <aurora/plan/bindings.hpp>
#include <aurora/text/search.hpp>

#include <memory>
#include <vector>

namespace aurora::exec {

/// Reads `{query, fields, fuzzy, minScore, operator}`. Null when the argument was not given.
/// Errors: InvalidQuery for unknown arguments and fields (nearest name), for `fuzzy` outside 0–2 and a bad operator;
/// TypeError for values of another kind; InvalidOperation for a field without a full-text index.
[[nodiscard]] Result<std::shared_ptr<const text::Search>> read_search(std::shared_ptr<const CollectionDef> collection,
                                                                      const plan::Argument& argument,
                                                                      const plan::Bindings& bindings);

/// The full-text index on a field. Errors: InvalidQuery for an unknown field, InvalidOperation saying how to add it.
[[nodiscard]] Result<FieldPath> searched_field(const CollectionDef& collection, std::string_view name);

/// What the search finds in the view, rising; only documents of `allowed`, if given.
[[nodiscard]] Result<std::vector<text::Hit>> run_search(View& view, const text::Search& search,
                                                        const OrdinalSet* allowed);

}  // namespace aurora::exec
