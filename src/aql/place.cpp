// Line and column of a byte offset, and errors that carry them.
// Called wherever an error names a place in AQL text.
#include <aurora/aql/parser.hpp>

#include <algorithm>

namespace aurora::aql {

Place locate(std::string_view text, Offset offset) noexcept {
  const std::size_t end = std::min<std::size_t>(offset, text.size());
  Place place;
  for (std::size_t i = 0; i < end; ++i) {
    const char c = text[i];
    // In CRLF the LF ends the line, so that the pair counts once.
    if (c == '\n' || (c == '\r' && !(i + 1 < text.size() && text[i + 1] == '\n'))) {
      ++place.line;
      place.column = 1;
    } else if ((static_cast<unsigned char>(c) & 0xC0u) != 0x80u) {
      ++place.column;
    }
  }
  return place;
}

Error error_at(std::string_view text, Offset offset, ErrorCode code, std::string message) {
  const Place place = locate(text, offset);
  return Error(code, std::move(message)).at(place.line, place.column);
}

}  // namespace aurora::aql
