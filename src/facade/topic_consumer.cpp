// Body of consumers of topics. Called by the announcer; calls the state of listeners to topics.
#include "topic_consumer.hpp"

namespace aurora::facade {

namespace {
// More messages than this do not wait for a callback: they stay in the topic.
constexpr std::size_t kMostWaiting = 1024;
// How soon a slow callback is looked at again.
constexpr std::chrono::milliseconds kRetry{5};
}  // namespace

TopicConsumer::TopicConsumer(std::shared_ptr<TopicState> topic, Callback callback, DeliveryOptions options,
                             Outlet::Log log)
    : Consumer(std::make_shared<Outlet>(std::move(options.executor), std::move(log))),
      topic_(std::move(topic)),
      callback_(std::make_shared<const Callback>(std::move(callback))),
      on_error_(options.on_error
                    ? std::make_shared<const std::function<void(const Error&)>>(std::move(options.on_error))
                    : nullptr) {}

void TopicConsumer::catch_up() {
  while (!(behind_ = outlet().waiting() >= kMostWaiting)) {
    auto message = topic_->poll_for(self_);
    if (!message) {
      if (message.error().code() == ErrorCode::kClosed) return;
      if (on_error_)
        outlet().put([on_error = on_error_, error = message.error()] { (*on_error)(error); });
      else
        outlet().log("a listener missed something: " + std::string(message.error().what()));
      continue;
    }
    if (!*message) return;
    outlet().put([callback = callback_, message = **std::move(message)] { (*callback)(message); });
  }
}

std::optional<Consumer::Clock::time_point> TopicConsumer::give() {
  outlet().give();
  if (behind_ && outlet().waiting() < kMostWaiting) {
    catch_up();
    outlet().give();
  }
  if (!behind_) return std::nullopt;
  return outlet().waiting() < kMostWaiting ? Clock::now() : Clock::now() + kRetry;
}

}  // namespace aurora::facade
