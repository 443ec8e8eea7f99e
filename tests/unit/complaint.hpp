// What the threads of a test report to it. Used by the tests that start threads; Catch's macros are for one thread only.
#pragma once

#include <atomic>
#include <chrono>
#include <exception>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

namespace aurora::testing {

/// The first thing that went wrong in any thread; the others see `stop` and end.
class Complaint {
 public:
  void operator()(const std::string& what) {
    const std::lock_guard guard(mutex_);
    if (what_.empty()) what_ = what;
    stop = true;
  }
  [[nodiscard]] std::string text() {
    const std::lock_guard guard(mutex_);
    return what_;
  }
  /// `work` for a thread: what it throws is a complaint.
  template <class Work>
  [[nodiscard]] auto guarded(Work work) {
    return [this, work = std::move(work)] {
      try {
        work();
      } catch (const std::exception& error) {
        (*this)(error.what());
      }
    };
  }
  /// Lets the threads go on for `time`, and on a slow machine until `enough` holds, half a minute at most; then stops them.
  template <class Enough>
  void wait(std::chrono::milliseconds time, Enough enough) {
    constexpr std::chrono::milliseconds kStep{10};
    for (std::chrono::milliseconds passed{0};
         !stop && (passed < time || (!enough() && passed < std::chrono::seconds(30))); passed += kStep)
      std::this_thread::sleep_for(kStep);
    stop = true;
  }

  std::atomic<bool> stop = false;

 private:
  std::mutex mutex_;
  std::string what_;  // guarded by mutex_
};

}  // namespace aurora::testing
