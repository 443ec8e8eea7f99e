// Documents of a prepared query, or fields of them, instead of its JSON. Called by Statement.
#pragma once

#include "runner.hpp"

#include <aurora/query.hpp>
#include <aurora/rows.hpp>

namespace aurora::facade {

/// The documents that the one root field of the text's one query finds in the newest state.
/// Errors: InvalidOperation for other texts; those of running the query. Requires: an engine entry is held.
[[nodiscard]] Result<Documents> fetch_documents(State& state, const ParsedText& parsed, const RunOptions& options);

/// The values that it selects of each. Errors: as fetch_documents. Requires: an engine entry is held.
[[nodiscard]] Result<Rows> fetch_rows(State& state, const ParsedText& parsed, const RunOptions& options);

}  // namespace aurora::facade
