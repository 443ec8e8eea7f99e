// Copies of trees, and a look for directives. Used where a tree is rewritten before it runs.
#pragma once

#include <aurora/aql/tree.hpp>

#include <string_view>
#include <vector>

namespace aurora::aql {

[[nodiscard]] Literal clone(const Literal& literal);
[[nodiscard]] Expression clone(const Expression& expression);
[[nodiscard]] Selection clone(const Selection& selection);
[[nodiscard]] std::vector<Selection> clone(const std::vector<Selection>& selections);
/// Those not called `name`.
[[nodiscard]] std::vector<Directive> clone_without(const std::vector<Directive>& directives, std::string_view name);
/// The field or fragment with its directives, without its selections.
[[nodiscard]] Selection clone_shell(const Selection& selection);

/// True when the directive stands on a query, in it, or in a fragment.
[[nodiscard]] bool uses_directive(const Document& document, std::string_view name) noexcept;

}  // namespace aurora::aql
