// Memory that runs out when it is told to: operator new of this program, which counts what the calling thread asks for.
#pragma once

namespace aurora::testing {

/// While one lives, the `nth` allocation (from 0) of this thread fails, and with `lasting` all after it.
class Shortage {
 public:
  Shortage(long nth, bool lasting) noexcept;
  ~Shortage();
  Shortage(const Shortage&) = delete;
  Shortage& operator=(const Shortage&) = delete;
  /// Whether anything failed.
  [[nodiscard]] bool came() const noexcept;
};

/// While one lives, this thread's allocations are neither counted nor fail: work that is not Aurora's.
class Plenty {
 public:
  Plenty() noexcept;
  ~Plenty();
  Plenty(const Plenty&) = delete;
  Plenty& operator=(const Plenty&) = delete;
};

}  // namespace aurora::testing
