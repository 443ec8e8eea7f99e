// Body of following links within the repository, with the names GitHub gives to headings.
// Called by the reader of pages.
#include "docs/links.hpp"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>

namespace aurora::testing {

namespace {

namespace fs = std::filesystem;

/// "Order across types" is order-across-types.
std::string anchor_of(std::string_view heading) {
  std::string anchor;
  for (const char c : heading.substr(std::min(heading.find_first_not_of("# "), heading.size()))) {
    if (std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '-' || c == '_')
      anchor += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    else if (c == ' ')
      anchor += '-';
  }
  return anchor;
}

bool has_heading(const fs::path& page, std::string_view anchor) {
  std::ifstream in(page);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("#") && anchor_of(line) == anchor) return true;
  }
  return false;
}

bool leads_somewhere(const std::string& path, std::string_view target) {
  if (target.find("://") != target.npos || target.starts_with("mailto:")) return true;
  const auto hash = target.find('#');
  const auto file = target.substr(0, hash);
  const auto page = file.empty() ? fs::path(path) : fs::path(path).parent_path() / file;
  if (!fs::exists(page)) return false;
  return hash == target.npos || has_heading(page, target.substr(hash + 1));
}

}  // namespace

std::vector<std::string> broken_links(const std::string& path, std::string_view text) {
  std::string line;  // without code, which has brackets of its own
  bool in_code = false;
  for (const char c : text) {
    if (c == '`') in_code = !in_code;
    if (!in_code) line += c;
  }
  std::vector<std::string> broken;
  constexpr std::string_view kOpening = "](";
  for (auto at = line.find(kOpening); at != line.npos; at = line.find(kOpening, at + 1)) {
    const auto start = at + kOpening.size();
    const auto end = line.find(')', start);
    if (end == line.npos) break;
    auto target = line.substr(start, end - start);
    if (!leads_somewhere(path, target)) broken.push_back(std::move(target));
  }
  return broken;
}

}  // namespace aurora::testing
