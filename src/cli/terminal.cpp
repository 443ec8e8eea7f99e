// Body of terminal.hpp. NO_COLOR and TERM=dumb switch colours off.
#include "cli/terminal.hpp"

#include <cerrno>
#include <cstdlib>
#include <sys/ioctl.h>
#include <unistd.h>

namespace aurora::cli {

namespace {

std::string_view code_of(Colour colour) noexcept {
  switch (colour) {
    case Colour::kError: return "\033[1;31m";
    case Colour::kCaret: return "\033[1;32m";
    case Colour::kTitle: return "\033[1m";
    case Colour::kDim: return "\033[2m";
  }
  return "";
}

std::string paint(bool on, Colour colour, std::string_view text) {
  if (!on) return std::string(text);
  return std::string(code_of(colour)).append(text).append("\033[0m");
}

bool wants_colours() {
  const char* no_colour = std::getenv("NO_COLOR");  // NOLINT(concurrency-mt-unsafe): read once, at start
  const char* term = std::getenv("TERM");           // NOLINT(concurrency-mt-unsafe)
  return (no_colour == nullptr || *no_colour == '\0') && term != nullptr && std::string_view(term) != "dumb";
}

// Errors: false, with errno, when not all could be written.
bool write_all(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const ssize_t written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno != EINTR) return false;
    if (written > 0) text.remove_prefix(static_cast<std::size_t>(written));
  }
  return true;
}

}  // namespace

Terminal::Terminal()
    : in_(::isatty(STDIN_FILENO) == 1),
      out_(::isatty(STDOUT_FILENO) == 1),
      err_(::isatty(STDERR_FILENO) == 1),
      colours_(wants_colours()) {}

std::size_t Terminal::width() const noexcept {
  constexpr std::size_t kUsual = 80;
  if (!out_) return 0;
  winsize size{};
  if (::ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return kUsual;
  return size.ws_col;
}

bool Terminal::print(std::string_view text) {
  if (!broken_) broken_ = !write_all(STDOUT_FILENO, text);
  return !broken_;
}

void Terminal::complain(std::string_view text) {
  // Nowhere is left to say that this failed.
  if (!write_all(STDERR_FILENO, text)) return;
}

std::string Terminal::painted(Colour colour, std::string_view text) const {
  return paint(out_ && colours_, colour, text);
}
std::string Terminal::painted_error(Colour colour, std::string_view text) const {
  return paint(err_ && colours_, colour, text);
}

}  // namespace aurora::cli
