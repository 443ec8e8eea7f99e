// The table that the example prints: what was done, how much of it, how long it took.
// Used by main.cpp of this example.
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>

namespace package_search {

/// 64298 as "64,298".
[[nodiscard]] inline std::string grouped(std::uint64_t number) {
  std::string text = std::to_string(number);
  for (auto at = static_cast<std::ptrdiff_t>(text.size()) - 3; at > 0; at -= 3) {
    text.insert(static_cast<std::size_t>(at), ",");
  }
  return text;
}

/// The first `width` bytes of a text, marked when there is more; never half a character.
[[nodiscard]] inline std::string shortened(std::string_view text, std::size_t width) {
  if (text.size() <= width) return std::string(text);
  while (width > 0 && (static_cast<unsigned char>(text[width]) & 0xC0) == 0x80) --width;
  return std::string(text.substr(0, width)) + " ...";
}

class Report {
 public:
  /// What a step has to tell: how many things it did, and an answer worth showing.
  struct Outcome {
    std::uint64_t count = 0;
    std::string answer{};
  };

  static void print_head() {
    std::printf("%-50s %9s %11s %16s\n", "step", "count", "time", "rate");
    std::printf("%s\n", std::string(kWidth, '-').c_str());
  }

  /// Runs `work()`, which returns an Outcome, and prints a line, the code shown and the answer.
  template <class Work>
  static void step(std::string_view title, std::string_view code, Work&& work) {
    const auto begin = std::chrono::steady_clock::now();
    const Outcome outcome = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    print(title, code, outcome, took.count());
  }

 private:
  static constexpr std::size_t kWidth = 89;

  static std::string time_text(double seconds) {
    char text[32];
    if (seconds < 1e-3) {
      std::snprintf(text, sizeof text, "%.0f us", seconds * 1e6);
    } else if (seconds < 1) {
      std::snprintf(text, sizeof text, "%.1f ms", seconds * 1e3);
    } else {
      std::snprintf(text, sizeof text, "%.2f s", seconds);
    }
    return text;
  }

  static void print(std::string_view title, std::string_view code, const Outcome& outcome,
                    double seconds) {
    const double rate = seconds > 0 ? static_cast<double>(outcome.count) / seconds : 0;
    const std::string rate_text = grouped(static_cast<std::uint64_t>(rate)) + "/s";
    std::printf("%-50.*s %9s %11s %16s\n", static_cast<int>(title.size()), title.data(),
                grouped(outcome.count).c_str(), time_text(seconds).c_str(),
                outcome.count > 1 ? rate_text.c_str() : "");
    while (!code.empty()) {
      const auto line = code.substr(0, code.find('\n'));
      std::printf("    %.*s\n", static_cast<int>(line.size()), line.data());
      code.remove_prefix(line.size() < code.size() ? line.size() + 1 : line.size());
    }
    if (!outcome.answer.empty()) std::printf("    = %s\n", outcome.answer.c_str());
    std::printf("\n");
  }
};

}  // namespace package_search
