// Body of outlets. Called by the consumers of the announcer; calls users.
#include "outlet.hpp"

#include <aurora/config.hpp>

#include <exception>
#include <utility>

namespace aurora::facade {

void Outlet::put(Call call) {
  std::lock_guard lock(mutex_);
  if (!stopped_) calls_.push_back(std::move(call));
}

std::size_t Outlet::waiting() const {
  std::lock_guard lock(mutex_);
  return calls_.size();
}

void Outlet::log(std::string_view message) const noexcept {
  if (log_) log_(static_cast<int>(LogLevel::kWarning), message);
}

void Outlet::give() {
  {
    std::lock_guard lock(mutex_);
    if (given_ || calls_.empty()) return;
    given_ = true;
  }
  if (executor_) {
    try {
      executor_([self = shared_from_this()] { self->run(); });
      return;
    } catch (const std::exception& error) {
      log("an executor refused a callback, which runs elsewhere now: " + std::string(error.what()));
    } catch (...) {
      log("an executor refused a callback, which runs elsewhere now");
    }
  }
  run();
}

void Outlet::run() noexcept {
  std::unique_lock lock(mutex_);
  while (!stopped_ && !calls_.empty()) {
    auto call = std::move(calls_.front());
    calls_.pop_front();
    running_ = std::this_thread::get_id();
    lock.unlock();
    guard(call);
    call = nullptr;   // what it holds goes outside the lock
    lock.lock();
    running_ = {};
    ended_.notify_all();
  }
  given_ = false;
}

void Outlet::stop() noexcept {
  std::deque<Call> dropped;   // released outside the lock
  std::unique_lock lock(mutex_);
  stopped_ = true;
  dropped.swap(calls_);
  ended_.wait(lock, [&] { return running_ == std::thread::id() || running_ == std::this_thread::get_id(); });
  lock.unlock();
}

}  // namespace aurora::facade
