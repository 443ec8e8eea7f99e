// Body of statements.hpp.
#include "cli/statements.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace aurora::cli {

namespace {

// Words after which a `{…}` must follow; `drop` is not one of them.
constexpr std::array<std::string_view, 7> kWithBraces{"query",   "mutation", "subscription", "schema",
                                                      "migrate", "define",   "__schema"};

bool is_word_character(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

}  // namespace

void StatementBuffer::add_line(std::string_view line) {
  blank_line_ = line.find_first_not_of(" \t\r") == std::string_view::npos;
  if (blank_line_ && text_.empty()) return;
  text_.append(line).push_back('\n');
  if (inside_ == Inside::kString) inside_ = Inside::kNothing;  // a string ends with its line, or is an error
  for (std::size_t at = 0; at < line.size();) {
    const char c = line[at];
    if (inside_ != Inside::kNothing || c == '"') {
      at = scan_string(line, at);
    } else if (c == '#') {
      return;
    } else if (is_word_character(c)) {
      at = scan_word(line, at);
    } else {
      scan_bracket(c);
      ++at;
    }
  }
}

std::size_t StatementBuffer::scan_string(std::string_view line, std::size_t at) {
  constexpr std::string_view kBlock = "\"\"\"";
  const std::string_view rest = line.substr(at);
  switch (inside_) {
    case Inside::kNothing:
      if (at_definition_ && depth_ == 0) has_operation_ = ends_anywhere_ = true;
      inside_ = rest.starts_with(kBlock) ? Inside::kBlockString : Inside::kString;
      return at + (inside_ == Inside::kBlockString ? kBlock.size() : 1);
    case Inside::kBlockString:
      if (rest.starts_with("\\\"\"\"")) return at + 4;
      if (!rest.starts_with(kBlock)) return at + 1;
      inside_ = Inside::kNothing;
      return at + kBlock.size();
    case Inside::kString:
      if (rest[0] == '"') inside_ = Inside::kNothing;
      return at + (rest[0] == '\\' ? 2 : 1);
  }
  return at + 1;
}

std::size_t StatementBuffer::scan_word(std::string_view line, std::size_t at) {
  const std::size_t start = at;
  while (at < line.size() && is_word_character(line[at])) ++at;
  if (!at_definition_ || depth_ != 0) return at;
  const std::string_view word = line.substr(start, at - start);
  at_definition_ = false;
  const bool fragment = word == "fragment";
  has_operation_ = has_operation_ || !fragment;
  ends_anywhere_ = !fragment && std::find(kWithBraces.begin(), kWithBraces.end(), word) == kWithBraces.end();
  return at;
}

void StatementBuffer::scan_bracket(char c) {
  if (c == '{' || c == '[' || c == '(') {
    if (at_definition_ && depth_ == 0) {
      at_definition_ = false;
      has_operation_ = true;
      ends_anywhere_ = c != '{';
    }
    ++depth_;
  } else if (c == '}' || c == ']' || c == ')') {
    if (--depth_ <= 0 && c == '}') at_definition_ = true;
    if (depth_ < 0) has_operation_ = ends_anywhere_ = true;
  } else if (at_definition_ && c != ' ' && c != '\t' && c != '\r' && c != ',') {
    has_operation_ = true;
    ends_anywhere_ = true;
  }
}

bool StatementBuffer::is_complete() const noexcept {
  if (text_.empty() || inside_ == Inside::kBlockString || depth_ > 0) return false;
  if (blank_line_ && has_operation_) return true;
  return has_operation_ && (at_definition_ || ends_anywhere_);
}

std::string StatementBuffer::take() {
  std::string text = std::move(text_);
  if (text.ends_with('\n')) text.pop_back();
  clear();
  return text;
}

}  // namespace aurora::cli
