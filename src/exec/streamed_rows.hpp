// The rows of a query written as they are read, for answers that consist of them alone. Private to queries.
#pragma once

#include <aurora/exec/projection.hpp>
#include <aurora/exec/select.hpp>

#include <string>

namespace aurora::exec {

/// Appends the rows as a JSON list. Rows whose lookups need all of them are gathered first. Errors: those of reading, of
/// lookups and of expressions. `explanation` (may be null) gets the plan; only for values at paths. Requires: no windows in
/// the projection.
[[nodiscard]] Status append_streamed(View& view, const DocumentQuery& query, const ExecSettings& settings,
                                     const Projection& projection, plan::Explanation* explanation, std::string& out);

}  // namespace aurora::exec
