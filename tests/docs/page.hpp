// A page of the documentation: its sections and the examples in them.
// Used by the runner; how a page is written is described in README.md.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::testing {

enum class ExpectationKind { kData, kExtensions, kError, kPlan, kEvents };

/// A fence behind an example, that says what the example answers.
struct Expectation {
  ExpectationKind kind = ExpectationKind::kData;
  std::size_t line = 0;            ///< 1-based, of the fence
  std::vector<std::string> lines;  ///< between the fences
};

/// One row of a table of examples.
struct TableRow {
  std::size_t line = 0;
  std::vector<std::string> examples;  ///< take the places of the … in the statement
  std::string gives;                  ///< values as JSON, "nothing", or "Code: part of the message"
};

struct Example {
  std::size_t line = 0;   ///< 1-based, of the fence
  std::string text;       ///< the statement; with a … in it when it has rows
  std::string variables;  ///< a JSON object; empty: none
  std::string role;
  bool watched = false;  ///< `aql watch`
  std::vector<Expectation> expectations;
  std::vector<TableRow> rows;
  std::map<std::string, std::string> files;  ///< to be written before it runs
};

struct Section {
  std::string title;
  std::size_t line = 0;
  std::vector<Example> examples;
  std::vector<std::string> problems;  ///< what is wrong with the page here, as "path:line: …"
};

struct Page {
  std::string path;
  std::vector<std::string> lines;
  Section opening;                ///< what stands before the first "## "; run before each section
  std::vector<Section> sections;  ///< each begins with a "## "
};

/// The page, or nothing when the file cannot be read.
[[nodiscard]] std::optional<Page> read_page(const std::string& path);

/// True when a reader would take the text for AQL.
[[nodiscard]] bool looks_like_aql(std::string_view text);

/// New lines between the fences of the expectation that begins at a line; or, for a row of a table,
/// its new last cell.
struct PageRewrite {
  std::size_t line = 0;
  std::vector<std::string> lines;
  bool is_row = false;
};

/// Replaces expectations in the file, leaving every other line as it is. False when it cannot be
/// written.
[[nodiscard]] bool rewrite_page(const Page& page, const std::vector<PageRewrite>& rewrites);

}  // namespace aurora::testing
