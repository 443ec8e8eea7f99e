// The reader of Debian control stanzas (deb822). Called by main.cpp of this example.
#include "packages.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <unordered_set>
#include <utility>

namespace package_search {

namespace {

std::string_view trimmed(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r") - first + 1);
}

std::optional<std::int64_t> number_in(std::string_view text) {
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// "libc6 (>= 2.34), python3:any | python3-dbg" gives libc6 and python3, each once.
std::vector<std::string> names_in(std::string_view relations) {
  std::vector<std::string> names;
  while (!relations.empty()) {
    const auto comma = std::min(relations.find(','), relations.size());
    std::string_view name = trimmed(relations.substr(0, comma));
    name = name.substr(0, name.find_first_of(" (:|[<"));
    bool known = name.empty();
    for (const auto& other : names) known = known || other == name;
    if (!known) names.emplace_back(name);
    relations.remove_prefix(std::min(comma + 1, relations.size()));
  }
  return names;
}

void set_field(Package& package, std::string_view field, std::string_view value) {
  if (field == "Package") package.name = value;
  if (field == "Version") package.version = value;
  if (field == "Section") package.section = value;
  if (field == "Priority") package.priority = value;
  if (field == "Maintainer") package.maintainer = value;
  if (field == "Installed-Size") package.installed_size = number_in(value);
  if (field == "Depends") package.depends = names_in(value);
  if (field == "Homepage") package.homepage = value;
  if (field == "Filename") package.file = value;
  if (field == "Description" || field == "Description-en") package.summary = value;
}

}  // namespace

PackageList read_packages(std::istream& input) {
  PackageList list;
  std::unordered_set<std::string> names;
  Package package;
  const auto finish = [&] {
    if (!package.name.empty()) {
      if (names.insert(package.name).second) {
        list.packages.push_back(std::move(package));
      } else {
        ++list.repeated;
      }
    }
    package = Package();
  };
  for (std::string line; std::getline(input, line);) {
    if (trimmed(line).empty()) {
      finish();
    } else if (line.front() != ' ' && line.front() != '\t') {  // else: more text of the last field
      const auto colon = line.find(':');
      if (colon == std::string::npos) continue;
      const std::string_view text = line;
      set_field(package, text.substr(0, colon), trimmed(text.substr(colon + 1)));
    }
  }
  finish();
  return list;
}

std::optional<PackageList> packages_of_apt() {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen("apt-cache dumpavail 2>/dev/null", "r"),
                                                   &pclose);
  if (!pipe) return std::nullopt;
  std::stringstream text;
  std::array<char, 1 << 16> part{};
  while (const auto size = std::fread(part.data(), 1, part.size(), pipe.get())) {
    text.write(part.data(), static_cast<std::streamsize>(size));
  }
  PackageList list = read_packages(text);
  if (list.packages.empty()) return std::nullopt;
  list.source = "apt-cache dumpavail";
  return list;
}

PackageList packages_of_file(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot read " + path);
  PackageList list = read_packages(file);
  if (list.packages.empty()) throw std::runtime_error("no packages in " + path);
  list.source = path;
  return list;
}

}  // namespace package_search
