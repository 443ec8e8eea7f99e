// Being called instead of asking: callbacks for changes of watched results and collections. Public.
//
// Callbacks run on a thread of the database, one after another, outside all its locks: they may write to the database,
// drop what called them, and close the database. One that takes long holds up the other callbacks of its database, never
// a commit; give it an Executor. Calls of one callback never overlap and come in the order of the commits.
#pragma once

#include <aurora/error.hpp>

#include <functional>
#include <memory>

namespace aurora {

namespace facade {
class Consumer;
class State;
}  // namespace facade

/// Runs a task soon, on whatever thread. It may throw; then the task is run on the database's own thread.
using Executor = std::function<void(std::function<void()>)>;

struct DeliveryOptions {
  /// Where the callback runs; empty: on the thread of the database.
  Executor executor = {};
  /// Told when following fails, once until it works again. Empty: the logger is told.
  std::function<void(const Error&)> on_error = {};
};

/// A callback that is being called. Dropping it ends that: no call begins after `stop` or the destructor returned, and
/// one under way is waited for, but not by the callback itself. Movable. Closing the database ends the calls, too.
/// Threads: one thread at a time; `stop` may be called by the callback.
class [[nodiscard]] Following {
 public:
  Following() = default;
  Following(Following&&) noexcept = default;
  Following& operator=(Following&& other) noexcept;
  ~Following();
  void stop() noexcept;
  /// As stop; but false, and still following, when the one thing that was waited for (`when_next`) has come and is on its way.
  [[nodiscard]] bool cancel() noexcept;
  [[nodiscard]] bool is_active() const noexcept;

 private:
  friend class Listener;
  friend class TopicListener;
  friend class Watcher;
  Following(std::weak_ptr<facade::State> state, std::shared_ptr<facade::Consumer> consumer);
  std::weak_ptr<facade::State> state_;
  std::shared_ptr<facade::Consumer> consumer_;
};

}  // namespace aurora
