// A listener to a topic that the announcer asks, for a callback. Private to the facade.
#pragma once

#include "announcer.hpp"
#include "topics.hpp"

#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace aurora::facade {

class TopicConsumer final : public Consumer {
 public:
  using Callback = std::function<void(const TopicMessage&)>;
  TopicConsumer(std::shared_ptr<TopicState> topic, Callback callback, DeliveryOptions options, Outlet::Log log);
  /// Must be told first: whom a message wakes.
  void know(const std::shared_ptr<Consumer>& self) { self_ = self; }

  void hear(const std::shared_ptr<const commit::Commit>&) override {}
  void catch_up() override;
  [[nodiscard]] std::optional<Clock::time_point> give() override;
  [[nodiscard]] std::vector<reactive::Route> routes() const override { return {}; }

 private:
  const std::shared_ptr<TopicState> topic_;
  const std::shared_ptr<const Callback> callback_;
  const std::shared_ptr<const std::function<void(const Error&)>> on_error_;
  std::weak_ptr<Consumer> self_;
  bool behind_ = false;   // the callback has enough to do for now: the rest is heard later
};

}  // namespace aurora::facade
