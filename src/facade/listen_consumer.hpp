// A listener that the announcer asks, for a callback. Private to the facade.
#pragma once

#include "announcer.hpp"
#include "listener_state.hpp"

#include <aurora/listener.hpp>

#include <atomic>
#include <functional>
#include <memory>

namespace aurora::facade {

/// One of them is what is called.
struct ListenCalls {
  std::shared_ptr<const std::function<void(const ChangeEvent&)>> each;
  std::shared_ptr<const std::function<void(const ChangeBatch&)>> all;
};

class ListenConsumer final : public Consumer {
 public:
  ListenConsumer(std::shared_ptr<ListenerState> listener, ListenCalls calls, DeliveryOptions options, Outlet::Log log);

  void hear(const std::shared_ptr<const commit::Commit>&) override {}
  void catch_up() override;
  [[nodiscard]] bool follows_rounds() const noexcept override { return true; }
  void hear_round(Round& round) override;
  [[nodiscard]] std::optional<Clock::time_point> give() override;
  [[nodiscard]] std::vector<reactive::Route> routes() const override { return {}; }

 private:
  void put(std::shared_ptr<const ChangeBatch> batch);
  void put_later();
  void give_all();
  void tell(const Error& error);
  [[nodiscard]] bool is_full() const noexcept;

  const std::shared_ptr<ListenerState> listener_;
  const ListenCalls calls_;
  const std::shared_ptr<const std::function<void(const Error&)>> on_error_;
  const std::shared_ptr<std::atomic<std::size_t>> waiting_;   // events put and not yet given
  std::shared_ptr<const ChangeBatch> at_hand_;                // to be given first, if nothing waits
  bool behind_ = false;   // the callback has enough to do for now: the rest is heard later
};

}  // namespace aurora::facade
