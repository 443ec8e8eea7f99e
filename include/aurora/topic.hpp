// Topics of the application: messages that are told to whoever listens now. Public; made by Database::publish and
// Database::listen_topic.
//
// A topic is one list in memory, with a place in it for each listener: publishing costs the same for one or a thousand.
// Nothing is stored and nothing survives the process. The list is bounded (8 MiB a topic, the newest message always
// stays): a listener that falls further behind is told how many messages it missed, and goes on behind them.
#pragma once

#include <aurora/delivery.hpp>
#include <aurora/listener.hpp>
#include <aurora/result.hpp>
#include <aurora/value.hpp>

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace aurora {

namespace facade {
class TopicState;
}

/// Cheap to copy.
struct TopicMessage {
  std::string topic;
  std::shared_ptr<const std::string> text;   ///< the payload as JSON
  std::uint64_t number = 0;                  ///< rises by one with each message of the topic while somebody listens

  /// The payload as a value; dates, times and uuids are strings in it.
  [[nodiscard]] Value data() const;
  /// {"topic", "payload", "number"}
  [[nodiscard]] std::string to_json() const;
};

/// Movable. Threads: one thread at a time; the database may be closed from any other meanwhile.
/// Errors: Closed once the database is; LimitExceeded, once, when messages were missed: lag() says how many.
class TopicListener {
 public:
  /// The next message; nothing when none came within `timeout`.
  [[nodiscard]] std::optional<TopicMessage> next(std::chrono::milliseconds timeout) { return poll(timeout).value(); }
  /// The next message if it is there already.
  [[nodiscard]] std::optional<TopicMessage> try_next() { return poll({}).value(); }
  /// As next, without exceptions.
  [[nodiscard]] Result<std::optional<TopicMessage>> poll(std::chrono::milliseconds timeout);
  /// The next message for an Asio completion token, as void(std::exception_ptr, TopicMessage): <aurora/async.hpp>.
  template <class CompletionToken>
  auto async_next(CompletionToken&& token);
  /// Calls `done` once on a thread of the database, with the next message, or an error. Not once the handle is stopped.
  /// Until then nothing else may be asked of the listener; it may be dropped. Errors: Closed.
  [[nodiscard]] Following when_next(std::function<void(Result<TopicMessage>)> done);
  /// Messages that were missed, all in all, and the number after which hearing went on, the last time.
  [[nodiscard]] Lag lag() const;
  /// Has every message from here on given to `callback`. Errors: Closed.
  Following on_message(std::function<void(const TopicMessage&)> callback, DeliveryOptions options = {}) &&;

 private:
  friend class Database;
  explicit TopicListener(std::shared_ptr<facade::TopicState> state) : state_(std::move(state)) {}
  std::shared_ptr<facade::TopicState> state_;
};

}  // namespace aurora
