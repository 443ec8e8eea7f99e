// One listener: its place in the commits, and which changes of them it hears. Private to the facade.
#pragma once

#include "commit_events.hpp"
#include "feed.hpp"

#include <aurora/listener.hpp>

#include <memory>
#include <optional>
#include <string>

namespace aurora::facade {

/// Threads: one thread at a time.
class ListenerState {
 public:
  /// Without a collection: all but those of the system.
  ListenerState(std::shared_ptr<State> state, Sequence after, std::optional<std::string> collection,
                EventFilter filter);
  ~ListenerState();
  ListenerState(const ListenerState&) = delete;
  ListenerState& operator=(const ListenerState&) = delete;

  [[nodiscard]] Result<std::optional<ChangeEvent>> poll(std::chrono::milliseconds timeout);
  [[nodiscard]] Result<ChangeBatch> poll_batch(std::chrono::milliseconds timeout, std::size_t most);
  /// What the listener hears of the round, and its place behind it. False: that must be polled for.
  [[nodiscard]] bool take_round(Round& round, std::shared_ptr<const ChangeBatch>& batch);
  [[nodiscard]] Feed& feed() noexcept { return feed_; }

 private:
  /// Whether a change of the commit at `place` may be one for it.
  [[nodiscard]] bool concerns(const commit::Commit& commit, std::uint32_t place) const;
  [[nodiscard]] const std::shared_ptr<const CommitEvents>& events_at(const commit::Commit& commit, std::uint32_t place);
  [[nodiscard]] const ChangeEvent* event_at(const commit::Commit& commit, std::uint32_t place);

  Feed feed_;
  const std::optional<std::string> collection_;
  const EventFilter filter_;
  std::shared_ptr<const CommitEvents> events_;   // those looked at last
  std::shared_ptr<const CommitEvents> taken_;    // within poll_batch: those that are in the batch already
  std::optional<Error> held_;                    // what came after the last batch
};

}  // namespace aurora::facade
