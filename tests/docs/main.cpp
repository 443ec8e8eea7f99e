// Runs the examples of documentation pages and compares what they give with what the pages say.
// Called by ctest, one test a page; calls only the public API.
#include <aurora/aurora.hpp>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include <stdlib.h>  // mkdtemp

#include "aql/case_file.hpp"
#include "aql/expectation.hpp"
#include "docs/page.hpp"

namespace aurora::testing {
namespace {

namespace fs = std::filesystem;

// The time in all examples: what "now" gives is known.
constexpr std::int64_t kNow = 1'769'860'800'000'000;  // 2026-01-31T12:00:00Z

/// A new working directory, so that examples may import and export; gone at the end.
class WorkingDirectory {
 public:
  WorkingDirectory() : before_(fs::current_path()) {
    std::string name = (fs::temp_directory_path() / "aurora-docs-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr)
      throw std::system_error(errno, std::generic_category(), "no temporary directory");
    path_ = name;
    fs::current_path(path_);
  }
  WorkingDirectory(const WorkingDirectory&) = delete;
  WorkingDirectory& operator=(const WorkingDirectory&) = delete;
  ~WorkingDirectory() {
    std::error_code ignored;
    fs::current_path(before_, ignored);
    fs::remove_all(path_, ignored);
  }

 private:
  fs::path before_;
  fs::path path_;
};

/// The code at the start of "Code …", or nothing.
std::optional<std::string> code_at_start(std::string_view text) {
  static constexpr ErrorCode kCodes[] = {
#define AURORA_ERROR(enumerator, name, meaning) ErrorCode::enumerator,
#include <aurora/error_codes.def>
#undef AURORA_ERROR
  };
  const auto word = text.substr(0, text.find_first_of(": "));
  for (const auto code : kCodes) {
    if (to_string(code) == word) return std::string(word);
  }
  return std::nullopt;
}

/// "Code [line:column]" and the lines below it, as a record of the text cases.
std::optional<Record> error_record(const std::vector<std::string>& lines) {
  if (lines.empty()) return std::nullopt;
  Record record;
  const auto code = code_at_start(lines[0]);
  if (!code) return std::nullopt;
  record.code = *code;
  const auto place = lines[0].substr(code->size());
  if (!place.empty() &&
      std::sscanf(place.c_str(), " %zu:%zu", &record.error_line, &record.error_column) != 2)
    return std::nullopt;
  record.expected.assign(lines.begin() + 1, lines.end());
  return record;
}

std::string error_head(const Error& error) {
  std::string head(to_string(error.code()));
  if (error.line() > 0)
    head += " " + std::to_string(error.line()) + ":" + std::to_string(error.column());
  return head;
}

/// What a table shows of an answer: the values in the documents of its last key.
std::string shown(std::string_view data) {
  const auto parsed = parse_json(data);
  const auto* object = parsed ? parsed->if_object() : nullptr;
  if (object == nullptr || object->empty()) return "?";
  const auto& last = (object->end() - 1)->value;
  std::string out;
  const auto add = [&](const Value& value) {
    const auto* members = value.if_object();
    if (members == nullptr) {
      out += (out.empty() ? "" : ", ") + to_json(value);
      return;
    }
    for (const auto& [name, member] : *members) out += (out.empty() ? "" : ", ") + to_json(member);
  };
  if (const auto* list = last.if_list()) {
    for (const auto& each : *list) add(each);
  } else {
    add(last);
  }
  return out.empty() ? "nothing" : out;
}

/// One section of one page, on a database of its own.
class SectionRun {
 public:
  SectionRun(const Page& page, std::vector<PageRewrite>* bless)
      : page_(page), bless_(bless), database_(Database::open_in_memory(config())) {}

  void run(const Section& section) {
    for (const auto& problem : section.problems) tell(problem + "\n");
    for (const auto& example : section.examples) {
      for (const auto& [name, text] : example.files) std::ofstream(name) << text;
      if (example.rows.empty()) {
        run_example(example);
      } else {
        for (const auto& row : example.rows) run_row(example, row);
      }
    }
  }

