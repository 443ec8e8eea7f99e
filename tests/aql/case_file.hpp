// A text case: the records of one .test file, and writing them back with new expectations.
// Used by the runner; the format is described in README.md.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::testing {

enum class RecordKind { kExec, kQuery, kDeferred, kExplain, kError, kRestart };

struct Record {
  RecordKind kind = RecordKind::kExec;
  std::size_t line = 0;        ///< 1-based, of the directive
  std::string text;            ///< the statement
  std::string variables;       ///< a JSON object; empty: none
  std::string role;            ///< for @auth and its kin
  std::string code;            ///< error: the code
  std::size_t error_line = 0;  ///< error: 0 when the place is not compared
  std::size_t error_column = 0;
  std::vector<std::string> only;  ///< settings; empty: all
  std::vector<std::string> skip;
  std::vector<std::string> expected;  ///< the lines after ----
  std::size_t text_end = 0;           ///< index of the first line after the statement
  std::size_t end = 0;                ///< index of the first line after the record

  [[nodiscard]] bool runs_under(std::string_view setting) const;
};

struct CaseFile {
  std::string path;
  std::vector<std::string> lines;
  std::vector<Record> records;
};

/// The file, or what is wrong with it as "path:line: …" in `problem`.
[[nodiscard]] std::optional<CaseFile> read_case_file(const std::string& path, std::string& problem);

/// What a record should say after its ----, by index of the record.
struct Rewrite {
  std::size_t record = 0;
  std::vector<std::string> expected;
};

/// Replaces expectations in the file, leaving every other line as it is. False when it cannot be
/// written.
[[nodiscard]] bool rewrite_case_file(const CaseFile& file, const std::vector<Rewrite>& rewrites);

}  // namespace aurora::testing
