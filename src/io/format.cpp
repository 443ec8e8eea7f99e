// Bodies of format.hpp. Called by the command line and by the import mutation.
#include <aurora/io/format.hpp>

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace aurora::io {

namespace {

constexpr std::array<std::pair<std::string_view, Format>, 4> kNames{{{"jsonl", Format::kJsonLines},
                                                                     {"ndjson", Format::kJsonLines},
                                                                     {"json", Format::kJson},
                                                                     {"csv", Format::kCsv}}};

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

}  // namespace

std::optional<Format> format_named(std::string_view name) noexcept {
  for (const auto& [known, format] : kNames) {
    if (std::equal(name.begin(), name.end(), known.begin(), known.end(),
                   [](char a, char b) { return lower(a) == b; }))
      return format;
  }
  return std::nullopt;
}

std::optional<Format> format_of_path(std::string_view path) noexcept {
  const std::size_t slash = path.rfind('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t dot = path.rfind('.');
  return dot == std::string_view::npos ? std::nullopt : format_named(path.substr(dot + 1));
}

std::string_view to_string(Format format) noexcept {
  switch (format) {
    case Format::kJsonLines: return "jsonl";
    case Format::kJson: return "json";
    case Format::kCsv: return "csv";
  }
  return "jsonl";
}

}  // namespace aurora::io
