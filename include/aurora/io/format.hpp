// The formats that can be imported, and how they are named.
// Called by the command line and by the import mutation.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace aurora::io {

enum class Format : std::uint8_t {
  kJsonLines,  ///< an object a line
  kJson,       ///< one array of objects
  kCsv,        ///< RFC 4180 with a line of column names
};

/// "jsonl" (or "ndjson"), "json", "csv", in any case; nothing for another name.
[[nodiscard]] std::optional<Format> format_named(std::string_view name) noexcept;
/// By the extension of a path; nothing when it has none that is known.
[[nodiscard]] std::optional<Format> format_of_path(std::string_view path) noexcept;
[[nodiscard]] std::string_view to_string(Format format) noexcept;

}  // namespace aurora::io
