// `score` and `highlight(field:)` in the selections of a searched query. Private to projections.
#pragma once

#include <aurora/exec/projection.hpp>

namespace aurora::exec {

/// Whether the selection is one of them, and not a field that happens to have the name.
[[nodiscard]] bool is_search_selection(const CollectionDef& collection, const aql::Selection& selection,
                                       const text::Search* search);
/// Errors: InvalidQuery without a search, for unknown arguments and fields; InvalidOperation for a field without a
/// full-text index; TypeError.
[[nodiscard]] Result<ProjectionItem> compile_search_selection(const CollectionDef& collection,
                                                              const aql::Selection& selection,
                                                              const plan::Bindings& bindings,
                                                              const text::Search* search);
/// The field's text with what was found marked, as JSON: a list for a field of several texts, null for one of none.
void append_highlight(std::string& out, const ProjectionItem& item, const CollectionDef& collection, RecordView record,
                      const text::Search& search);

}  // namespace aurora::exec
