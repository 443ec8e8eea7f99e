// Body of dispatcher.hpp: starting, stopping, and the threads that run handlers. Rounds are in rounds.cpp.
#include <aurora/jobs/dispatcher.hpp>

#include <aurora/base/try.hpp>

#include <algorithm>
#include <system_error>

namespace aurora::jobs {

namespace {
thread_local bool under_handler = false;

// How long an attempt is remembered by the mean of its type.
constexpr std::int64_t kMeanOf = 8;
}  // namespace

Dispatcher::Dispatcher(commit::Engine& engine, WorkerConfig config)
    : engine_(engine),
      config_(std::move(config)),
      records_(*engine.catalog()),
      ready_([this](std::string_view type) {
        const auto found = known_.find(type);
        return found == known_.end() ? nullptr : found->second.get();
      }),
      random_(std::random_device{}()) {
  for (const auto& [name, limit] : config_.queue_concurrency) ready_.queue(name).limit = limit;
}

Dispatcher::~Dispatcher() {
  static_cast<void>(stop(config_.close_grace));
  join();
}

bool Dispatcher::runs_handler() noexcept { return under_handler; }

void Dispatcher::handle(const std::string& type, Handler handler) {
  const std::lock_guard lock(mutex_);
  auto slot = std::make_shared<HandlerSlot>();
  slot->run = std::move(handler);
  handlers_[type] = std::move(slot);
  handlers_changed_ = true;
  turn_.notify_one();
}

void Dispatcher::on_end(OnEnd listener) {
  const std::lock_guard lock(mutex_);
  on_end_ = std::move(listener);
}

bool Dispatcher::is_started() const {
  const std::lock_guard lock(mutex_);
  return state_ == State::kRunning;
}

Status Dispatcher::start() {
  const std::lock_guard control(control_mutex_);
  {
    const std::lock_guard lock(mutex_);
    if (state_ != State::kStopped) return {};
    ++generation_;
    busy_ = dealt_ = 0;
    waiting_.clear();
    waiting_nanos_ = 0;
    finished_.clear();
    heard_.clear();
    batch_ = 1;
    handlers_changed_ = true;
    state_ = State::kRunning;
    in_round_ = true;
  }
  // From here on nothing is missed: what was there before is loaded after.
  engine_.set_job_listener([this](const std::shared_ptr<const commit::Commit>& commit) { hear(commit); });
  try {
    for (std::uint32_t i = 0; i < config_.threads; ++i)
      threads_.emplace_back([this, generation = generation_] { run_thread(generation); });
    dispatcher_ = std::thread([this] { run_rounds(); });
  } catch (const std::system_error& error) {
    engine_.set_job_listener({});
    {
      const std::lock_guard lock(mutex_);
      ++generation_;
      state_ = State::kStopped;
      work_.notify_all();
    }
    for (auto& thread : threads_) thread.join();
    threads_.clear();
    return Error(ErrorCode::kIoError, std::string("the threads of the workers cannot be started: ") + error.what());
  }
  return {};
}

bool Dispatcher::stop(std::chrono::milliseconds timeout) {
  const std::lock_guard control(control_mutex_);
  bool drained = true;
  {
    std::unique_lock lock(mutex_);
    if (state_ == State::kStopped) return stragglers_.empty();
    state_ = State::kDraining;
    turn_.notify_one();
    drained = drained_.wait_for(lock, timeout, [&] { return dealt_ == 0 && !in_round_ && finished_.empty(); });
    state_ = State::kEnding;
    turn_.notify_one();
  }
  dispatcher_.join();
  engine_.set_job_listener({});
  {
    const std::lock_guard lock(mutex_);
    ++generation_;
    state_ = State::kStopped;
    work_.notify_all();
  }
  if (drained) {
    for (auto& thread : threads_) thread.join();
  } else {
    for (auto& thread : threads_) stragglers_.push_back(std::move(thread));
  }
  threads_.clear();
  return drained;
}

void Dispatcher::join() {
  const std::lock_guard control(control_mutex_);
  for (auto& thread : stragglers_) thread.join();
  stragglers_.clear();
}

void Dispatcher::pause(const std::string& queue) {
  const std::lock_guard lock(mutex_);
  pauses_[queue] = true;
  pauses_changed_ = true;
  turn_.notify_one();
}

void Dispatcher::resume(const std::string& queue) {
  const std::lock_guard lock(mutex_);
  pauses_[queue] = false;
  pauses_changed_ = true;
  turn_.notify_one();
}

void Dispatcher::pause_all() {
  const std::lock_guard lock(mutex_);
  paused_ = true;
}

void Dispatcher::resume_all() {
  const std::lock_guard lock(mutex_);
  paused_ = false;
  resumed_ = true;
  turn_.notify_one();
}

Status Dispatcher::complete(WriteView& view, Attempt& attempt, const Value& result) const {
  if (!attempt.cancelled.load(std::memory_order_acquire) && attempt.has_lease(SteadyClock::now())) {
    AURORA_ASSIGN(const bool done, records_.complete(view, attempt.token, result));
    if (done) {
      attempt.committed.store(true, std::memory_order_release);
      return {};
    }
  }
  return Error(ErrorCode::kInvalidOperation,
               "the attempt no longer has its job (it was cancelled, timed out, or its lease ran out): nothing was written");
}

void Dispatcher::note_progress(Attempt& attempt, Value progress) {
  {
    const std::lock_guard lock(attempt.mutex);
    attempt.progress = std::move(progress);
    attempt.has_progress = true;
  }
  const std::lock_guard lock(mutex_);
  progress_noted_ = true;
}

// On the thread that published the commit: nothing but taking note.
void Dispatcher::hear(const std::shared_ptr<const commit::Commit>& commit) {
  const std::lock_guard lock(mutex_);
  heard_.push_back(commit);
  if (dispatcher_waits_ && waiting_.empty()) turn_.notify_one();
}

void Dispatcher::run_thread(std::uint64_t generation) {
  std::unique_lock lock(mutex_);
  for (;;) {
    work_.wait(lock, [&] { return generation_ != generation || !waiting_.empty() || !notices_.empty(); });
    if (!notices_.empty()) {
      const auto notice = std::move(notices_.front());
      notices_.pop_front();
      const auto listener = on_end_;
      lock.unlock();
      under_handler = true;
      if (listener) listener(notice);
      under_handler = false;
      lock.lock();
    } else if (generation_ != generation) {
      return;
    } else {
      run_one(lock, generation);
    }
  }
}

void Dispatcher::run_one(std::unique_lock<std::mutex>& lock, std::uint64_t generation) {
  Finished finished;
  finished.attempt = std::move(waiting_.front());
  waiting_.pop_front();
  auto& attempt = *finished.attempt;
  waiting_nanos_ -= attempt.expected_nanos;
  finished.outcome = Outcome::kSkipped;
  if (!attempt.cancelled.load(std::memory_order_acquire)) {
    ++busy_;
    const auto begun = SteadyClock::now();
    last_begun_ = begun;
    lock.unlock();
    under_handler = true;
    auto result = attempt.handler->run(finished.attempt);
    under_handler = false;
    const auto took = std::chrono::nanoseconds(SteadyClock::now() - begun).count();
    auto& mean = attempt.handler->mean_nanos;
    const auto before = mean.load(std::memory_order_relaxed);
    mean.store(before < 0 ? took : before + (took - before) / kMeanOf, std::memory_order_relaxed);
    finished.outcome = result ? Outcome::kCompleted : Outcome::kFailed;
    if (result)
      finished.result = *std::move(result);
    else
      finished.error = result.error().message();
    lock.lock();
    // Those who were not waited for are of nobody's business any more.
    if (generation_ != generation) return;
    --busy_;
  }
  finished_.push_back(std::move(finished));
  wake_if_worth();
}

// Many short jobs come back together; when a thread has nothing to do, each counts. Requires: the lock is held.
void Dispatcher::wake_if_worth() {
  if (dispatcher_waits_ && (waiting_.empty() || finished_.size() >= batch_)) turn_.notify_one();
}

void Dispatcher::warn(const std::string& message) const {
  constexpr int kWarning = 1;
  if (engine_.options().log) engine_.options().log(kWarning, message);
}

}  // namespace aurora::jobs
