// A watched query that the announcer keeps: hears commits, gives updates to a callback. Private to the facade.
#pragma once

#include "announcer.hpp"
#include "watcher_state.hpp"

#include <functional>

namespace aurora::facade {

class WatchConsumer final : public Consumer {
 public:
  using Callback = std::function<void(const WatchUpdate&)>;
  WatchConsumer(std::shared_ptr<WatcherState> watcher, Callback callback, DeliveryOptions options);

  void hear(const std::shared_ptr<const commit::Commit>& commit) override;
  void catch_up() override;
  [[nodiscard]] std::optional<Clock::time_point> give() override;
  [[nodiscard]] std::vector<reactive::Route> routes() const override { return watcher_->live().routes(); }
  [[nodiscard]] std::uint64_t routes_version() const noexcept override { return watcher_->live().figures().requeries; }

 private:
  void take(const Status& status, reactive::LiveBatch batch);
  void put(WatchUpdate update);
  void sum_up();

  const std::shared_ptr<WatcherState> watcher_;
  const std::shared_ptr<const Callback> callback_;
  const std::shared_ptr<const std::function<void(const Error&)>> on_error_;
  bool failing_ = false;
  // Updates that are added up instead of waiting, with debounce or behind a slow callback:
  std::vector<reactive::LiveRow> given_;      // the list after the last update that waits
  std::optional<Clock::time_point> due_;      // when the sum is given; none: nothing to add up
};

}  // namespace aurora::facade
