// Schema statements: define, alter, drop. Run inside an exclusive commit on a WriteView.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/write_view.hpp>

#include <string>
#include <string_view>

namespace aurora::exec {

/// Runs one statement; returns {"operation","collection","status"} as JSON.
/// Errors: CollectionAlreadyExists, CollectionNotFound, InvalidDefinition, ValidationError (documents that the
/// new definition refuses), UniqueConstraintViolation, InvalidOperation for what is not supported yet.
[[nodiscard]] Result<std::string> run_schema(WriteView& view, const aql::SchemaStatement& statement,
                                             std::string_view text);

}  // namespace aurora::exec
