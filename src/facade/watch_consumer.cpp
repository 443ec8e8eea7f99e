// Body of consumers of watched queries. Called by the announcer; calls the watcher's state.
#include "watch_consumer.hpp"

#include <utility>

namespace aurora::facade {

namespace {
// More updates than this do not wait for a callback: they are added up.
constexpr std::size_t kMostWaiting = 64;
// How soon a slow callback is looked at again.
constexpr std::chrono::milliseconds kRetry{5};
}  // namespace

WatchConsumer::WatchConsumer(std::shared_ptr<WatcherState> watcher, Callback callback, DeliveryOptions options)
    : Consumer(std::make_shared<Outlet>(std::move(options.executor), watcher->state()->engine().options().log)),
      watcher_(std::move(watcher)),
      callback_(std::make_shared<const Callback>(std::move(callback))),
      on_error_(options.on_error
                    ? std::make_shared<const std::function<void(const Error&)>>(std::move(options.on_error))
                    : nullptr) {
  given_ = watcher_->live().list();
}

void WatchConsumer::hear(const std::shared_ptr<const commit::Commit>& commit) {
  reactive::LiveBatch batch;
  const auto status = watcher_->take(*commit, batch);
  take(status, std::move(batch));
}

void WatchConsumer::catch_up() {
  // One by one, as if it had been there from the start.
  for (bool changed = true; changed;) {
    reactive::LiveBatch batch;
    const auto looked = watcher_->look(batch);
    changed = looked.has_value() && *looked;
    take(looked.has_value() ? Status() : Status(looked.error()), std::move(batch));
  }
}

void WatchConsumer::take(const Status& status, reactive::LiveBatch batch) {
  if (!status) {
    if (std::exchange(failing_, true)) return;
    if (on_error_)
      outlet().put([on_error = on_error_, error = status.error()] { (*on_error)(error); });
    else
      outlet().log("a watched query fails: " + std::string(status.error().what()));
    return;
  }
  failing_ = false;
  if (batch.changes.empty() || due_) return;
  if (watcher_->debounce().count() > 0) {
    due_ = Clock::now() + watcher_->debounce();
  } else if (outlet().waiting() < kMostWaiting) {
    put(watcher_->give(std::move(batch)));
    // From here on it may have to be added up.
    if (outlet().waiting() >= kMostWaiting) given_ = watcher_->live().list();
  } else {
    due_ = Clock::now() + kRetry;
  }
}

void WatchConsumer::put(WatchUpdate update) {
  outlet().put([callback = callback_, update = std::move(update)] { (*callback)(update); });
}

void WatchConsumer::sum_up() {
  if (outlet().waiting() >= kMostWaiting) {
    due_ = Clock::now() + kRetry;
    return;
  }
  due_.reset();
  auto list = watcher_->live().list();
  auto changes = reactive::compare_lists(given_, list);
  given_ = std::move(list);
  if (!changes.empty()) put(watcher_->give({watcher_->live().sequence(), std::move(changes)}));
}

std::optional<Consumer::Clock::time_point> WatchConsumer::give() {
  if (due_ && *due_ <= Clock::now()) sum_up();
  outlet().give();
  return due_;
}

}  // namespace aurora::facade
