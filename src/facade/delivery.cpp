// Body of callbacks: Following, Watcher::on_update, ReactiveState. Called by users; calls the announcer.
#include <aurora/delivery.hpp>

#include "announcer.hpp"
#include "once_consumer.hpp"
#include "state.hpp"
#include "watch_consumer.hpp"

#include <mutex>
#include <utility>

namespace aurora {

Following::Following(std::weak_ptr<facade::State> state, std::shared_ptr<facade::Consumer> consumer)
    : state_(std::move(state)), consumer_(std::move(consumer)) {}

Following& Following::operator=(Following&& other) noexcept {
  // The one that is replaced goes out of scope here.
  Following moved(std::move(other));
  std::swap(state_, moved.state_);
  std::swap(consumer_, moved.consumer_);
  return *this;
}

Following::~Following() { stop(); }

void Following::stop() noexcept {
  const auto consumer = std::exchange(consumer_, nullptr);
  if (!consumer) return;
  consumer->stop();
  if (const auto state = state_.lock()) state->announcer().forget(consumer);
}

bool Following::cancel() noexcept {
  if (!consumer_) return true;
  if (!consumer_->cancel()) return false;
  stop();
  return true;
}

bool Following::is_active() const noexcept { return consumer_ != nullptr && !consumer_->is_over(); }

Following Watcher::on_update(std::function<void(const WatchUpdate&)> callback, DeliveryOptions options) && {
  const auto watcher = std::exchange(state_, nullptr);
  auto consumer = std::make_shared<facade::WatchConsumer>(watcher, std::move(callback), std::move(options));
  watcher->state()->announcer().add(consumer).value();
  return Following(watcher->state(), std::move(consumer));
}

Following Watcher::when_next(std::function<void(Result<WatchUpdate>)> done) {
  using Consumer = facade::OnceConsumer<WatchUpdate>;
  const auto& watcher = state_;
  auto consumer = std::make_shared<Consumer>(
      watcher->state()->engine().options().log, [watcher] { return watcher->poll({}); }, std::move(done),
      Consumer::Source{[watcher] { return watcher->live().routes(); },
                       [watcher] { return watcher->live().figures().requeries; }, [watcher] { return watcher->due(); }});
  watcher->state()->announcer().add(consumer).value();
  return Following(watcher->state(), std::move(consumer));
}

struct ReactiveState::Shared {
  mutable std::mutex mutex;
  Snapshot snapshot;                                                       // guarded
  std::shared_ptr<const std::function<void(const Snapshot&)>> callback;    // guarded
};

ReactiveState::ReactiveState(Watcher watcher, DeliveryOptions options) : shared_(std::make_shared<Shared>()) {
  shared_->snapshot = {watcher.sequence(), std::make_shared<const std::vector<WatchedRow>>(watcher.current())};
  following_ = std::move(watcher).on_update(
      [shared = shared_](const WatchUpdate& update) {
        // Only this changes the list, one call at a time.
        auto list = [&] {
          std::lock_guard lock(shared->mutex);
          return *shared->snapshot.list;
        }();
        update.apply_to(list);
        const Snapshot next{update.sequence, std::make_shared<const std::vector<WatchedRow>>(std::move(list))};
        const auto callback = [&] {
          std::lock_guard lock(shared->mutex);
          shared->snapshot = next;
          return shared->callback;
        }();
        if (callback) (*callback)(next);
      },
      std::move(options));
}

ReactiveState::Snapshot ReactiveState::snapshot() const {
  std::lock_guard lock(shared_->mutex);
  return shared_->snapshot;
}

void ReactiveState::on_change(std::function<void(const Snapshot&)> callback) {
  auto made = callback ? std::make_shared<const std::function<void(const Snapshot&)>>(std::move(callback)) : nullptr;
  std::lock_guard lock(shared_->mutex);
  shared_->callback.swap(made);
}

}  // namespace aurora
