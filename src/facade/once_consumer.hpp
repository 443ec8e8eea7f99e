// A consumer that waits for one event, tells it once and is over: what async_next stands on. Private to the facade.
#pragma once

#include "announcer.hpp"

#include <cstdint>
#include <functional>
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
        done_(std::move(done)),
        source_(std::move(source)) {}

  void hear(const std::shared_ptr<const commit::Commit>&) override { catch_up(); }
  void hear_round(Round&) override { catch_up(); }
  [[nodiscard]] bool follows_rounds() const noexcept override { return !source_.routes; }
  [[nodiscard]] std::vector<reactive::Route> routes() const override {
    return source_.routes ? source_.routes() : std::vector<reactive::Route>();
  }
  [[nodiscard]] std::uint64_t routes_version() const noexcept override { return source_.version ? source_.version() : 0; }

  void catch_up() override {
    if (told_) return;
    auto found = poll_();
    if (!found)
      tell(found.error());
    else if (*found)
      tell(**std::move(found));
  }

  [[nodiscard]] std::optional<Clock::time_point> give() override {
    const auto due = [&] { return source_.due && !told_ ? source_.due() : std::nullopt; };
    if (const auto when = due(); when && *when <= Clock::now()) catch_up();
    outlet().give();
    return due();
  }

  void end() override {
    if (!told_) tell(Error(ErrorCode::kClosed, "the database was closed; open it again"));
    outlet().give();
  }

 private:
  void tell(Result<T> result) {
    told_ = true;
    outlet().put([done = std::move(done_), result = std::move(result)]() mutable { done(std::move(result)); });
    done_ = nullptr;
  }

  const Poll poll_;
  Done done_;
  const Source source_;
  bool told_ = false;
};

}  // namespace aurora::facade
