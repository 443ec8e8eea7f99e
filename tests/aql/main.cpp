// The runner of text cases: reads .test files and runs each under the settings asked for.
// Called by ctest, one test a file; calls only the public API.
#include <aurora/aurora.hpp>

#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "aql/case_file.hpp"
#include "aql/expectation.hpp"
#include "aql/settings.hpp"

namespace aurora::testing {
namespace {

constexpr const char* kUsage =
    "usage: aql_cases [--settings NAME|all]... [--bless] [--verbose] FILE.test...\n"
    "  --bless   rewrites the expectations of query records and whole plans, for review\n";

struct Options {
  std::vector<const Setting*> settings;
  bool bless = false;
  bool verbose = false;
  std::vector<std::string> files;
};

/// One run of one file under one setting.
class CaseRun {
 public:
  CaseRun(const CaseFile& file, const Setting& setting, bool bless)
      : file_(file), setting_(setting), bless_(bless), database_(setting) {}

  /// How many records failed; each is told of.
  std::size_t run() {
    for (std::size_t i = 0; i < file_.records.size(); ++i) {
      const auto& record = file_.records[i];
      if (!record.runs_under(setting_.name)) continue;
      const auto failed = run_record(i, record);
      if (!failed.empty()) {
        ++failures_;
        std::printf("%s:%zu: under %s\n%s", file_.path.c_str(), record.line,
                    std::string(setting_.name).c_str(), failed.c_str());
      }
      if (setting_.reopens) database_.restart();
    }
    check_storage();
    return failures_;
  }

  [[nodiscard]] const std::vector<Rewrite>& rewrites() const { return rewrites_; }

 private:
  std::string run_record(std::size_t index, const Record& record) {
    if (record.kind == RecordKind::kRestart) {
      database_.restart();
      return {};
    }
    Object variables;
    if (!record.variables.empty()) {
      const auto parsed = parse_json(record.variables);
      if (!parsed || parsed->if_object() == nullptr) return "  vars= is no JSON object\n";
      variables = *parsed->if_object();
    }
    const ExecuteOptions options{record.role};
    if (record.kind == RecordKind::kExplain) return run_explain(index, record, variables);
    const auto result = database_->try_execute(with_directory(record.text), variables, options);
    if (record.kind == RecordKind::kError) {
      if (result) return "  wanted " + record.code + "\n  found " + result->dump() + "\n";
      return compare_error(record, result.error());
    }
    if (!result) return "  found " + std::string(result.error().what()) + "\n";
    if (record.kind == RecordKind::kExec) return {};
    if (record.kind == RecordKind::kDeferred) return check_deferred(index, record, *result);
    return check_answer(index, record, std::string(result->data_text()));
  }

  std::string check_answer(std::size_t index, const Record& record, const std::string& found) {
    const auto wanted = join(record.expected);
    if (same_json(wanted, found)) return {};
    if (bless_) {
      rewrites_.push_back({index, pretty_json(found)});
      return {};
    }
    return "  wanted\n" + wanted + "\n  found\n" + join(pretty_json(found)) + "\n";
  }

  /// What came at once, what is named as left out, and what comes when it is asked for.
  std::string check_deferred(std::size_t index, const Record& record, const QueryResult& result) {
    const auto late = result.try_deferred();
    if (!late) return "  deferred(): " + std::string(late.error().what()) + "\n";
    const auto extensions = parse_json(result.extensions_text());
    const auto* names = extensions && extensions->if_object() != nullptr
                            ? extensions->if_object()->find("deferred")
                            : nullptr;
    return check_answer(index, record,
                        "{\"data\":" + std::string(result.data_text()) +
                            ",\"names\":" + (names != nullptr ? to_json(*names) : "null") +
                            ",\"late\":" + std::string(late->data_text()) + "}");
  }

  std::string run_explain(std::size_t index, const Record& record, const Object& variables) {
    QueryResult result;
    try {
      result = database_->explain(record.text, variables);
    } catch (const Error& error) {
      return "  found " + std::string(error.what()) + "\n";
    }
    if (!setting_.uses_indexes) return {};
    auto failed = compare_plan(record.expected, result.extensions_text());
    const bool whole =
        record.expected.empty() || (record.expected[0][0] != '~' && record.expected[0][0] != '!');
    if (!bless_ || failed.empty() || !whole) return failed;
    rewrites_.push_back({index, plan_lines(result.extensions_text())});
    return {};
  }

  // {{dir}} in a statement is a directory that the case may write to.
  std::string with_directory(std::string text) {
    constexpr std::string_view kMark = "{{dir}}";
    for (auto at = text.find(kMark); at != std::string::npos; at = text.find(kMark, at))
      text.replace(at, kMark.size(), database_.directory().string());
    return text;
  }

  void check_storage() {
    for (const auto& problem : database_->verify().problems) {
      ++failures_;
      std::printf("%s: under %s: verify: %s\n", file_.path.c_str(),
                  std::string(setting_.name).c_str(), problem.c_str());
    }
  }

  const CaseFile& file_;
  const Setting& setting_;
  const bool bless_;
  CaseDatabase database_;
  std::size_t failures_ = 0;
  std::vector<Rewrite> rewrites_;
};

/// Empty when understood.
std::string read_options(int argc, char** argv, Options& options) {
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--bless") {
      options.bless = true;
    } else if (argument == "--verbose") {
      options.verbose = true;
    } else if (argument == "--settings" && i + 1 < argc) {
      const std::string name = argv[++i];
      for (const auto& setting : all_settings()) {
        if (name == "all" || name == setting.name) options.settings.push_back(&setting);
      }
      if (name != "all" && find_setting(name) == nullptr) {
        std::string known;
        for (const auto& setting : all_settings()) known.append(" ").append(setting.name);
        return "unknown setting '" + name + "'; known are all" + known;
      }
    } else if (argument.starts_with("-")) {
      return "unknown option '" + argument + "'";
    } else {
      options.files.push_back(argument);
    }
  }
  if (options.settings.empty() || options.bless) options.settings.assign(1, all_settings().data());
  return options.files.empty() ? "no file given" : "";
}

/// How many records failed.
std::size_t run_file(const std::string& path, const Options& options) {
  std::string problem;
  const auto file = read_case_file(path, problem);
  if (!file) {
    std::printf("%s\n", problem.c_str());
    return 1;
  }
  std::size_t failures = 0;
  for (const auto* setting : options.settings) {
    if (options.verbose)
      std::printf("%s under %s\n", path.c_str(), std::string(setting->name).c_str());
    CaseRun run(*file, *setting, options.bless);
    failures += run.run();
    if (options.bless && !run.rewrites().empty()) {
      std::printf("%s: %zu expectation(s) rewritten\n", path.c_str(), run.rewrites().size());
      if (!rewrite_case_file(*file, run.rewrites())) ++failures;
    }
  }
  return failures;
}

}  // namespace
}  // namespace aurora::testing

int main(int argc, char** argv) {
  using namespace aurora::testing;
  Options options;
  if (const auto problem = read_options(argc, argv, options); !problem.empty()) {
    std::fprintf(stderr, "%s\n%s", problem.c_str(), kUsage);
    return 2;
  }
  std::size_t failures = 0;
  try {
    for (const auto& file : options.files) failures += run_file(file, options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
  std::printf("%zu file(s), %zu setting(s), %zu failure(s)\n", options.files.size(),
              options.settings.size(), failures);
  return failures == 0 ? 0 : 1;
}
