// The one thread of a database that follows the commits for everybody who wants to be called. It reads the tail once,
// asks a table who is concerned, lets those hear the commit, and then, holding nothing, gives them what they made of it.
// Owned by State; private to the facade.
//
//   tail ──► router: by collection and key ──► Consumer::hear ──► outlet ──► callback, executor
//     └────► what it read in one round, as events made once ──► those that follow everything ──► outlet ──► …
//
// Consumers that no commit concerns cost it nothing, however many there are.
#pragma once

#include "commit_events.hpp"
#include "outlet.hpp"

#include <aurora/commit/engine.hpp>
#include <aurora/reactive/route.hpp>

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <vector>

namespace aurora::facade {

/// Somebody who is called. Threads: all but stop and is_over is for the announcer's thread.
class Consumer {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Consumer(std::shared_ptr<Outlet> outlet) : outlet_(std::move(outlet)) {}
  virtual ~Consumer() = default;
  Consumer(const Consumer&) = delete;
  Consumer& operator=(const Consumer&) = delete;

  /// A commit that may concern it. Requires: an engine entry is held.
  virtual void hear(const std::shared_ptr<const commit::Commit>& commit) = 0;
  /// Hears by itself whatever there is: at the start, when commits are not at hand any more, and when it was woken.
  /// Requires: as hear.
  virtual void catch_up() = 0;
  /// True: it hears rounds instead of commits, and its routes are not asked for.
  [[nodiscard]] virtual bool follows_rounds() const noexcept { return false; }
  /// All commits of a round. Requires: as hear.
  virtual void hear_round(Round&) {}
  /// The database is closed: nothing comes any more.
  virtual void end() {}
  /// Gives what it made of that. The time at which it wants to be asked again, commit or not.
  [[nodiscard]] virtual std::optional<Clock::time_point> give() = 0;
  /// What concerns it, and a number that changes whenever that does.
  [[nodiscard]] virtual std::vector<reactive::Route> routes() const = 0;
  [[nodiscard]] virtual std::uint64_t routes_version() const noexcept { return 0; }

  /// Nothing is asked or called any more; waits for what is under way, unless that asks for it.
  virtual void stop() noexcept { outlet_->stop(); }
  /// As stop; false, and nothing was done, when what it waited for has come and is on its way.
  [[nodiscard]] virtual bool cancel() noexcept {
    stop();
    return true;
  }
  [[nodiscard]] bool is_over() const noexcept { return outlet_->is_stopped(); }

 protected:
  [[nodiscard]] Outlet& outlet() noexcept { return *outlet_; }

 private:
  const std::shared_ptr<Outlet> outlet_;
};

/// Threads: every call may come from any thread.
class Announcer {
 public:
  Announcer(std::shared_ptr<commit::Engine> engine, std::shared_ptr<EventShelf> shelf);
  /// Requires: the engine is closed, or nobody was ever added.
  ~Announcer();
  Announcer(const Announcer&) = delete;
  Announcer& operator=(const Announcer&) = delete;

  /// Starts the thread when it does not run. Errors: Closed once the thread has ended with the engine.
  [[nodiscard]] Status add(std::shared_ptr<Consumer> consumer);
  /// Lets go of a consumer that is over, soon.
  void forget(std::shared_ptr<Consumer> consumer);
  /// Has the consumer catch up, soon, if it was added.
  void wake(std::shared_ptr<Consumer> consumer);
  /// Waits for the thread, unless called on it: by a callback that drops the database. Requires: as the destructor.
  void join() noexcept;

 private:
  struct Core;
  class Run;
  const std::shared_ptr<Core> core_;
  std::mutex thread_mutex_;
  std::thread thread_;   // guarded
};

}  // namespace aurora::facade
