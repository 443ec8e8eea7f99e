// Documents of a prepared query, instead of its JSON. Called by Statement.
#pragma once

#include "runner.hpp"

#include <aurora/query.hpp>

namespace aurora::facade {

/// The documents that the one root field of the text's one query finds in the newest state.
/// Errors: InvalidOperation for other texts; those of running the query. Requires: an engine entry is held.
[[nodiscard]] Result<Documents> fetch_documents(State& state, const ParsedText& parsed, const RunOptions& options);

}  // namespace aurora::facade
