// Migrations: versions of schema statements and data steps, each applied once and recorded in `_migrations`.
// Called by the statement runner; a version runs inside one exclusive commit.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/handlers.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/plan/bindings.hpp>

namespace aurora::exec {

/// What the text alone tells of the expressions: functions and their arguments. Before anything of it runs.
/// Errors: InvalidQuery with its place.
[[nodiscard]] Status check_migration(const aql::MigrationVersion& version, const plan::Bindings& bindings);

/// Applies one version, runs the handlers that its data steps fire, and records it. False when it was applied before.
/// Errors: MigrationChanged when it was applied with another text; those of schema statements and of writing, with
/// their place; InvalidQuery for unknown fields, CollectionNotFound.
[[nodiscard]] Result<bool> run_migration(WriteView& view, const aql::MigrationVersion& version,
                                         const plan::Bindings& bindings, const ExecSettings& settings,
                                         const Handlers& handlers);

}  // namespace aurora::exec
