// A consumer that waits for one event, tells it once and is over: what async_next stands on. Private to the facade.
#pragma once

#include "announcer.hpp"

#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace aurora::facade {

template <class T>
class OnceConsumer final : public Consumer {
 public:
  using Poll = std::function<Result<std::optional<T>>()>;
  using Done = std::function<void(Result<T>)>;
  /// Of who hears commits by routes, or is asked at a time.
  struct Source {
    std::function<std::vector<reactive::Route>()> routes;          ///< empty: every commit may concern it
    std::function<std::uint64_t()> version = {};                   ///< of the routes
    std::function<std::optional<Clock::time_point>()> due = {};    ///< when to poll again, commit or not
  };

  /// `poll` does not wait.
  OnceConsumer(Outlet::Log log, Poll poll, Done done, Source source = {})
      : Consumer(std::make_shared<Outlet>(Executor(), std::move(log))),
        poll_(std::move(poll)),
        source_(std::move(source)),
        done_(std::move(done)) {}

  void hear(const std::shared_ptr<const commit::Commit>&) override { catch_up(); }
  void hear_round(Round&) override { catch_up(); }
  [[nodiscard]] bool follows_rounds() const noexcept override { return !source_.routes; }
  // Once it was told, what it waited for is its user's again, and must not be looked at.
  [[nodiscard]] std::vector<reactive::Route> routes() const override {
    std::lock_guard lock(mutex_);
    return source_.routes && !over_ ? source_.routes() : std::vector<reactive::Route>();
  }
  [[nodiscard]] std::uint64_t routes_version() const noexcept override {
    std::lock_guard lock(mutex_);
    if (source_.version && !over_) version_ = source_.version();
    return version_;
  }

  void catch_up() override {
    std::lock_guard lock(mutex_);
    if (over_) return;
    auto found = poll_();
    if (!found)
      tell(found.error());
    else if (*found)
      tell(**std::move(found));
  }

  [[nodiscard]] std::optional<Clock::time_point> give() override {
    if (const auto when = due(); when && *when <= Clock::now()) catch_up();
    outlet().give();
    return due();
  }

  void end() override {
    {
      std::lock_guard lock(mutex_);
      if (!over_) tell(Error(ErrorCode::kClosed, "the database was closed; open it again"));
    }
    outlet().give();
  }

  void stop() noexcept override {
    {
      std::lock_guard lock(mutex_);
      over_ = true;
    }
    Consumer::stop();
  }

  [[nodiscard]] bool cancel() noexcept override {
    {
      std::lock_guard lock(mutex_);
      if (over_) return false;
      over_ = true;
    }
    Consumer::stop();
    return true;
  }

 private:
  [[nodiscard]] std::optional<Clock::time_point> due() {
    std::lock_guard lock(mutex_);
    return source_.due && !over_ ? source_.due() : std::nullopt;
  }

  // Requires: mutex_ is held, and nothing was told.
  void tell(Result<T> result) {
    over_ = true;
    outlet().put([done = std::move(done_), result = std::move(result)]() mutable { done(std::move(result)); });
    done_ = nullptr;
  }

  const Poll poll_;
  const Source source_;
  mutable std::mutex mutex_;            // held while it polls, never while it calls
  Done done_;                           // guarded
  bool over_ = false;                   // guarded: told, or stopped
  mutable std::uint64_t version_ = 0;   // guarded: of the routes, as last asked for
};

}  // namespace aurora::facade
