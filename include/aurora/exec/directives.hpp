// Directives on selections: @include, @skip and the roles. Called wherever selections are read.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>

#include <span>

namespace aurora::exec {

/// The decision of directives about what they stand on: @include and @skip leave it out; @auth, @require and @allow
/// ask for a role. Directives that belong elsewhere are errors here.
/// Errors: InvalidQuery for unknown directives and arguments; TypeError for a condition that is no Boolean;
/// Unauthorized without a role, Forbidden with another one.
[[nodiscard]] Result<bool> is_included(std::span<const aql::Directive> directives, const plan::Bindings& bindings);

}  // namespace aurora::exec
