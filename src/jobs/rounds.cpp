// The rounds of the dispatcher: what came together, written in one commit, and what follows from it.
// Runs on the dispatching thread; calls job records and the engine.
//
//   gather ──► feed, look at what runs, choose ──► write ──► settle accounts, deal out ──► wait
#include <aurora/jobs/dispatcher.hpp>

#include <aurora/base/try.hpp>
#include <aurora/schema/system_collections.hpp>

#include <algorithm>

namespace aurora::jobs {

namespace {

using namespace std::chrono_literals;

// So much work, in time, lies ready for the threads while a round is written; more where writing takes longer.
constexpr std::chrono::nanoseconds kShortestWindow = 2ms;
// Claimed jobs that no thread came to begin meanwhile are given back: one of another queue may be held up by less.
constexpr std::chrono::milliseconds kLongestWait = 100ms;
// Ends of short jobs are written together when they come within this time.
constexpr std::chrono::milliseconds kLinger = 1ms;
// The clock of the database may be moved: due times are looked at again this often.
constexpr std::chrono::milliseconds kLongestSleep = 250ms;
constexpr std::chrono::milliseconds kCleanupInterval = 60s;
constexpr std::size_t kCleanupBatch = 1'000;
// Types that nobody handles are reported when jobs of theirs have waited for between one and two of these.
constexpr std::chrono::milliseconds kUnhandledInterval = 5s;
// Progress is stored at most this often.
constexpr std::chrono::milliseconds kProgressInterval = 50ms;

}  // namespace

void Dispatcher::run_rounds() {
  ready_.clear();
  running_.clear();
  unsettled_.clear();
  unpromoted_.clear();
  unhandled_.clear();
  free_marks_.clear();
  for (std::size_t mark = kMostWaiting + config_.threads + config_.coroutines; mark > 0; --mark) free_marks_.push_back(mark - 1);
  next_check_ = Instant::max();
  next_cleanup_ = retry_at_ = next_unhandled_ = SteadyClock::now();
  {
    const std::lock_guard lock(mutex_);
    known_ = handlers_;
    for (const auto& [type, handler] : known_) handler->running = 0;
    for (const auto& [queue, paused] : pauses_) ready_.queue(queue).paused = paused;
  }
  if (auto loaded = load_waiting(); !loaded) warn("the waiting jobs cannot be read: " + loaded.error().message());
  std::unique_lock lock(mutex_);
  for (;;) {
    Round round;
    const bool last = gather(lock, round);
    lock.unlock();
    write(round);
    if (last) return;
    const auto until = next_look(SteadyClock::now());
    lock.lock();
    in_round_ = false;
    if (dealt_ == 0) drained_.notify_all();
    dispatcher_waits_ = true;
    auto wake = waiting_.empty() ? until : std::min(until, SteadyClock::now() + kLinger);
    while (!has_news()) {
      if (progress_noted_) wake = std::min(wake, next_progress_);
      if (turn_.wait_until(lock, wake) == std::cv_status::timeout) break;
    }
    dispatcher_waits_ = false;
    in_round_ = true;
  }
}

bool Dispatcher::has_news() const {
  return (!heard_.empty() && waiting_.empty()) || (!finished_.empty() && (waiting_.empty() || finished_.size() >= batch_)) ||
         handlers_changed_ || pauses_changed_ || resumed_ || state_ == State::kEnding ||
         (state_ == State::kDraining && !waiting_.empty());
}

// What there is to be done. True when it is the last round. Requires: the lock is held; it is, after.
bool Dispatcher::gather(std::unique_lock<std::mutex>& lock, Round& round) {
  const auto heard = std::exchange(heard_, {});
  const auto state = state_;
  auto now = SteadyClock::now();
  round.finished = std::exchange(unsettled_, {});
  std::move(finished_.begin(), finished_.end(), std::back_inserter(round.finished));
  finished_.clear();
  for (const auto& finished : round.finished) finished.attempt->came_back |= finished.returned;
  if (std::exchange(handlers_changed_, false)) known_ = handlers_, round.handlers_changed = true;
  const auto pauses = std::exchange(pauses_changed_, false) ? pauses_ : std::map<std::string, bool>();
  resumed_ = false;
  const bool noted = progress_noted_ && now >= next_progress_;
  if (noted) {
    progress_noted_ = false;
    next_progress_ = now + kProgressInterval;
  }
  round.tells = on_end_ != nullptr;
  lock.unlock();

  if (round.handlers_changed) ready_.forget_handlers();
  for (const auto& [queue, paused] : pauses) ready_.queue(queue).paused = paused;
  for (const auto& commit : heard) feed(*commit);
  if (noted || now >= next_check_ || state == State::kEnding) look_at_running(now, state == State::kEnding, round);
  choose_old(now, round);
  if (now >= next_unhandled_) report_unhandled(now);

  lock.lock();
  take_back(now, state != State::kRunning, round);
  const auto window = std::max<std::chrono::nanoseconds>(kShortestWindow, 2 * last_write_);
  const auto threads = static_cast<std::size_t>(config_.threads);
  round.slots = threads - std::min(threads, busy_ + waiting_.size());
  round.room = kMostWaiting - std::min(kMostWaiting, waiting_.size());
  // Only where threads come and go is there a time when they will come for what lies ready.
  if (round.slots > 0 || now - last_begun_ < window) round.budget_nanos = config_.threads * window.count() - waiting_nanos_;
  round.claims_any = state == State::kRunning && !paused_ && now >= retry_at_;
  round.window_nanos = window.count();
  lock.unlock();
  choose(round);
  lock.lock();
  return state == State::kEnding;
}

// The jobs that wait, as they are now; those of later commits are heard of.
Status Dispatcher::load_waiting() {
  AURORA_ASSIGN(const auto entry, engine_.enter());
  auto view = engine_.view();
  AURORA_ASSIGN(auto waiting, records_.with_status(view, JobStatus::kPending));
  AURORA_ASSIGN(const auto scheduled, records_.with_status(view, JobStatus::kScheduled));
  waiting |= scheduled;
  const auto now = engine_.now().micros;
  return view.scan(kJobsCollection, waiting, [&](Ordinal ordinal, const RecordRef& job) {
    if (job) feed_job(ordinal, job.view(), view.sequence(), now);
    return true;
  });
}

void Dispatcher::feed(const commit::Commit& commit) {
  const auto now = engine_.now().micros;
  for (const auto& change : commit.changes)
    if (change.collection == kJobsCollection && change.after) feed_job(change.ordinal, change.after.view(), commit.sequence, now);
}

void Dispatcher::feed_job(Ordinal ordinal, RecordView job, Sequence sequence, std::int64_t now) {
  const auto status = records_.status(job);
  if (status == JobStatus::kPending || status == JobStatus::kScheduled)
    ready_.add(records_.type(job), records_.queue(job),
               {records_.run_at(job).micros, ordinal, static_cast<std::uint8_t>(records_.priority(job)),
                records_.concurrency_key(job).empty() ? nullptr : ready_.key(records_.concurrency_key(job))},
               now);
  const auto found = running_.find(ordinal);
  if (found == running_.end() || sequence <= found->second->since) return;
  if (status == JobStatus::kRunning && records_.started_at(job) == found->second->token.started_at) return;
  // Somebody took the job from its attempt, or the handler completed it itself.
  if (!found->second->committed.load(std::memory_order_acquire))
    found->second->cancelled.store(true, std::memory_order_release);
  running_.erase(found);
}

void Dispatcher::give_up(const AttemptRef& attempt, Outcome outcome, std::string error, Round& round) {
  attempt->cancelled.store(true, std::memory_order_release);
  Finished given_up;
  given_up.attempt = attempt;
  given_up.outcome = outcome;
  given_up.returned = false;
  given_up.error = std::move(error);
  round.finished.push_back(std::move(given_up));
}

// Leases, heartbeats, timeouts and progress.
void Dispatcher::look_at_running(Instant now, bool ending, Round& round) {
  next_check_ = Instant::max();
  for (auto at = running_.begin(); at != running_.end();) {
    const auto& attempt = at->second;
    const auto begun = attempt->begun.load(std::memory_order_acquire);
    const bool has_limit = attempt->timeout && begun != 0;
    const auto limit = has_limit ? Instant(SteadyClock::duration(begun)) + *attempt->timeout : Instant::max();
    const bool is_timeout = now >= limit;
    if (attempt->came_back || attempt->committed.load(std::memory_order_acquire)) {
      ++at;
      continue;
    }
    if (ending || is_timeout || !attempt->has_lease(now)) {
      // Nobody came to it: that is no attempt.
      if (ending || begun == 0)
        give_up(attempt, Outcome::kReleased, {}, round);
      else if (is_timeout)
        give_up(attempt, Outcome::kFailed,
                "the attempt took longer than its timeout of " + std::string(records_.timeout(attempt->job.view())), round);
      else
        give_up(attempt, Outcome::kLost, "the lease ran out: its worker was not heard of in time", round);
      at = running_.erase(at);
      continue;
    }
    bool beats = now >= attempt->next_beat;
    if (!beats) {
      const std::lock_guard lock(attempt->mutex);
      beats = attempt->has_progress;
    }
    if (beats) {
      round.beats.push_back(attempt);
      attempt->next_beat = now + config_.heartbeat;
    }
    next_check_ = std::min(next_check_, attempt->next_beat);
    next_check_ = std::min(next_check_, limit);
    ++at;
  }
}

// Requires: the lock is held.
void Dispatcher::take_back(Instant now, bool all, Round& round) {
  while (!waiting_.empty()) {
    auto& next = waiting_.front();
    if (!all && (busy_ < config_.threads || now - next->claimed < kLongestWait)) return;
    waiting_nanos_ -= next->expected_nanos;
    Finished released;
    released.attempt = std::move(next);
    released.outcome = Outcome::kReleased;
    round.finished.push_back(std::move(released));
    waiting_.pop_front();
  }
}

void Dispatcher::choose(Round& round) {
  round.due = std::exchange(unpromoted_, {});
  ready_.advance(engine_.now().micros, round.due);
  ready_.set_time(SteadyClock::now().time_since_epoch());
  if (!round.claims_any) return;
  for (const auto& finished : round.finished) {
    if (!finished.returned) continue;
    --finished.attempt->queue->running;
    --finished.attempt->handler->running;
  }
  round.counted = true;
  const auto expected = [&](const ReadyQueue::Lane& lane) {
    const auto mean = lane.handler->mean_nanos.load(std::memory_order_relaxed);
    return mean < 0 ? round.window_nanos : mean;
  };
  ready_.take(
      [&](const ReadyQueue::Lane& lane) {
        return round.claims.size() < round.room && (round.slots > 0 || expected(lane) <= round.budget_nanos);
      },
      [&](ReadyQueue::Lane& lane, const ReadyQueue::Entry& entry) {
        const auto nanos = expected(lane);
        if (round.slots > 0) --round.slots;
        round.budget_nanos -= nanos;
        round.claims.push_back({&lane, entry, nanos, {}});
      });
}

// Once a type: somebody may have forgotten a handler, or written the type wrong.
void Dispatcher::report_unhandled(Instant now) {
  next_unhandled_ = now + kUnhandledInterval;
  const auto types = ready_.unhandled();
  for (const auto& type : types) {
    const auto [found, is_new] = unhandled_.try_emplace(type, false);
    if (is_new || found->second) continue;
    found->second = true;
    warn("jobs of type \"" + type + "\" wait, and no handler is registered for it");
  }
  for (auto at = unhandled_.begin(); at != unhandled_.end();)
    at = at->second || std::find(types.begin(), types.end(), at->first) != types.end() ? std::next(at) : unhandled_.erase(at);
}

// Every now and then: what ended long ago.
void Dispatcher::choose_old(Instant now, Round& round) {
  if (config_.cleanup_age.count() == 0 || now < next_cleanup_) return;
  next_cleanup_ = now + kCleanupInterval;
  const auto entry = engine_.enter();
  if (!entry) return;
  auto view = engine_.view();
  const auto oldest = view.now().micros - std::chrono::microseconds(config_.cleanup_age).count();
  for (const auto status : {JobStatus::kCompleted, JobStatus::kCancelled}) {
    const auto ended = records_.with_status(view, status);
    if (!ended) return;
    // Jobs end about in the order in which they came: the first ones tell.
    std::size_t looked = 0;
    const auto scanned = view.scan(kJobsCollection, *ended, [&](Ordinal ordinal, const RecordRef& job) {
      if (job && std::max(records_.completed_at(job.view()), records_.created_at(job.view())).micros < oldest)
        round.old.push_back(ordinal);
      return ++looked < kCleanupBatch;
    });
    if (!scanned) return;
  }
  if (round.old.size() >= kCleanupBatch) next_cleanup_ = now;
}

Instant Dispatcher::next_look(Instant now) {
  if (std::exchange(looks_again_, false)) return now;
  auto until = now + std::chrono::hours(1);
  until = std::min(until, next_check_);
  if (!unsettled_.empty() || retry_at_ > now) until = std::min(until, std::max(retry_at_, now));
  if (config_.cleanup_age.count() != 0) until = std::min(until, next_cleanup_);
  if (const auto permit = ready_.next_permit()) until = std::min(until, std::max(now, Instant(*permit)));
  if (!ready_.unhandled().empty()) until = std::min(until, next_unhandled_);
  if (const auto due = ready_.next_due()) {
    const auto left = std::clamp<std::int64_t>(*due - engine_.now().micros, 0,
                                               std::chrono::microseconds(kLongestSleep).count());
    until = std::min(until, now + std::chrono::microseconds(left));
  }
  return until;
}

}  // namespace aurora::jobs
