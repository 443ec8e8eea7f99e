// Comparing what a statement gave with what a case says.
// Used by the runner.
#pragma once

#include <aurora/error.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aurora::testing {

struct Record;

/// True when two JSON texts are the same but for white space. The order of keys and the way numbers
/// are written count. In `expected`, the strings "<uuid>" and "<any>" stand for any string of that
/// kind.
[[nodiscard]] bool same_json(std::string_view expected, std::string_view found);

/// JSON text in lines of at most 100 characters where it can be broken.
[[nodiscard]] std::vector<std::string> pretty_json(std::string_view json);

/// The operators of a plan, one a line, children indented: "Limit", "  IndexRange age".
/// `extensions` is what QueryResult::extensions_text gives.
[[nodiscard]] std::vector<std::string> plan_lines(std::string_view extensions);

/// Empty when the lines of an explain record hold: "~ Op" is in the plan, "! Op" is not, all others
/// together are the whole plan.
[[nodiscard]] std::string compare_plan(const std::vector<std::string>& expected,
                                       std::string_view extensions);

/// Empty when code, place and the lines of the record hold: "path a b" is the path, every other
/// line is part of the message.
[[nodiscard]] std::string compare_error(const Record& record, const Error& error);

/// The lines in one text.
[[nodiscard]] std::string join(const std::vector<std::string>& lines);

}  // namespace aurora::testing
