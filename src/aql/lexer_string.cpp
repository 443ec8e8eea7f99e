// String literals: their ends, their escapes, and the dedenting of block strings.
// Called by the scanner (ends) and the parser (values).
#include <aurora/aql/lexer.hpp>

#include <aurora/base/try.hpp>
#include <aurora/base/utf8.hpp>

#include <algorithm>
#include <optional>
#include <vector>

namespace aurora::aql {

namespace {

constexpr std::string_view kTripleQuote = "\"\"\"";

bool is_line_end(char c) noexcept { return c == '\n' || c == '\r'; }

}  // namespace

Status Lexer::string(Token& out) {
  const std::string_view text = source_.text;
  if (text.substr(at_).starts_with(kTripleQuote)) return block_string(out);
  out.kind = TokenKind::kString;
  for (++at_; at_ < text.size() && !is_line_end(text[at_]); ++at_) {
    if (text[at_] == '"') {
      out.end = ++at_;
      return {};
    }
    if (text[at_] == '\\') {
      out.plain = false;
      if (++at_ >= text.size() || is_line_end(text[at_])) break;
    }
  }
  return source_.error(out.at,
                       "unterminated string: expected '\"' before the end of the line; "
                       "a string of several lines stands in \"\"\"");
}

Status Lexer::block_string(Token& out) {
  const std::string_view text = source_.text;
  out.kind = TokenKind::kBlockString;
  out.plain = false;
  for (at_ += 3; at_ < text.size(); ++at_) {
    if (text[at_] == '\\' && text.substr(at_ + 1).starts_with(kTripleQuote)) {
      at_ += 3;
    } else if (text[at_] == '"' && text.substr(at_).starts_with(kTripleQuote)) {
      at_ += 3;
      out.end = at_;
      return {};
    }
  }
  return source_.error(out.at, "unterminated block string: expected '\"\"\"'");
}

namespace {

/// Reads the inside of a "…" literal.
class EscapeReader {
 public:
  EscapeReader(const Source& source, const Token& token, std::string& out)
      : source_(source), at_(token.at + 1), end_(token.end - 1), out_(out) {}

  Status read() {
    while (at_ < end_) {
      const std::size_t stop = std::min<std::size_t>(source_.text.find('\\', at_), end_);
      out_.append(source_.text.substr(at_, stop - at_));
      at_ = static_cast<Offset>(stop);
      if (at_ < end_) AURORA_TRY(escape());
    }
    return {};
  }

 private:
  Status escape() {
    const char c = source_.text[at_ + 1];
    if (c == 'u') return unicode_escape();
    constexpr std::string_view kEscapes = "\"\\/bfnrt";
    constexpr std::string_view kValues = "\"\\/\b\f\n\r\t";
    const std::size_t index = kEscapes.find(c);
    if (index == std::string_view::npos) {
      std::size_t length = 2;
      while (at_ + length < end_ &&
             (static_cast<unsigned char>(source_.text[at_ + length]) & 0xC0u) == 0x80u)
        ++length;
      return source_.error(at_, "unknown escape '" + std::string(source_.text.substr(at_, length)) +
                                    "'; expected one of \\\" \\\\ \\/ \\b \\f \\n \\r \\t \\uXXXX");
    }
    out_ += kValues[index];
    at_ += 2;
    return {};
  }

  Status unicode_escape() {
    const auto unit = hex_at(at_);
    if (!unit) return source_.error(at_, "expected four hexadecimal digits after '\\u'");
    std::uint32_t code_point = *unit;
    Offset length = 6;
    if (code_point >= 0xD800 && code_point < 0xE000) {
      const auto low = code_point < 0xDC00 ? hex_at(at_ + 6) : std::nullopt;
      if (!low || *low < 0xDC00 || *low >= 0xE000)
        return source_.error(at_, "lone surrogate '" + std::string(source_.text.substr(at_, 6)) +
                                      "'; surrogates stand in pairs, as in \\uD83D\\uDE80");
      code_point = 0x10000 + ((code_point - 0xD800) << 10) + (*low - 0xDC00);
      length = 12;
    }
    append_utf8(out_, code_point);
    at_ += length;
    return {};
  }

  /// The value of `\uXXXX` at `at`, or nothing when that is not what stands there.
  [[nodiscard]] std::optional<std::uint32_t> hex_at(Offset at) const {
    if (end_ < 6 || at > end_ - 6 || source_.text.substr(at, 2) != "\\u") return std::nullopt;
    std::uint32_t value = 0;
    for (const char c : source_.text.substr(at + 2, 4)) {
      value <<= 4;
      if (c >= '0' && c <= '9')
        value |= static_cast<std::uint32_t>(c - '0');
      else if (c >= 'a' && c <= 'f')
        value |= static_cast<std::uint32_t>(c - 'a' + 10);
      else if (c >= 'A' && c <= 'F')
        value |= static_cast<std::uint32_t>(c - 'A' + 10);
      else
        return std::nullopt;
    }
    return value;
  }

  const Source& source_;
  Offset at_;
  Offset end_;
  std::string& out_;
};

std::vector<std::string_view> split_lines(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!is_line_end(text[i])) continue;
    lines.push_back(text.substr(begin, i - begin));
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') ++i;
    begin = i + 1;
  }
  lines.push_back(text.substr(begin));
  return lines;
}

std::size_t indentation(std::string_view line) noexcept {
  return std::min(line.find_first_not_of(" \t"), line.size());
}

/// Appends `line` with \""" read as """.
void append_block_line(std::string& out, std::string_view line) {
  constexpr std::string_view kEscaped = "\\\"\"\"";
  for (std::size_t at = 0;;) {
    const std::size_t stop = line.find(kEscaped, at);
    out.append(line.substr(at, stop - at));
    if (stop == std::string_view::npos) return;
    out += kTripleQuote;
    at = stop + kEscaped.size();
  }
}

/// The value of a block string as GraphQL defines it: the indentation common to all lines but the
/// first goes, and so do blank lines at both ends.
void append_block_value(std::string& out, std::string_view raw) {
  std::vector<std::string_view> lines = split_lines(raw);
  const auto is_blank = [](std::string_view line) { return indentation(line) == line.size(); };
  std::size_t common = std::string_view::npos;
  for (std::size_t i = 1; i < lines.size(); ++i)
    if (!is_blank(lines[i])) common = std::min(common, indentation(lines[i]));
  if (common != std::string_view::npos)
    for (std::size_t i = 1; i < lines.size(); ++i)
      lines[i].remove_prefix(std::min(common, lines[i].size()));

  const auto first = std::find_if_not(lines.begin(), lines.end(), is_blank);
  const auto last =
      std::find_if_not(lines.rbegin(), lines.rend() - (first - lines.begin()), is_blank);
  for (auto line = first; line != last.base(); ++line) {
    if (line != first) out += '\n';
    append_block_line(out, *line);
  }
}

}  // namespace

Status read_string(const Source& source, const Token& token, std::string& out) {
  if (token.kind == TokenKind::kBlockString) {
    append_block_value(out, source.text.substr(token.at + 3, token.end - token.at - 6));
    return {};
  }
  if (token.plain) {
    out.append(source.text.substr(token.at + 1, token.end - token.at - 2));
    return {};
  }
  return EscapeReader(source, token, out).read();
}

}  // namespace aurora::aql