  [[nodiscard]] std::size_t failures() const { return failures_; }
  /// One text for all that failed.
  [[nodiscard]] const std::string& report() const { return report_; }

 private:
  static Config config() {
    Config config;
    config.clock = [] { return kNow; };
    return config;
  }

  void tell(const std::string& what) {
    ++failures_;
    report_ += what;
  }

  void fail(std::size_t line, const std::string& what) {
    if (!what.empty()) tell(page_.path + ":" + std::to_string(line) + ":\n" + what);
  }

  Result<QueryResult> execute(const Example& example, std::string_view text) {
    Object variables;
    if (!example.variables.empty()) {
      const auto parsed = parse_json(example.variables);
      if (!parsed || parsed->if_object() == nullptr)
        return Error(ErrorCode::kInvalidInput, "the variables are no JSON object");
      variables = *parsed->if_object();
    }
    ExecuteOptions options;
    options.role = example.role;
    if (example.watched) return watch(text, variables);
    if (!text.starts_with("subscription")) return database_.try_execute(text, variables, options);
    auto stream = database_.try_stream(text, variables, options);
    if (!stream) return stream.error();
    stream_.emplace(*std::move(stream));
    watcher_.reset();
    return QueryResult();
  }

  // Its answer is the first list.
  Result<QueryResult> watch(std::string_view text, const Object& variables) {
    auto watcher = database_.try_watch(text, variables, {});
    if (!watcher) return watcher.error();
    watcher_.emplace(*std::move(watcher));
    stream_.reset();
    std::string rows;
    for (const auto& row : watcher_->initial_results()) rows += (rows.empty() ? "" : ",") + row.text();
    return QueryResult("[" + rows + "]", "");
  }

  void run_example(const Example& example) {
    const auto result = execute(example, example.text);
    const auto wants_error = [](const Expectation& each) {
      return each.kind == ExpectationKind::kError;
    };
    if (!result &&
        std::none_of(example.expectations.begin(), example.expectations.end(), wants_error)) {
      fail(example.line, "  found " + std::string(result.error().what()) + "\n");
    }
    for (const auto& expectation : example.expectations) {
      if (wants_error(expectation)) {
        fail(expectation.line, check_error(expectation, result));
      } else if (result) {
        fail(expectation.line, check_answer(expectation, *result));
      }
    }
  }

  std::string check_error(const Expectation& expectation, const Result<QueryResult>& result) {
    if (result) return "  wanted an error\n  found " + result->dump() + "\n";
    if (bless_ != nullptr && expectation.lines.empty()) {
      const auto& error = result.error();
      bless_->push_back({expectation.line, {error_head(error), error.message()}});
      return {};
    }
    const auto record = error_record(expectation.lines);
    if (!record) return "  an error begins with 'Code' or 'Code line:column'\n";
    return compare_error(*record, result.error());
  }

  /// What the latest subscription or watched query has heard since it was last asked, as a list.
  std::string heard() {
    std::string events;
    while (stream_) {
      const auto event = stream_->try_next();
      if (!event) break;
      events += (events.empty() ? "" : ",") + event->text;
    }
    while (watcher_) {
      const auto update = watcher_->try_next();
      if (!update) break;
      for (const auto& change : update->changes) {
        events += (events.empty() ? "" : ",") + change.to_json();
        events.pop_back();
        events += ",\"sequence\":" + std::to_string(update->sequence) + "}";
      }
    }
    return "[" + events + "]";
  }

  std::string check_answer(const Expectation& expectation, const QueryResult& result) {
    if (expectation.kind == ExpectationKind::kPlan) {
      auto failed = expectation.lines.empty()
                        ? "  the plan is empty\n"
                        : compare_plan(expectation.lines, result.extensions_text());
      if (bless_ == nullptr || failed.empty()) return failed;
      bless_->push_back({expectation.line, plan_lines(result.extensions_text())});
      return {};
    }
    const auto events = expectation.kind == ExpectationKind::kEvents ? heard() : std::string();
    const auto found = expectation.kind == ExpectationKind::kEvents ? std::string_view(events)
                       : expectation.kind == ExpectationKind::kData ? result.data_text()
                                                                    : result.extensions_text();
    const auto wanted = join(expectation.lines);
    if (same_json(wanted, found)) return {};
    if (bless_ != nullptr) {
      bless_->push_back({expectation.line, pretty_json(found)});
      return {};
    }
    return "  wanted\n" + wanted + "\n  found\n" + join(pretty_json(found)) + "\n";
  }

