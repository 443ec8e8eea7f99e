// Reads Markdown line by line, as far as examples need it, and writes it back.
// Called by the runner.
#include "docs/page.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <fstream>

#include "docs/links.hpp"

namespace aurora::testing {

namespace {

constexpr std::string_view kFence = "```";
constexpr std::string_view kHole = "…";

std::string_view trimmed(std::string_view text) {
  const auto start = text.find_first_not_of(" \t");
  if (start == std::string_view::npos) return {};
  return text.substr(start, text.find_last_not_of(" \t") - start + 1);
}

/// The cells of a table's row, without the back-quotes around code; \| stands for |.
std::vector<std::string> cells_of(std::string_view line) {
  std::vector<std::string> cells(1);
  line = trimmed(line);
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line[i] == '\\' && i + 1 < line.size() && line[i + 1] == '|') {
      cells.back() += line[++i];
    } else if (line[i] == '|') {
      cells.emplace_back();
    } else if (line[i] != '`') {
      cells.back() += line[i];
    }
  }
  cells.pop_back();
  for (auto& cell : cells) cell = std::string(trimmed(cell));
  return cells;
}

class PageReader {
 public:
  explicit PageReader(Page& page) : page_(page), section_(&page.opening) {}

  void run() {
    while (at_ < page_.lines.size()) {
      const std::string_view line = page_.lines[at_];
      if (!trimmed(line).starts_with(kFence)) check_links(line);
      if (line.starts_with("## ")) {
        start_section(line.substr(3));
      } else if (trimmed(line).starts_with(kFence)) {
        read_fence();
        continue;
      } else if (line.starts_with("|")) {
        read_table();
        continue;
      }
      ++at_;
    }
    end_section();
  }

 private:
  void problem(std::size_t line, const std::string& what) {
    section_->problems.push_back(page_.path + ":" + std::to_string(line) + ": " + what);
  }

  void check_links(std::string_view line) {
    for (const auto& target : broken_links(page_.path, line))
      problem(at_ + 1, "nothing is at the end of the link to '" + target + "'");
  }

  void start_section(std::string_view title) {
    end_section();
    section_ = &page_.sections.emplace_back();
    section_->title = std::string(title);
    section_->line = at_ + 1;
  }

  void end_section() {
    for (const auto& example : section_->examples) {
      if (example.text.find(kHole) != std::string::npos && example.rows.empty())
        problem(example.line, "a statement with … has no table of examples behind it");
    }
    if (!files_.empty()) problem(at_, "a file that no statement uses");
    files_.clear();
  }

  /// The example a fence belongs to; null, with a problem told, when there is none.
  Example* current(std::size_t line, std::string_view what) {
    if (!section_->examples.empty()) return &section_->examples.back();
    problem(line, std::string(what) + " with no example before it");
    return nullptr;
  }

  void read_fence() {
    const auto line = at_ + 1;
    const auto info = std::string(trimmed(trimmed(page_.lines[at_++]).substr(kFence.size())));
    std::vector<std::string> body;
    while (at_ < page_.lines.size() && trimmed(page_.lines[at_]) != kFence)
      body.push_back(page_.lines[at_++]);
    if (at_ == page_.lines.size()) problem(line, "a fence that is not closed");
    ++at_;
    take_fence(line, info, std::move(body));
  }

  void take_fence(std::size_t line, const std::string& info, std::vector<std::string> body) {
    std::string text;
    for (const auto& each : body) text += each + "\n";
    const auto split = info.find(' ');
    const auto language = info.substr(0, split);
    const auto option = split == std::string::npos ? std::string() : info.substr(split + 1);
    if (option.starts_with("file=")) {
      files_[option.substr(5)] = std::move(text);
    } else if (language == "aql") {
      add_example(line, option, std::move(text));
    } else if (info == "json vars") {
      if (auto* example = current(line, "variables")) example->variables = std::move(text);
    } else if (info == "json") {
      add_expectation(line, ExpectationKind::kData, std::move(body));
    } else if (info == "json extensions") {
      add_expectation(line, ExpectationKind::kExtensions, std::move(body));
    } else if (info == "json events") {
      add_expectation(line, ExpectationKind::kEvents, std::move(body));
    } else if (info == "error") {
      add_expectation(line, ExpectationKind::kError, std::move(body));
    } else if (info == "plan") {
      add_expectation(line, ExpectationKind::kPlan, std::move(body));
    } else if (looks_like_aql(text)) {
      problem(line, "this looks like AQL and is not run: mark it as aql");
    }
  }

  void add_example(std::size_t line, const std::string& option, std::string text) {
    auto& example = section_->examples.emplace_back();
    example.line = line;
    example.text = std::move(text);
    example.files = std::move(files_);
    files_.clear();
    if (option.starts_with("role=")) {
      example.role = option.substr(5);
    } else if (option == "watch") {
      example.watched = true;
    } else if (!option.empty()) {
      problem(line, "unknown option '" + option + "'; known are role=NAME and watch");
    }
  }

