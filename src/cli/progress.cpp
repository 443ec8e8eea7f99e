// Body of progress.hpp.
#include "cli/progress.hpp"

#include <algorithm>
#include <fmt/core.h>

namespace aurora::cli {

Progress::Progress(Terminal& terminal, std::optional<std::uint64_t> total_bytes)
    : terminal_(terminal), total_bytes_(total_bytes) {}

double Progress::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void Progress::show(std::uint64_t bytes, std::uint64_t documents) {
  constexpr auto kPause = std::chrono::milliseconds(100);
  if (!terminal_.errors_are_terminal() || Clock::now() - drawn_ < kPause) return;
  drawn_ = Clock::now();
  std::string line = "\r\033[K";
  if (total_bytes_ && *total_bytes_ > 0) {
    constexpr std::size_t kWidth = 30;
    const double part = std::min(1.0, static_cast<double>(bytes) / static_cast<double>(*total_bytes_));
    const auto filled = static_cast<std::size_t>(part * kWidth);
    line += "[" + std::string(filled, '#') + std::string(kWidth - filled, '.') + "] ";
    line += fmt::format("{:3.0f}%  ", part * 100);
  }
  line += fmt::format("{} documents, {:.0f}/s", documents, static_cast<double>(documents) / std::max(seconds(), 1e-3));
  terminal_.complain(line);
  visible_ = true;
}

void Progress::hide() {
  if (visible_) terminal_.complain("\r\033[K");
  visible_ = false;
}

}  // namespace aurora::cli