  void run_row(const Example& example, const TableRow& row) {
    auto text = example.text;
    std::size_t hole = 0;
    for (const auto& cell : row.examples) {
      hole = text.find("…", hole);
      text.replace(hole, std::string_view("…").size(), cell);
      hole += cell.size();
    }
    const auto result = execute(example, text);
    const auto found =
        result ? shown(result->data_text())
               : std::string(to_string(result.error().code())) + ": " + result.error().message();
    if (same_answer(row.gives, found, result.has_value())) return;
    if (bless_ != nullptr) {
      bless_->push_back({row.line, {as_cell(found)}, true});
    } else {
      fail(row.line, "  wanted " + row.gives + "\n  found " + found + "\n");
    }
  }

  static bool same_answer(const std::string& gives, const std::string& found, bool done) {
    if (done) return same_json(gives, found);
    const auto code = code_at_start(gives);
    if (!code || !found.starts_with(*code + ":")) return false;
    const auto part = gives.size() > code->size() + 2 ? gives.substr(code->size() + 2) : "";
    return found.find(part, code->size() + 2) != std::string::npos;
  }

  static std::string as_cell(const std::string& found) {
    if (found == "nothing") return found;
    std::string out = "`";
    for (const char c : found) out += c == '|' ? std::string("\\|") : std::string(1, c);
    return out + "`";
  }

  const Page& page_;
  std::vector<PageRewrite>* const bless_;  ///< null: compare only
  WorkingDirectory directory_;
  Database database_;
  std::optional<Stream> stream_;  ///< of the latest subscription
  std::optional<Watcher> watcher_;  ///< of the latest watched query
  std::size_t failures_ = 0;
  std::string report_;
};

struct Options {
  bool bless = false;
  bool all_wrong = false;
  std::vector<std::string> files;
};

constexpr const char* kUsage =
    "usage: docs [--bless | --all-wrong] PAGE.md...\n"
    "  --bless      rewrites answers, and errors that are empty, for review\n"
    "  --all-wrong  every section must fail, with its title in the report\n";

/// How many examples failed (with --all-wrong: sections that did not as they should).
std::size_t run_page(const std::string& path, const Options& options) {
  const auto page = read_page(fs::absolute(path).string());
  if (!page) {
    std::printf("%s: cannot be read\n", path.c_str());
    return 1;
  }
  std::size_t failures = 0;
  std::vector<PageRewrite> rewrites;
  auto* const bless = options.bless ? &rewrites : nullptr;
  const auto run_one = [&](const Section& section) {
    SectionRun run(*page, bless);
    run.run(page->opening);
    if (&section != &page->opening) run.run(section);
    if (options.all_wrong && run.report().find(section.title) == std::string::npos) {
      ++failures;
      std::printf("%s:%zu: not found: '%s'\n%s", path.c_str(), section.line, section.title.c_str(),
                  run.report().c_str());
    } else if (!options.all_wrong) {
      failures += run.failures();
      std::printf("%s", run.report().c_str());
    }
  };
  if (page->sections.empty()) run_one(page->opening);
  for (const auto& section : page->sections) run_one(section);
  if (!rewrites.empty() && !rewrite_page(*page, rewrites)) ++failures;
  return failures;
}

bool read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--bless") {
      options.bless = true;
    } else if (argument == "--all-wrong") {
      options.all_wrong = true;
    } else if (argument.starts_with("-")) {
      return false;
    } else {
      options.files.push_back(argument);
    }
  }
  return !options.files.empty();
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  Options options;
  if (!read_options(argc, argv, options)) {
    std::fprintf(stderr, "%s", kUsage);
    return 2;
  }
  std::size_t failures = 0;
  try {
    for (const auto& file : options.files) failures += run_page(file, options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  std::printf("%zu page(s), %zu failure(s)\n", options.files.size(), failures);
  return failures == 0 ? 0 : 1;
}
