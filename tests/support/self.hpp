// Starting this program again as a child. Used by tests whose children are killed or fail.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include <sys/types.h>

namespace aurora::testing {

/// This program with other arguments. Throws std::system_error.
[[nodiscard]] pid_t start_self(std::vector<std::string> arguments);

struct Ended {
  bool hung = false;     ///< killed, because it took longer than it may
  int signal = 0;        ///< that ended it, or 0
  int status = 0;        ///< its exit status
};

/// Waits for the end of a child; one that takes longer than `limit` is killed.
[[nodiscard]] Ended wait_for(pid_t child, std::chrono::seconds limit);

[[nodiscard]] inline Ended run_self(std::vector<std::string> arguments,
                                    std::chrono::seconds limit = std::chrono::seconds(120)) {
  return wait_for(start_self(std::move(arguments)), limit);
}

}  // namespace aurora::testing
