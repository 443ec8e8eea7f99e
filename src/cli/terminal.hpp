// Where output goes: standard output and standard error, with or without a person in front.
// Called by every command that prints.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aurora::cli {

enum class Colour : unsigned char { kError, kCaret, kTitle, kDim };

/// Threads: one at a time.
class Terminal {
 public:
  Terminal();

  [[nodiscard]] bool is_interactive() const noexcept { return in_ && out_; }  ///< a person types and reads
  [[nodiscard]] bool input_is_terminal() const noexcept { return in_; }
  [[nodiscard]] bool output_is_terminal() const noexcept { return out_; }
  [[nodiscard]] bool errors_are_terminal() const noexcept { return err_; }
  /// Columns of the window now; 0 when output goes elsewhere: do not cut.
  [[nodiscard]] std::size_t width() const noexcept;

  /// Writes and flushes. False once nobody reads any more.
  bool print(std::string_view text);
  void complain(std::string_view text);

  /// `text` in a colour where standard output (or standard error) shows colours, else as it is.
  [[nodiscard]] std::string painted(Colour colour, std::string_view text) const;
  [[nodiscard]] std::string painted_error(Colour colour, std::string_view text) const;

 private:
  bool in_;
  bool out_;
  bool err_;
  bool colours_;        // nobody forbade them
  bool broken_ = false;
};

}  // namespace aurora::cli
