// Topics of the application: lists of messages in memory, and the places of those who listen. Private to the facade.
//
//   publish ──► Topic: messages, the newest at the end ──► TopicState: a number ──► poll, or a consumer that is woken
#pragma once

#include <aurora/topic.hpp>

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::facade {

class Consumer;
class State;
class TopicState;

/// Lives as long as somebody listens to it. Threads: every call may come from any thread.
class Topic {
 public:
  explicit Topic(std::string name) : name_(std::move(name)) {}

  /// Returns how many listen; `woken` gets the consumers that must be told to catch up.
  [[nodiscard]] std::size_t publish(std::shared_ptr<const std::string> text,
                                    std::vector<std::shared_ptr<Consumer>>& woken);
  void close();

 private:
  friend class TopicState;
  /// Requires: the mutex is held.
  void put_to_sleep(const std::weak_ptr<Consumer>& consumer);
  static constexpr std::uint64_t kMostBytes = 8u << 20;
  [[nodiscard]] static std::uint64_t cost(const TopicMessage& message) {
    return sizeof(TopicMessage) + message.topic.size() + message.text->size();
  }

  const std::string name_;
  std::mutex mutex_;
  std::condition_variable grown_;
  std::deque<TopicMessage> messages_;                      // guarded
  std::uint64_t bytes_ = 0;                                // guarded
  std::uint64_t newest_ = 0;                               // guarded: the number of the last message
  std::size_t listeners_ = 0;                              // guarded
  std::vector<std::weak_ptr<Consumer>> sleeping_;          // guarded: to be woken by the next message
  std::size_t awaited_ = 0;                                // guarded: of those, as last counted
  bool closed_ = false;                                    // guarded
};

/// The topics of a database. Threads: every call may come from any thread.
class Topics {
 public:
  /// Null when nobody listens.
  [[nodiscard]] std::shared_ptr<Topic> find(std::string_view name);
  /// Errors: Closed.
  [[nodiscard]] Result<std::shared_ptr<Topic>> open(std::string_view name);
  /// Ends all waiting, now and later.
  void close();
  [[nodiscard]] bool is_closed();

 private:
  std::mutex mutex_;
  std::map<std::string, std::weak_ptr<Topic>, std::less<>> topics_;   // guarded
  bool closed_ = false;                                               // guarded
};

/// One listener's place in a topic. Threads: one thread at a time.
class TopicState {
 public:
  TopicState(std::shared_ptr<State> state, std::shared_ptr<Topic> topic);
  ~TopicState();
  TopicState(const TopicState&) = delete;
  TopicState& operator=(const TopicState&) = delete;

  [[nodiscard]] Result<std::optional<TopicMessage>> poll(std::chrono::milliseconds timeout);
  /// As poll without waiting; when there is nothing, the consumer is woken by the next message.
  [[nodiscard]] Result<std::optional<TopicMessage>> poll_for(const std::weak_ptr<Consumer>& consumer);
  [[nodiscard]] Lag lag() const noexcept { return lag_; }
  [[nodiscard]] const std::shared_ptr<State>& state() const noexcept { return state_; }

 private:
  /// Requires: the topic's mutex is held.
  [[nodiscard]] Result<std::optional<TopicMessage>> look();

  const std::shared_ptr<State> state_;
  const std::shared_ptr<Topic> topic_;
  std::uint64_t heard_ = 0;        // the number of the last message that was given or missed
  Lag lag_;
};

}  // namespace aurora::facade
