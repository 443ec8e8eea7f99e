// The progress bar of an import, on a terminal only. Called by the import.
#pragma once

#include "cli/terminal.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace aurora::cli {

/// Drawn on standard error at most ten times a second; silent where that is no terminal.
class Progress {
 public:
  Progress(Terminal& terminal, std::optional<std::uint64_t> total_bytes);
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;
  ~Progress() { hide(); }

  void show(std::uint64_t bytes, std::uint64_t documents);
  /// Takes the bar away, so that a line can be printed.
  void hide();
  [[nodiscard]] double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;
  Terminal& terminal_;
  std::optional<std::uint64_t> total_bytes_;
  Clock::time_point start_ = Clock::now();
  Clock::time_point drawn_ = start_;
  bool visible_ = false;
};

}  // namespace aurora::cli
