// Waiting for changes with Asio: async_next of listeners, watchers and topics for any completion token, so that
// `co_await watcher.async_next(asio::use_awaitable)` works. Public, by itself: whoever includes it has Asio.
//
// The event comes to the handler's associated executor. A pending wait can be cancelled by its cancellation slot (then
// the exception is a system_error of asio::error::operation_aborted), and is answered Closed when the database closes.
// Requires: one wait at a time, and nothing else asked meanwhile; the listener or watcher itself may be dropped.
#pragma once

#include <aurora/error.hpp>
#include <aurora/listener.hpp>
#include <aurora/topic.hpp>
#include <aurora/watcher.hpp>

#include <asio/associated_cancellation_slot.hpp>
#include <asio/associated_executor.hpp>
#include <asio/async_result.hpp>
#include <asio/cancellation_type.hpp>
#include <asio/error.hpp>
#include <asio/executor_work_guard.hpp>
#include <asio/post.hpp>

#include <exception>
#include <memory>
#include <mutex>
#include <system_error>
#include <utility>

namespace aurora::detail {

/// One wait for one handler. Threads: every call may come from any thread.
template <class T, class Handler>
class AsyncWait : public std::enable_shared_from_this<AsyncWait<T, Handler>> {
 public:
  explicit AsyncWait(Handler handler)
      : executor_(asio::get_associated_executor(handler)), work_(executor_), handler_(std::make_unique<Handler>(std::move(handler))) {}

  template <class Source>
  void start(Source& source) {
    auto slot = asio::get_associated_cancellation_slot(*handler_);
    if (slot.is_connected())
      slot.assign([wait = this->weak_from_this()](asio::cancellation_type kind) {
        const auto self = wait.lock();
        if (self && kind != asio::cancellation_type::none) self->cancel();
      });
    try {
      keep(source.when_next([self = this->shared_from_this()](Result<T> result) {
        if (result)
          self->finish(nullptr, *std::move(result));
        else
          self->finish(std::make_exception_ptr(result.error()), {});
      }));
    } catch (...) {
      finish(std::current_exception(), {});
    }
  }

 private:
  void keep(Following following) {
    bool cancelled = false;
    {
      std::lock_guard lock(mutex_);
      // Told already: it goes out of scope, which ends it.
      if (handler_) following_ = std::move(following);
      kept_ = true;
      cancelled = cancelled_;
    }
    if (cancelled) cancel();
  }

  // What has come already goes to the handler: nothing is lost to who asks again.
  void cancel() {
    Following following;
    {
      std::lock_guard lock(mutex_);
      cancelled_ = true;
      if (!kept_ || !handler_) return;   // `keep` goes on with it; or it was told
      std::swap(following, following_);
    }
    // Not under the mutex: it waits for a call under way, which takes that.
    if (following.cancel())
      return finish(std::make_exception_ptr(std::system_error(asio::error::operation_aborted)), {});
    std::lock_guard lock(mutex_);
    if (handler_) std::swap(following, following_);
  }

  void finish(std::exception_ptr error, T value) {
    Following ended;
    std::unique_ptr<Handler> handler;
    {
      std::lock_guard lock(mutex_);
      handler = std::move(handler_);
      std::swap(ended, following_);
    }
    if (!handler) return;
    asio::post(executor_, [handler = std::move(*handler), error = std::move(error), value = std::move(value),
                           work = std::move(work_)]() mutable {
      if (auto slot = asio::get_associated_cancellation_slot(handler); slot.is_connected()) slot.clear();
      work.reset();
      std::move(handler)(std::move(error), std::move(value));
    });
  }

  using Executor = asio::associated_executor_t<Handler>;
  const Executor executor_;
  asio::executor_work_guard<Executor> work_;
  std::mutex mutex_;
  std::unique_ptr<Handler> handler_;   // guarded; null: it was told
  Following following_;                // guarded
  bool kept_ = false;                  // guarded
  bool cancelled_ = false;             // guarded
};

template <class T, class Source, class CompletionToken>
auto async_next(Source& source, CompletionToken&& token) {
  return asio::async_initiate<CompletionToken, void(std::exception_ptr, T)>(
      [&source](auto handler) {
        std::make_shared<AsyncWait<T, decltype(handler)>>(std::move(handler))->start(source);
      },
      token);
}

}  // namespace aurora::detail

namespace aurora {

template <class CompletionToken>
auto Listener::async_next(CompletionToken&& token) {
  return detail::async_next<ChangeEvent>(*this, std::forward<CompletionToken>(token));
}

template <class CompletionToken>
auto Watcher::async_next(CompletionToken&& token) {
  return detail::async_next<WatchUpdate>(*this, std::forward<CompletionToken>(token));
}

template <class CompletionToken>
auto TopicListener::async_next(CompletionToken&& token) {
  return detail::async_next<TopicMessage>(*this, std::forward<CompletionToken>(token));
}

}  // namespace aurora