  void add_expectation(std::size_t line, ExpectationKind kind, std::vector<std::string> body) {
    if (auto* example = current(line, "an answer"))
      example->expectations.push_back({kind, line, std::move(body)});
  }

  /// A table whose heading has "Example" and, last, "Gives" holds examples; others are passed over.
  /// The columns before the last one, as many as the statement has places for, are what it takes.
  void read_table() {
    const auto first = at_ + 1;
    const auto heading = cells_of(page_.lines[at_]);
    auto* const example = example_of_table(heading);
    const auto holes = example != nullptr ? count_holes(example->text) : 0;
    for (at_ += 2; at_ < page_.lines.size() && page_.lines[at_].starts_with("|"); ++at_) {
      check_links(page_.lines[at_]);
      auto cells = cells_of(page_.lines[at_]);
      if (cells.size() != heading.size()) {
        problem(at_ + 1, "the row has " + std::to_string(cells.size()) + " cells, its heading " +
                             std::to_string(heading.size()));
      } else if (example != nullptr && holes < cells.size()) {
        auto gives = std::move(cells.back());
        cells.pop_back();
        cells.erase(cells.begin(), cells.end() - static_cast<std::ptrdiff_t>(holes));
        example->rows.push_back({at_ + 1, std::move(cells), std::move(gives)});
      }
    }
    if (example != nullptr && holes >= heading.size())
      problem(first, "the statement has more … than the table has columns");
  }

  static std::size_t count_holes(std::string_view text) {
    std::size_t holes = 0;
    for (auto at = text.find(kHole); at != text.npos; at = text.find(kHole, at + 1)) ++holes;
    return holes;
  }

  /// Null when a table with this heading holds no examples, or is wrong.
  Example* example_of_table(const std::vector<std::string>& heading) {
    if (std::find(heading.begin(), heading.end(), "Example") == heading.end()) return nullptr;
    if (heading.back() != "Gives")
      problem(at_ + 1, "a table of examples needs 'Gives' as its last column");
    auto* const example = current(at_ + 1, "a table of examples");
    if (example == nullptr || count_holes(example->text) > 0) return example;
    problem(at_ + 1, "the statement before a table of examples needs a … to put them in");
    return nullptr;
  }

  Page& page_;
  Section* section_;
  std::size_t at_ = 0;
  std::map<std::string, std::string> files_;
};

}  // namespace

bool looks_like_aql(std::string_view text) {
  static constexpr std::array<std::string_view, 9> kOpenings = {
      "query",  "mutation", "subscription", "schema",  "migrate",
      "define", "drop",     "fragment",     "__schema"};
  const auto is_letter = [](char c) {
    return std::isalpha(static_cast<unsigned char>(c)) != 0 || c == '_';
  };
  for (;;) {  // comments and white space
    const auto start = text.find_first_not_of(" \t\n");
    if (start == std::string_view::npos) return false;
    text.remove_prefix(start);
    if (text[0] != '#') break;
    text.remove_prefix(std::min(text.find('\n'), text.size()));
  }
  if (text[0] == '{') {  // JSON has a quoted key there
    const auto next = text.find_first_not_of(" \t\n", 1);
    return next != std::string_view::npos && is_letter(text[next]);
  }
  const auto word = static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_letter) -
                                             text.begin());
  return std::find(kOpenings.begin(), kOpenings.end(), text.substr(0, word)) != kOpenings.end() &&
         text.find_first_of("{\"") != std::string_view::npos;
}

std::optional<Page> read_page(const std::string& path) {
  std::ifstream in(path);
  if (!in) return std::nullopt;
  Page page;
  page.path = path;
  for (std::string line; std::getline(in, line);) page.lines.push_back(line);
  PageReader(page).run();
  return page;
}

bool rewrite_page(const Page& page, const std::vector<PageRewrite>& rewrites) {
  std::ofstream out(page.path);
  for (std::size_t i = 0; i < page.lines.size(); ++i) {
    const auto found = std::find_if(rewrites.begin(), rewrites.end(),
                                    [&](const PageRewrite& each) { return each.line == i + 1; });
    if (found == rewrites.end()) {
      out << page.lines[i] << '\n';
    } else if (found->is_row) {
      // The last cell may hold a | only as \|.
      auto cell = page.lines[i].rfind('|');
      do cell = page.lines[i].rfind('|', cell - 1);
      while (page.lines[i][cell - 1] == '\\');
      out << page.lines[i].substr(0, cell) << "| " << found->lines.at(0) << " |\n";
    } else {
      out << page.lines[i] << '\n';
      for (const auto& line : found->lines) out << line << '\n';
      while (i + 1 < page.lines.size() && trimmed(page.lines[i + 1]) != kFence) ++i;
    }
  }
  return out.good();
}

}  // namespace aurora::testing
