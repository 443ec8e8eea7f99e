// Body of the announcer. Called by watchers and listeners that are to call somebody; calls consumers.
#include "announcer.hpp"

#include "router.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>
#include <deque>
#include <unordered_map>
#include <utility>

namespace aurora::facade {

namespace {
// Commits taken at once. What they make is given before more are taken.
constexpr std::size_t kBatch = 64;
constexpr auto kLongest = std::chrono::hours(24);
}  // namespace

/// What the thread shares with those that add consumers; lives as long as the thread.
struct Announcer::Core {
  Core(std::shared_ptr<commit::Engine> of, std::shared_ptr<EventShelf> events)
      : engine(std::move(of)), shelf(std::move(events)) {}
  const std::shared_ptr<commit::Engine> engine;
  const std::shared_ptr<EventShelf> shelf;
  std::mutex mutex;
  std::vector<std::shared_ptr<Consumer>> joining;   // guarded
  std::vector<std::shared_ptr<Consumer>> leaving;   // guarded
  std::vector<std::shared_ptr<Consumer>> woken;     // guarded
  bool running = false;                             // guarded
};

/// The thread's own.
class Announcer::Run {
 public:
  explicit Run(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  void operator()() {
    while (auto stirs = begin_round()) {
      if (!hear()) {
        end();
        break;
      }
      give();
      if (!more_) static_cast<void>(engine().tail().wait_after(heard_, due_.value_or(Clock::now() + kLongest), *stirs));
    }
    // Released here, outside all locks: the last one may take the database with it.
    members_.clear();
  }

 private:
  using Clock = Consumer::Clock;
  using Consumers = std::vector<std::shared_ptr<Consumer>>;
  struct Member {
    std::shared_ptr<Consumer> consumer;
    std::vector<reactive::Route> routes;
    std::uint64_t version = 0;
  };

  [[nodiscard]] commit::Engine& engine() const noexcept { return *core_->engine; }

  // Takes in who joined. Nothing when nobody is left: the thread ends.
  std::optional<std::uint64_t> begin_round() {
    const auto stirs = engine().tail().stirs();
    Consumers leaving;
    {
      std::lock_guard lock(core_->mutex);
      joining_.insert(joining_.end(), core_->joining.begin(), core_->joining.end());
      core_->joining.clear();
      leaving.swap(core_->leaving);
      woken_.swap(core_->woken);
    }
    for (const auto& consumer : leaving) forget(consumer);
    if (!members_.empty() || !joining_.empty()) return stirs;
    std::lock_guard lock(core_->mutex);
    if (!core_->joining.empty()) return stirs;
    core_->running = false;
    return std::nullopt;
  }

  void forget(const std::shared_ptr<Consumer>& consumer) {
    std::erase(joining_, consumer);
    const auto found = members_.find(consumer.get());
    if (found == members_.end()) return;
    if (consumer->follows_rounds())
      std::erase(followers_, consumer.get());
    else
      router_.remove(consumer.get(), found->second.routes);
    waiting_.erase(consumer.get());
    members_.erase(found);
  }

  // False once the engine is closed.
  bool hear() {
    touched_.clear();
    more_ = false;
    const auto entry = engine().enter();
    if (!entry) return false;
    // Before who joins is brought up to date: nothing lies between.
    if (members_.empty()) heard_ = engine().tail().newest();
    for (auto& consumer : std::exchange(joining_, {})) join(std::move(consumer));
    for (const auto& consumer : std::exchange(woken_, {})) {
      if (!members_.contains(consumer.get())) continue;
      consumer->catch_up();
      touched_.push_back(consumer.get());
    }
    std::deque<std::shared_ptr<const commit::Commit>> commits;
    if (!engine().tail().read_after(heard_, kBatch, commits)) {
      heard_ = engine().tail().newest();
      for (auto& [consumer, member] : members_) {
        consumer->catch_up();
        reroute(consumer, member);
        touched_.push_back(consumer);
      }
    }
    if (!commits.empty()) hear(commits);
    more_ = commits.size() == kBatch;
    return true;
  }

  void hear(const std::deque<std::shared_ptr<const commit::Commit>>& commits) {
    Round round(heard_, {commits.begin(), commits.end()}, *core_->shelf);
    for (auto* consumer : followers_) consumer->hear_round(round);
    touched_.insert(touched_.end(), followers_.begin(), followers_.end());
    for (const auto& commit : commits) {
      for (auto* consumer : router_.concerned(*commit)) {
        consumer->hear(commit);
        reroute(consumer, members_.at(consumer));
        touched_.push_back(consumer);
      }
      heard_ = commit->sequence;
    }
  }

  void join(std::shared_ptr<Consumer> consumer) {
    auto* const key = consumer.get();
    key->catch_up();
    touched_.push_back(key);
    auto& member = members_[key];
    member = {std::move(consumer), {}, 0};
    if (key->follows_rounds()) {
      followers_.push_back(key);
      return;
    }
    member.version = key->routes_version();
    member.routes = key->routes();
    router_.add(key, member.routes);
  }

  void reroute(Consumer* consumer, Member& member) {
    const auto version = consumer->routes_version();
    if (version == member.version) return;
    member.version = version;
    auto routes = consumer->routes();
    if (std::equal(routes.begin(), routes.end(), member.routes.begin(), member.routes.end(), reactive::is_same)) return;
    router_.remove(consumer, member.routes);
    member.routes = std::move(routes);
    router_.add(consumer, member.routes);
  }

  // No entry is held here: who is called may close the database.
  void give() {
    if (due_ && *due_ <= Clock::now())
      for (const auto& [consumer, when] : waiting_)
        if (when <= Clock::now()) touched_.push_back(consumer);
    std::sort(touched_.begin(), touched_.end());
    touched_.erase(std::unique(touched_.begin(), touched_.end()), touched_.end());
    for (auto* consumer : touched_) {
      waiting_.erase(consumer);
      if (const auto next = consumer->give()) waiting_[consumer] = *next;
    }
    due_.reset();
    for (const auto& [consumer, when] : waiting_) due_ = due_ ? std::min(*due_, when) : when;
  }

  void end() {
    {
      std::lock_guard lock(core_->mutex);
      core_->running = false;
      joining_.insert(joining_.end(), core_->joining.begin(), core_->joining.end());
      core_->joining.clear();
      core_->leaving.clear();
      core_->woken.clear();
    }
    for (const auto& [consumer, member] : members_) consumer->end();
    for (const auto& consumer : joining_) consumer->end();
  }

  const std::shared_ptr<Core> core_;
  Consumers joining_;
  Consumers woken_;
  std::unordered_map<Consumer*, Member> members_;
  std::vector<Consumer*> followers_;                         // members that hear rounds
  Router router_;                                            // of the other members
  Sequence heard_ = 0;
  bool more_ = false;                                        // commits may be at hand
  std::vector<Consumer*> touched_;                           // of this round
  std::unordered_map<Consumer*, Clock::time_point> waiting_; // who wants to be asked again
  std::optional<Clock::time_point> due_;                     // the first of those
};

Announcer::Announcer(std::shared_ptr<commit::Engine> engine, std::shared_ptr<EventShelf> shelf)
    : core_(std::make_shared<Core>(std::move(engine), std::move(shelf))) {}

Announcer::~Announcer() { join(); }

Status Announcer::add(std::shared_ptr<Consumer> consumer) {
  AURORA_ASSIGN(const auto entry, core_->engine->enter());
  std::lock_guard threads(thread_mutex_);
  bool start = false;
  {
    std::lock_guard lock(core_->mutex);
    core_->joining.push_back(std::move(consumer));
    start = !std::exchange(core_->running, true);
  }
  if (!start) {
    core_->engine->tail().stir();
    return {};
  }
  // The one before has nothing to do any more. A callback may start the next one on the thread that ends.
  if (thread_.joinable()) thread_.get_id() == std::this_thread::get_id() ? thread_.detach() : thread_.join();
  thread_ = std::thread([core = core_] {
    Run run(core);
    run();
  });
  return {};
}

void Announcer::forget(std::shared_ptr<Consumer> consumer) {
  {
    std::lock_guard lock(core_->mutex);
    if (!core_->running) return;
    core_->leaving.push_back(std::move(consumer));
  }
  core_->engine->tail().stir();
}

void Announcer::wake(std::shared_ptr<Consumer> consumer) {
  {
    std::lock_guard lock(core_->mutex);
    if (!core_->running) return;
    core_->woken.push_back(std::move(consumer));
  }
  core_->engine->tail().stir();
}

void Announcer::join() noexcept {
  std::lock_guard threads(thread_mutex_);
  if (!thread_.joinable()) return;
  thread_.get_id() == std::this_thread::get_id() ? thread_.detach() : thread_.join();
}

}  // namespace aurora::facade
