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
  for (const auto& [name, rate] : config_.queue_rates) {
    auto& queue = ready_.queue(name);
    queue.per = rate.per;
    // Long ago enough to hold nothing up.
    queue.taken.assign(rate.jobs, -std::chrono::nanoseconds(rate.per));
  }
}

Dispatcher::~Dispatcher() {
  static_cast<void>(stop(config_.close_grace));
  join();
}

bool Dispatcher::runs_handler() noexcept { return under_handler; }

void Dispatcher::handle(const std::string& type, Handler handler) {
  auto slot = std::make_shared<HandlerSlot>();
  slot->run = std::move(handler);
  add_handler(type, std::move(slot));
}

void Dispatcher::handle_async(const std::string& type, AsyncHandler handler) {
  auto slot = std::make_shared<HandlerSlot>();
  slot->begin = std::move(handler);
  slot->limit = config_.coroutines;
  add_handler(type, std::move(slot));
}

void Dispatcher::add_handler(const std::string& type, std::shared_ptr<HandlerSlot> slot) {
  const std::lock_guard lock(mutex_);
  auto& metrics = metrics_[type];
  if (!metrics) metrics = std::make_shared<TypeMetrics>();
  slot->metrics = metrics;
  handlers_[type] = std::move(slot);
  handlers_changed_ = true;
  turn_.notify_one();
}

std::vector<TypeReport> Dispatcher::report() const {
  const std::lock_guard lock(mutex_);
  std::vector<TypeReport> types;
  for (const auto& [type, metrics] : metrics_) types.push_back({type, handlers_.contains(type), metrics});
  return types;
}

std::size_t Dispatcher::begun() const {
  const std::lock_guard lock(mutex_);
  return busy_ + suspended_;
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
    if (!marks_ && !directory_.empty()) {
      const auto slots = kMostWaiting + config_.threads + config_.coroutines;
      if (auto marks = BegunMarks::open(directory_, slots))
        marks_ = *std::move(marks);
      else
        warn("what a crash interrupts cannot be told from what it does not: " + marks.error().message());
    }
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
  // Not under the lock: one of them may be at another call.
  std::vector<std::thread> stragglers;
  {
    const std::lock_guard control(control_mutex_);
    stragglers.swap(stragglers_);
  }
  for (auto& thread : stragglers) thread.join();
  std::unique_lock lock(mutex_);
  resumed_all_.wait(lock, [&] { return suspended_ == 0; });
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
    AURORA_ASSIGN(const auto done, records_.complete(view, attempt.token, result));
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
  if (!std::exchange(progress_noted_, true)) turn_.notify_one();
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
    const bool is_async = attempt.handler->begin != nullptr;
    if (is_async) ++suspended_;
    last_begun_ = SteadyClock::now();
    attempt.begun.store(last_begun_.time_since_epoch().count(), std::memory_order_release);
    if (attempt.timeout && !std::exchange(progress_noted_, true)) turn_.notify_one();
    lock.unlock();
    if (marks_) marks_->mark(attempt.mark, attempt.token);
    const auto waited = engine_.now().micros - std::max(records_.run_at(attempt.job.view()), records_.created_at(attempt.job.view())).micros;
    attempt.handler->metrics->waited.record(std::chrono::microseconds(waited));
    under_handler = true;
    if (is_async)
      begin_async(finished.attempt, generation);
    else
      run_begun(finished.attempt, finished);
    under_handler = false;
    lock.lock();
    // Those who were not waited for are of nobody's business any more.
    if (generation_ != generation) return;
    --busy_;
    if (is_async) return;
  }
  finished_.push_back(std::move(finished));
  wake_if_worth();
}

namespace {
void learn(HandlerSlot& handler, std::chrono::nanoseconds took) {
  auto& mean = handler.mean_nanos;
  const auto before = mean.load(std::memory_order_relaxed);
  mean.store(before < 0 ? took.count() : before + (took.count() - before) / kMeanOf, std::memory_order_relaxed);
}

std::chrono::nanoseconds since(Instant::rep begun) {
  return SteadyClock::now() - Instant(SteadyClock::duration(begun));
}
}  // namespace

void Dispatcher::run_begun(const AttemptRef& attempt, Finished& finished) {
  auto result = attempt->handler->run(attempt);
  const auto took = since(attempt->begun.load(std::memory_order_relaxed));
  learn(*attempt->handler, took);
  attempt->handler->metrics->ran.record(std::chrono::duration_cast<std::chrono::microseconds>(took));
  finished.outcome = result ? Outcome::kCompleted : Outcome::kFailed;
  if (result)
    finished.result = *std::move(result);
  else
    finished.error = result.error().message();
}

/// Ends an asynchronous attempt once: with what it is called with, or as failed when it is let go of.
class Dispatcher::AsyncEnd {
 public:
  AsyncEnd(Dispatcher& dispatcher, AttemptRef attempt, std::uint64_t generation)
      : dispatcher_(dispatcher), attempt_(std::move(attempt)), generation_(generation) {}
  AsyncEnd(const AsyncEnd&) = delete;
  AsyncEnd& operator=(const AsyncEnd&) = delete;
  ~AsyncEnd() { end(Error(ErrorCode::kInternal, "the handler was destroyed before it came to an end")); }

  // The dispatcher may be gone after the first call.
  void end(Result<Value> result) {
    if (!ended_.exchange(true)) dispatcher_.end_async(attempt_, generation_, std::move(result));
  }

 private:
  Dispatcher& dispatcher_;
  const AttemptRef attempt_;
  const std::uint64_t generation_;
  std::atomic<bool> ended_{false};
};

void Dispatcher::begin_async(const AttemptRef& attempt, std::uint64_t generation) {
  const auto end = std::make_shared<AsyncEnd>(*this, attempt, generation);
  attempt->handler->begin(attempt, [end](Result<Value> result) { end->end(std::move(result)); });
  learn(*attempt->handler, since(attempt->begun.load(std::memory_order_relaxed)));
}

void Dispatcher::end_async(const AttemptRef& attempt, std::uint64_t generation, Result<Value> result) {
  attempt->handler->metrics->ran.record(
      std::chrono::duration_cast<std::chrono::microseconds>(since(attempt->begun.load(std::memory_order_relaxed))));
  Finished finished;
  finished.attempt = attempt;
  finished.outcome = result ? Outcome::kCompleted : Outcome::kFailed;
  if (result)
    finished.result = *std::move(result);
  else
    finished.error = result.error().message();
  const std::lock_guard lock(mutex_);
  if (generation_ == generation) {
    finished_.push_back(std::move(finished));
    wake_if_worth();
  }
  if (--suspended_ == 0) resumed_all_.notify_all();
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
