// Body of consumers of changes. Called by the announcer; calls listeners.
#include "listen_consumer.hpp"

#include "state.hpp"

#include <exception>
#include <utility>

namespace aurora::facade {

namespace {

// More events than this do not wait for a callback: they are read when it is ready for them.
constexpr std::size_t kMostWaiting = 1024;
// How soon a slow callback is looked at again.
constexpr std::chrono::milliseconds kRetry{5};

// One that throws has had its event; the next one comes all the same.
void call_each(const std::function<void(const ChangeEvent&)>& callback, const ChangeBatch& batch, const Outlet& outlet) {
  auto event = batch.begin();
  while (event != batch.end()) {
    try {
      for (; event != batch.end(); ++event) {
        if (outlet.is_stopped()) return;
        callback(*event);
      }
    } catch (const std::exception& error) {
      outlet.log("a callback threw: " + std::string(error.what()));
      ++event;
    } catch (...) {
      outlet.log("a callback threw");
      ++event;
    }
  }
}

// What was given makes room for more before a callback of batches has it: it may take long.
void call(const ListenCalls& calls, const ChangeBatch& batch, std::atomic<std::size_t>& waiting, const Outlet& outlet) {
  if (calls.each) call_each(*calls.each, batch, outlet);
  waiting.fetch_sub(batch.size(), std::memory_order_release);
  if (calls.all) (*calls.all)(batch);
}

}  // namespace

ListenConsumer::ListenConsumer(std::shared_ptr<ListenerState> listener, ListenCalls calls, DeliveryOptions options,
                               Outlet::Log log)
    : Consumer(std::make_shared<Outlet>(std::move(options.executor), std::move(log))),
      listener_(std::move(listener)),
      calls_(std::move(calls)),
      on_error_(options.on_error
                    ? std::make_shared<const std::function<void(const Error&)>>(std::move(options.on_error))
                    : nullptr),
      waiting_(std::make_shared<std::atomic<std::size_t>>(0)) {}

bool ListenConsumer::is_full() const noexcept { return waiting_->load(std::memory_order_acquire) >= kMostWaiting; }

void ListenConsumer::put(std::shared_ptr<const ChangeBatch> batch) {
  waiting_->fetch_add(batch->size(), std::memory_order_relaxed);
  if (at_hand_) put_later();
  at_hand_ = std::move(batch);
}

// The call stands in the outlet: that is there as long as it runs.
void ListenConsumer::put_later() {
  outlet().put([calls = calls_, batch = std::move(at_hand_), waiting = waiting_, &outlet = outlet()] {
    call(calls, *batch, *waiting, outlet);
  });
  at_hand_ = nullptr;
}

void ListenConsumer::tell(const Error& error) {
  if (at_hand_) put_later();
  if (on_error_)
    outlet().put([on_error = on_error_, error] { (*on_error)(error); });
  else
    outlet().log("a listener missed something: " + std::string(error.what()));
}

void ListenConsumer::catch_up() {
  while (!(behind_ = is_full())) {
    auto batch = listener_->poll_batch({}, kMostWaiting);
    if (!batch) {
      if (batch.error().code() == ErrorCode::kClosed) return;
      tell(batch.error());
      // After a gap it goes on; what cannot be read is tried again with the next commit.
      if (batch.error().code() == ErrorCode::kLimitExceeded) continue;
      return;
    }
    if (batch->empty()) return;
    put(std::make_shared<const ChangeBatch>(*std::move(batch)));
  }
}

void ListenConsumer::hear_round(Round& round) {
  if (behind_ || is_full()) {
    behind_ = true;
    return;
  }
  std::shared_ptr<const ChangeBatch> batch;
  if (!listener_->take_round(round, batch)) return catch_up();
  if (batch) put(std::move(batch));
}

void ListenConsumer::give_all() {
  if (at_hand_) {
    // Mostly it is all there is, and can be called without being stored.
    const auto batch = at_hand_;
    if (outlet().call_here([&] { call(calls_, *batch, *waiting_, outlet()); }))
      at_hand_ = nullptr;
    else
      put_later();
  }
  outlet().give();
}

std::optional<Consumer::Clock::time_point> ListenConsumer::give() {
  give_all();
  // On the announcer's own thread the callback has had all of them by now.
  if (behind_ && !is_full()) {
    catch_up();
    give_all();
  }
  if (!behind_) return std::nullopt;
  return is_full() ? Clock::now() + kRetry : Clock::now();
}

}  // namespace aurora::facade
