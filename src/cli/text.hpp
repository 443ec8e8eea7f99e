// Text for people: what is safe to print, how wide it is, how it is cut.
// Called wherever documents, names or messages reach a terminal.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aurora::cli {

/// `text` on one line, with everything that could steer a terminal or turn the text around written out:
/// C0 and C1 controls, DEL, direction marks, line separators, invalid UTF-8. "\n" and "\t" are written as \n and \t.
[[nodiscard]] std::string printable(std::string_view text);
/// The same for text whose line ends and tabs are wanted.
[[nodiscard]] std::string printable_lines(std::string_view text);
/// JSON text, safe to print and still the same JSON: what is dangerous becomes \uXXXX.
[[nodiscard]] std::string printable_json(std::string_view json);

/// Columns of a terminal. Requires: printable text.
[[nodiscard]] std::size_t display_width(std::string_view text) noexcept;
/// `text` in at most `width` columns, with "…" for what was cut. Requires: printable text, width > 0.
[[nodiscard]] std::string fit(std::string_view text, std::size_t width);
/// JSON on several lines, indented by two. Requires: valid JSON text.
[[nodiscard]] std::string indented(std::string_view json);

}  // namespace aurora::cli
