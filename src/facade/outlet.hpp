// The way from the announcer to one user's callback: calls wait in order, run one at a time, on the user's executor or
// where they are given. Private to the facade.
#pragma once

#include <aurora/commit/options.hpp>
#include <aurora/delivery.hpp>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>

namespace aurora::facade {

/// Threads: every call may come from any thread.
class Outlet : public std::enable_shared_from_this<Outlet> {
 public:
  using Call = std::function<void()>;
  using Log = decltype(commit::EngineOptions::log);
  Outlet(Executor executor, Log log) : executor_(std::move(executor)), log_(std::move(log)) {}

  void put(Call call);
  /// Calls `work` where it stands, if calls run here and none is before it. False: it was not called.
  template <class Work>
  [[nodiscard]] bool call_here(const Work& work) {
    if (executor_) return false;
    {
      std::lock_guard lock(mutex_);
      if (given_ || stopped_ || !calls_.empty()) return false;
      given_ = true;
      running_ = std::this_thread::get_id();
    }
    guard(work);
    std::lock_guard lock(mutex_);
    given_ = false;
    running_ = {};
    if (stopped_) ended_.notify_all();
    return true;
  }
  /// Calls that have not begun.
  [[nodiscard]] std::size_t waiting() const;
  /// Runs what waits, or hands it to the executor. Requires: no lock is held.
  void give();
  /// No call begins any more; waits for one under way, unless asked by that call.
  void stop() noexcept;
  [[nodiscard]] bool is_stopped() const noexcept { return stopped_.load(std::memory_order_acquire); }
  void log(std::string_view message) const noexcept;

 private:
  void run() noexcept;
  // What it throws is told to the logger.
  template <class Work>
  void guard(const Work& work) const noexcept {
    try {
      work();
    } catch (const std::exception& error) {
      log("a callback threw: " + std::string(error.what()));
    } catch (...) {
      log("a callback threw");
    }
  }

  const Executor executor_;
  const Log log_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  std::deque<Call> calls_;              // guarded
  bool given_ = false;                  // guarded: somebody runs them, or will
  std::thread::id running_;             // guarded: who is in a call
  std::atomic<bool> stopped_{false};    // set under the mutex
};

}  // namespace aurora::facade
