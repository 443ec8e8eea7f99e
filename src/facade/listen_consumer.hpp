// A listener that the announcer asks, for a callback. Private to the facade.
#pragma once

#include "announcer.hpp"

#include <aurora/listener.hpp>

#include <functional>
#include <memory>

namespace aurora::facade {

class ListenConsumer final : public Consumer {
 public:
  using Callback = std::function<void(const ChangeEvent&)>;
  ListenConsumer(Listener listener, Callback callback, DeliveryOptions options, Outlet::Log log);

  void hear(const std::shared_ptr<const commit::Commit>&) override { catch_up(); }
  void catch_up() override;
  [[nodiscard]] std::optional<Clock::time_point> give() override;
  [[nodiscard]] std::vector<reactive::Route> routes() const override { return {reactive::Route()}; }

 private:
  Listener listener_;
  const std::shared_ptr<const Callback> callback_;
  const std::shared_ptr<const std::function<void(const Error&)>> on_error_;
  bool behind_ = false;   // the callback has enough to do for now: the rest is heard later
};

}  // namespace aurora::facade
