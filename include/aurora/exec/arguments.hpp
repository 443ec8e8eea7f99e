// Reading the arguments of fields and operations: names checked, values of the wanted kind.
// Called by queries, mutations and directives.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/plan/bindings.hpp>

#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace aurora::exec {

/// Errors: InvalidQuery for a name not among `known` ("unknown argument 'limt' on users; did you mean 'limit'?")
/// and for one given twice.
[[nodiscard]] Status check_arguments(const std::vector<aql::Argument>& arguments,
                                     std::span<const std::string_view> known, std::string_view on,
                                     const plan::Bindings& bindings);

/// The argument under any of `names`; null when not given or a variable without a value.
[[nodiscard]] plan::Argument find_argument(const std::vector<aql::Argument>& arguments,
                                           std::initializer_list<std::string_view> names,
                                           const plan::Bindings& bindings);

/// Errors: TypeError for another kind.
[[nodiscard]] Result<std::optional<std::string>> text_argument(const std::vector<aql::Argument>& arguments,
                                                               std::initializer_list<std::string_view> names,
                                                               const plan::Bindings& bindings);
[[nodiscard]] Result<std::optional<bool>> flag_argument(const std::vector<aql::Argument>& arguments,
                                                        std::string_view name, const plan::Bindings& bindings);
/// Errors: TypeError for no whole number, InvalidQuery for a negative one.
[[nodiscard]] Result<std::optional<std::uint64_t>> count_argument(const std::vector<aql::Argument>& arguments,
                                                                  std::string_view name,
                                                                  const plan::Bindings& bindings);
/// One of `words`, bare or as text. Errors: InvalidQuery with the nearest word.
[[nodiscard]] Result<std::optional<std::string>> word_argument(const std::vector<aql::Argument>& arguments,
                                                               std::string_view name,
                                                               std::span<const std::string_view> words,
                                                               const plan::Bindings& bindings);

}  // namespace aurora::exec
