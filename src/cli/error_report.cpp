// Body of error_report.hpp. Calls text.hpp: error messages quote documents, so they are escaped too.
#include "cli/error_report.hpp"

#include "cli/text.hpp"

#include <algorithm>

namespace aurora::cli {

namespace {

std::string_view line_of(std::string_view text, std::uint32_t number) {
  for (; number > 1; --number) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return {};
    text.remove_prefix(end + 1);
  }
  std::string_view line = text.substr(0, text.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

std::size_t bytes_before(std::string_view line, std::uint32_t column) {
  std::size_t at = 0;
  for (; column > 1 && at < line.size(); --column) {
    do ++at;
    while (at < line.size() && (static_cast<unsigned char>(line[at]) & 0xC0u) == 0x80u);
  }
  return at;
}

std::string spaced_tabs(std::string_view text) {
  std::string out(text);
  std::replace(out.begin(), out.end(), '\t', ' ');
  return printable(out);
}

// What is shown of a line: some of it before the fault, some from there on.
struct Window {
  std::string before;
  std::string after;
};

Window window_around(std::string_view line, std::uint32_t column) {
  constexpr std::size_t kBefore = 60;
  constexpr std::size_t kAfter = 40;
  const std::size_t at = bytes_before(line, column);
  std::size_t from = at > kBefore ? at - kBefore : 0;
  while (from > 0 && from < at && (static_cast<unsigned char>(line[from]) & 0xC0u) == 0x80u) ++from;
  std::size_t to = std::min(line.size(), at + kAfter);
  while (to < line.size() && (static_cast<unsigned char>(line[to]) & 0xC0u) == 0x80u) ++to;
  return {(from > 0 ? "…" : "") + spaced_tabs(line.substr(from, at - from)),
          spaced_tabs(line.substr(at, to - at)) + (to < line.size() ? "…" : "")};
}

}  // namespace

std::string error_report(const Error& error, std::string_view text, std::string_view source,
                         const Terminal& terminal) {
  std::string out;
  if (!source.empty()) {
    out += printable(source) + ":";
    if (error.line() != 0) out += std::to_string(error.line()) + ":" + std::to_string(error.column()) + ":";
    out += " ";
  }
  out += terminal.painted_error(Colour::kError, to_string(error.code())) + ": " + printable_lines(error.message());
  if (source.empty() && error.line() != 0)
    out += " (line " + std::to_string(error.line()) + ", column " + std::to_string(error.column()) + ")";
  out += "\n";
  if (!error.path().empty()) {
    out += "  in ";
    for (std::size_t i = 0; i < error.path().size(); ++i) out += (i > 0 ? "." : "") + printable(error.path()[i]);
    out += "\n";
  }
  if (text.empty() || error.line() == 0) return out;
  const Window window = window_around(line_of(text, error.line()), error.column());
  const std::string number = std::to_string(error.line());
  out += "  " + number + " | " + window.before + window.after + "\n";
  out += "  " + std::string(number.size(), ' ') + " | " + std::string(display_width(window.before), ' ') +
         terminal.painted_error(Colour::kCaret, "^") + "\n";
  return out;
}

}  // namespace aurora::cli
