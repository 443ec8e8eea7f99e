// Text to tree. Hand-written recursive descent that never recurses past Limits::depth; linear time.
// Called by the statement cache; calls the lexer.
#pragma once

#include <aurora/aql/limits.hpp>
#include <aurora/aql/tree.hpp>
#include <aurora/result.hpp>

#include <string_view>

namespace aurora::aql {

/// Parses a whole text and checks what needs no schema: fragments (unknown, cyclic, given twice,
/// size and depth when laid out), variables (undeclared, unused, declared twice), mutation names,
/// and result keys given twice. Promises to the planner: in every selection set with its fragments
/// laid out, fields of one key are the same in everything, so that all but one may be dropped
/// (within one pair of braces they are dropped already); no walk of the tree, fragments included,
/// goes deeper than limits.depth brackets and 4 * limits.depth operators. Errors: InvalidQuery and
/// UndefinedVariable with line and column; LimitExceeded, whose message names the member of Limits.
[[nodiscard]] Result<Document> parse(std::string_view text, const Limits& limits = {});

/// Parses one expression, e.g. the text of `@computed(expr: …)`; a text holding "${" is a template.
[[nodiscard]] Result<Expression> parse_expression(std::string_view text, const Limits& limits = {});

/// Splits "…${expr}…" into a template, or gives a string literal when there is no "${". The nodes
/// carry offsets from `at` on; an error has its line and column in `text`.
[[nodiscard]] Result<Expression> parse_template(std::string_view text, Offset at,
                                                const Limits& limits = {});

struct Place {
  std::uint32_t line = 1;
  std::uint32_t column = 1;
};
/// 1-based line and column (code points) of `offset`; CRLF counts as one line end.
[[nodiscard]] Place locate(std::string_view text, Offset offset) noexcept;

/// An error at `offset` of `text`.
[[nodiscard]] Error error_at(std::string_view text, Offset offset, ErrorCode code,
                             std::string message);

}  // namespace aurora::aql
