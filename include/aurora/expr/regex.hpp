// Regular expressions of users (RE2 syntax): linear time, bounded memory. Called by filters.
#pragma once

#include <aurora/result.hpp>

#include <memory>
#include <string>
#include <string_view>

namespace aurora {

/// Threads: const use from any thread.
class Regex {
 public:
  /// Errors: InvalidQuery saying what RE2 cannot read; LimitExceeded past `max_bytes`.
  [[nodiscard]] static Result<std::shared_ptr<const Regex>> compile(std::string_view pattern, std::size_t max_bytes);
  ~Regex();
  Regex(const Regex&) = delete;
  Regex& operator=(const Regex&) = delete;

  /// True when the pattern is found anywhere in `text`.
  [[nodiscard]] bool found_in(std::string_view text) const;

 private:
  struct State;
  explicit Regex(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace aurora
