// Reads .test files line by line and writes them back.
// Called by the runner; the format is described in README.md.
#include "aql/case_file.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <map>
#include <utility>

namespace aurora::testing {

namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  while (!line.empty()) {
    const auto start = line.find_first_not_of(' ');
    if (start == std::string_view::npos) break;
    line.remove_prefix(start);
    const auto end = std::min(line.find(' '), line.size());
    words.emplace_back(line.substr(0, end));
    line.remove_prefix(end);
  }
  return words;
}

bool is_number(std::string_view text, std::size_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  return error == std::errc() && end == text.data() + text.size() && out > 0;
}

const std::map<std::string, RecordKind, std::less<>>& kinds() {
  static const std::map<std::string, RecordKind, std::less<>> kKinds = {
      {"exec", RecordKind::kExec},
      {"query", RecordKind::kQuery},
      {"deferred", RecordKind::kDeferred},
      {"explain", RecordKind::kExplain},
      {"error", RecordKind::kError},
      {"restart", RecordKind::kRestart}};
  return kKinds;
}

/// True for a line that ends the statement before it: "exec", "query vars=…", "error Code 1:2".
/// AQL text may start with such a word too ("query { … }"), so the rest of the line decides.
bool is_directive(std::string_view line) {
  const auto words = words_of(line);
  if (words.empty() || line.front() == ' ') return false;
  if (words[0] == "only" || words[0] == "skip")
    return words.size() > 1 && line.find('{') == line.npos;
  if (!kinds().contains(words[0])) return false;
  if (words.size() == 1) return true;
  if (words[0] == "error") return words[1].front() >= 'A' && words[1].front() <= 'Z';
  return words[1].starts_with("vars=") || words[1].starts_with("role=");
}

class Reader {
 public:
  explicit Reader(CaseFile& file) : file_(file) {}

  /// Empty when all went well.
  std::string run() {
    while (at_ < file_.lines.size()) {
      const auto& line = file_.lines[at_];
      if (line.empty() || line.front() == '#') {
        ++at_;
        continue;
      }
      if (!is_directive(line)) return problem("expected a directive, found '" + line + "'");
      const auto failed = read_record();
      if (!failed.empty()) return failed;
    }
    if (!only_.empty() || !skip_.empty())
      return problem("'only' or 'skip' with no record after it");
    return {};
  }

 private:
  std::string problem(const std::string& what) const {
    return file_.path + ":" + std::to_string(at_ + 1) + ": " + what;
  }

  std::string read_record() {
    const auto words = words_of(file_.lines[at_]);
    if (words[0] == "only" || words[0] == "skip") {
      (words[0] == "only" ? only_ : skip_).assign(words.begin() + 1, words.end());
      ++at_;
      return {};
    }
    Record record;
    record.kind = kinds().at(words[0]);
    record.line = at_ + 1;
    record.only = std::exchange(only_, {});
    record.skip = std::exchange(skip_, {});
    const auto failed = read_options(words, record);
    if (!failed.empty()) return failed;
    ++at_;
    if (record.kind != RecordKind::kRestart) read_body(record);
    if (record.kind != RecordKind::kRestart && record.text.empty()) return problem("no statement");
    file_.records.push_back(std::move(record));
    return {};
  }

  /// What stands behind the directive: the code and place of an error, role=, and vars= to the end
  /// of the line.
  std::string read_options(const std::vector<std::string>& words, Record& record) {
    std::size_t next = 1;
    if (record.kind == RecordKind::kError) {
      if (words.size() < 2) return problem("'error' needs a code");
      record.code = words[next++];
      if (next < words.size() && words[next].find('=') == std::string::npos) {
        const auto& place = words[next++];
        const auto colon = place.find(':');
        if (colon == std::string::npos || !is_number(place.substr(0, colon), record.error_line) ||
            !is_number(place.substr(colon + 1), record.error_column)) {
          return problem("expected line:column, found '" + place + "'");
        }
      }
    }
    for (; next < words.size(); ++next) {
      if (words[next].starts_with("role=")) {
        record.role = words[next].substr(5);
      } else if (words[next].starts_with("vars=")) {
        const auto& line = file_.lines[at_];
        record.variables = line.substr(line.find(" vars=") + 6);
        return {};
      } else {
        return problem("unknown option '" + words[next] + "'; known are role= and vars=");
      }
    }
    return {};
  }

  void read_body(Record& record) {
    const auto& lines = file_.lines;
    const auto ends = [&] {
      return at_ == lines.size() || lines[at_].empty() || is_directive(lines[at_]);
    };
    for (; !ends() && lines[at_] != "----"; ++at_) {
      if (!record.text.empty()) record.text += '\n';
      record.text += lines[at_];
    }
    record.text_end = at_;
    if (!ends() && lines[at_] == "----") {
      for (++at_; !ends(); ++at_) record.expected.push_back(lines[at_]);
    }
    record.end = at_;
  }

  CaseFile& file_;
  std::size_t at_ = 0;
  std::vector<std::string> only_, skip_;
};

}  // namespace

bool Record::runs_under(std::string_view setting) const {
  const auto names = [&](const std::vector<std::string>& list) {
    return std::find(list.begin(), list.end(), setting) != list.end();
  };
  return (only.empty() || names(only)) && !names(skip);
}

std::optional<CaseFile> read_case_file(const std::string& path, std::string& problem) {
  std::ifstream in(path);
  if (!in) {
    problem = path + ":1: cannot be read";
    return std::nullopt;
  }
  CaseFile file;
  file.path = path;
  for (std::string line; std::getline(in, line);) file.lines.push_back(line);
  if (file.lines.empty() || !file.lines[0].starts_with("# about: ")) {
    problem = path + ":1: a case starts with '# about: ' and a sentence";
    return std::nullopt;
  }
  problem = Reader(file).run();
  if (!problem.empty()) return std::nullopt;
  return file;
}

bool rewrite_case_file(const CaseFile& file, const std::vector<Rewrite>& rewrites) {
  std::vector<std::string> lines;
  std::size_t copied = 0;
  for (const auto& rewrite : rewrites) {
    const auto& record = file.records[rewrite.record];
    for (; copied < record.text_end; ++copied) lines.push_back(file.lines[copied]);
    lines.emplace_back("----");
    lines.insert(lines.end(), rewrite.expected.begin(), rewrite.expected.end());
    // An expectation that was not there before needs the blank line that ends it.
    if (record.text_end == record.end && record.end < file.lines.size() &&
        !file.lines[record.end].empty())
      lines.emplace_back();
    copied = record.end;
  }
  for (; copied < file.lines.size(); ++copied) lines.push_back(file.lines[copied]);
  std::ofstream out(file.path, std::ios::trunc);
  for (const auto& line : lines) out << line << '\n';
  out.close();
  return !out.fail();
}

}  // namespace aurora::testing
