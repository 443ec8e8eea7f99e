// The one-way switch from working to "writes refused", and the way messages leave the store.
// Thrown by failed writes, syncs and background work; asked by every write.
#pragma once

#include <aurora/result.hpp>

#include <atomic>
#include <functional>
#include <mutex>
#include <optional>
#include <string_view>

namespace aurora::storage {

/// Remembers the first error that makes further writes unsafe.
/// Threads: every call may come from any thread.
/// Invariants: once set the error never changes; ok() never turns true again.
class Health {
 public:
  [[nodiscard]] bool ok() const noexcept { return !failed_.load(std::memory_order_acquire); }

  /// The first error, or ok.
  [[nodiscard]] Status status() const {
    if (ok()) return {};
    const std::lock_guard guard(mutex_);
    return *first_;
  }

  /// What a write is told: the first error, said to be an old one. Ok while healthy.
  [[nodiscard]] Status refusal() const {
    if (ok()) return {};
    return status().error().with_prefix("writes stopped until reopen, after: ");
  }

  void fail(const Error& error) noexcept {
    const std::lock_guard guard(mutex_);
    if (!first_) first_ = error;
    failed_.store(true, std::memory_order_release);
  }

 private:
  std::atomic<bool> failed_{false};
  mutable std::mutex mutex_;
  std::optional<Error> first_;  // guarded by mutex_
};

/// Calls the owner's function, until muted. The mutex is held during the call so that after `mute`
/// the function is not running and never will: what it refers to may die. It must not call the
/// store.
class MessageSink {
 public:
  explicit MessageSink(std::function<void(std::string_view)> function)
      : function_(std::move(function)) {}

  void say(std::string_view text) noexcept {
    const std::lock_guard guard(mutex_);
    if (!function_) return;
    try {
      function_(text);
    } catch (...) {  // promised not to throw; a broken promise must not reach RocksDB's threads
    }
  }

  void mute() noexcept {
    const std::lock_guard guard(mutex_);
    function_ = nullptr;
  }

 private:
  std::mutex mutex_;
  std::function<void(std::string_view)> function_;  // guarded by mutex_
};

}  // namespace aurora::storage
