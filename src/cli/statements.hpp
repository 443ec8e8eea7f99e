// Finding where a statement typed line by line ends. Called by the shell and by scripts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace aurora::cli {

/// Collects lines until they make a statement: all brackets closed and the last thing a `}` (or no keyword
/// of AQL in front, which the parser had better see at once). Strings, block strings and comments are
/// known. Fragments wait for an operation that uses them. Cost: one pass, however many lines.
class StatementBuffer {
 public:
  void add_line(std::string_view line);
  [[nodiscard]] bool empty() const noexcept { return text_.empty(); }
  [[nodiscard]] bool is_complete() const noexcept;
  /// The text so far, without its last newline; the buffer is empty then.
  [[nodiscard]] std::string take();
  void clear() { *this = StatementBuffer(); }

 private:
  enum class Inside : std::uint8_t { kNothing, kString, kBlockString };

  std::size_t scan_string(std::string_view line, std::size_t at);
  std::size_t scan_word(std::string_view line, std::size_t at);
  void scan_bracket(char c);

  std::string text_;
  Inside inside_ = Inside::kNothing;
  std::int64_t depth_ = 0;
  bool blank_line_ = false;       // the last line had nothing on it
  bool at_definition_ = true;     // the next word or bracket begins one
  bool has_operation_ = false;    // something that is no fragment
  bool ends_anywhere_ = false;    // the definition needs no braces
};

}  // namespace aurora::cli
