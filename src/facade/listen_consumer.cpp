// Body of consumers of changes. Called by the announcer; calls listeners.
#include "listen_consumer.hpp"

#include "state.hpp"

#include <utility>

namespace aurora::facade {

namespace {
// More events than this do not wait for a callback: they are read when it is ready for them.
constexpr std::size_t kMostWaiting = 1024;
// How soon a slow callback is looked at again.
constexpr std::chrono::milliseconds kRetry{5};
}  // namespace

ListenConsumer::ListenConsumer(Listener listener, Callback callback, DeliveryOptions options, Outlet::Log log)
    : Consumer(std::make_shared<Outlet>(std::move(options.executor), std::move(log))),
      listener_(std::move(listener)),
      callback_(std::make_shared<const Callback>(std::move(callback))),
      on_error_(options.on_error
                    ? std::make_shared<const std::function<void(const Error&)>>(std::move(options.on_error))
                    : nullptr) {}

void ListenConsumer::catch_up() {
  for (behind_ = false; !behind_;) {
    const auto event = listener_.poll({});
    if (!event) {
      if (event.error().code() == ErrorCode::kClosed) return;
      if (on_error_)
        outlet().put([on_error = on_error_, error = event.error()] { (*on_error)(error); });
      else
        outlet().log("a listener missed something: " + std::string(event.error().what()));
      // After a gap it goes on; what cannot be read is tried again with the next commit.
      if (event.error().code() == ErrorCode::kLimitExceeded) continue;
      return;
    }
    if (!*event) return;
    outlet().put([callback = callback_, event = **event] { (*callback)(event); });
    behind_ = outlet().waiting() >= kMostWaiting;
  }
}

std::optional<Consumer::Clock::time_point> ListenConsumer::give() {
  outlet().give();
  // On the announcer's own thread the callback has had all of them by now.
  if (behind_ && outlet().waiting() < kMostWaiting) {
    catch_up();
    outlet().give();
  }
  if (!behind_) return std::nullopt;
  return outlet().waiting() == 0 ? Clock::now() : Clock::now() + kRetry;
}

}  // namespace aurora::facade
