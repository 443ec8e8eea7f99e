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
  explicit Core(std::shared_ptr<commit::Engine> of) : engine(std::move(of)) {}
  const std::shared_ptr<commit::Engine> engine;
  std::mutex mutex;
  std::vector<std::shared_ptr<Consumer>> joining;   // guarded
  bool some_stopped = false;                        // guarded
  bool running = false;                             // guarded
};

/// The thread's own.
class Announcer::Run {
 public:
  explicit Run(std::shared_ptr<Core> core) : core_(std::move(core)) {}

  void operator()() {
    while (auto stirs = begin_round()) {
      if (!hear()) break;
      give();
      if (!more_) static_cast<void>(engine().tail().wait_after(heard_, due_.value_or(Clock::now() + kLongest), *stirs));
    }
    // Released here, outside all locks: the last one may take the database with it.
    members_.clear();
  }

 private:
  using Clock = Consumer::Clock;
  struct Member {
    std::shared_ptr<Consumer> consumer;
    std::vector<reactive::Route> routes;
    std::uint64_t version = 0;
  };

  [[nodiscard]] commit::Engine& engine() const noexcept { return *core_->engine; }

  // Takes in who joined. Nothing when nobody is left: the thread ends.
  std::optional<std::uint64_t> begin_round() {
    const auto stirs = engine().tail().stirs();
    bool some_stopped = false;
    {
      std::lock_guard lock(core_->mutex);
      joining_.insert(joining_.end(), core_->joining.begin(), core_->joining.end());
      core_->joining.clear();
      some_stopped = std::exchange(core_->some_stopped, false);
    }
    if (some_stopped) forget_stopped();
    if (!members_.empty() || !joining_.empty()) return stirs;
    std::lock_guard lock(core_->mutex);
    if (!core_->joining.empty()) return stirs;
    core_->running = false;
    return std::nullopt;
  }

  void forget_stopped() {
    std::erase_if(members_, [&](auto& entry) {
      if (!entry.second.consumer->is_over()) return false;
      router_.remove(entry.first, entry.second.routes);
      waiting_.erase(entry.first);
      return true;
    });
  }

  // False once the engine is closed.
  bool hear() {
    touched_.clear();
    more_ = false;
    const auto entry = engine().enter();
    if (!entry) {
      std::lock_guard lock(core_->mutex);
      core_->running = false;
      core_->joining.clear();
      return false;
    }
    // Before who joins is brought up to date: nothing lies between.
    if (members_.empty()) heard_ = engine().tail().newest();
    for (auto& consumer : std::exchange(joining_, {})) {
      auto* const key = consumer.get();
      key->catch_up();
      members_[key] = {std::move(consumer), {}, 0};
      reroute(key, true);
      touched_.push_back(key);
    }
    std::deque<std::shared_ptr<const commit::Commit>> commits;
    if (!engine().tail().read_after(heard_, kBatch, commits)) {
      heard_ = engine().tail().newest();
      for (auto& [consumer, member] : members_) {
        consumer->catch_up();
        reroute(consumer, false);
        touched_.push_back(consumer);
      }
    }
    for (const auto& commit : commits) {
      for (auto* consumer : router_.concerned(*commit)) {
        consumer->hear(commit);
        reroute(consumer, false);
        touched_.push_back(consumer);
      }
      heard_ = commit->sequence;
    }
    more_ = commits.size() == kBatch;
    return true;
  }

  void reroute(Consumer* consumer, bool is_new) {
    auto& member = members_.at(consumer);
    const auto version = consumer->routes_version();
    if (!is_new && version == member.version) return;
    if (!is_new) router_.remove(consumer, member.routes);
    member.routes = consumer->routes();
    member.version = version;
    router_.add(consumer, member.routes);
  }

  // No entry is held here: who is called may close the database.
  void give() {
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

  const std::shared_ptr<Core> core_;
  std::vector<std::shared_ptr<Consumer>> joining_;
  std::unordered_map<Consumer*, Member> members_;
  Router router_;
  Sequence heard_ = 0;
  bool more_ = false;                                        // commits may be at hand
  std::vector<Consumer*> touched_;                           // of this round
  std::unordered_map<Consumer*, Clock::time_point> waiting_; // who wants to be asked again
  std::optional<Clock::time_point> due_;                     // the first of those
};

Announcer::Announcer(std::shared_ptr<commit::Engine> engine) : core_(std::make_shared<Core>(std::move(engine))) {}

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

void Announcer::forget_stopped() {
  {
    std::lock_guard lock(core_->mutex);
    core_->some_stopped = true;
  }
  core_->engine->tail().stir();
}

void Announcer::join() noexcept {
  std::lock_guard threads(thread_mutex_);
  if (!thread_.joinable()) return;
  thread_.get_id() == std::this_thread::get_id() ? thread_.detach() : thread_.join();
}

}  // namespace aurora::facade
