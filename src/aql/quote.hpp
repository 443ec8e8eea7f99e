// A string as AQL writes it. Called by the printer and the normal text of migrations.
#pragma once

#include <string>
#include <string_view>

namespace aurora::aql {

/// Appends `text` in quotes, with the escapes of JSON. Reads back as the same bytes.
inline void append_quoted(std::string& out, std::string_view text) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += '"';
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4];
      out += kHex[byte & 15u];
    } else {
      out += c;
    }
  }
  out += '"';
}

}  // namespace aurora::aql
