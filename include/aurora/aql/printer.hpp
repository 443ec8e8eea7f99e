// Tree to text: what was parsed, in one canonical form.
// Called by explain, tests and the fuzzer.
#pragma once

#include <aurora/aql/tree.hpp>

#include <string>

namespace aurora::aql {

/// Text that parses to the same tree, but for places. One line; commas only where they are needed.
/// A schema block that stood inside a mutation is printed as a mutation of its own.
[[nodiscard]] std::string print(const Document& document);
[[nodiscard]] std::string print(const Operation& operation);
[[nodiscard]] std::string print(const Selection& selection);
[[nodiscard]] std::string print(const Expression& expression);
[[nodiscard]] std::string print(const Literal& literal);
[[nodiscard]] std::string print(const TypeReference& type);

}  // namespace aurora::aql
