// The rounds of the dispatcher: what came together, written in one commit, and what follows from it.
// Runs on the dispatching thread; calls job records and the engine.
//
//   gather ──► feed, look at what runs, choose ──► write ──► settle accounts, deal out ──► wait
#include <aurora/jobs/dispatcher.hpp>

#include <aurora/base/try.hpp>
#include <aurora/jobs/backoff.hpp>
#include <aurora/schema/system_collections.hpp>

#include <algorithm>
#include <span>

namespace aurora::jobs {

namespace {

using namespace std::chrono_literals;

// So much work, in time, lies ready for the threads while a round is written; more where writing takes longer.
constexpr std::chrono::nanoseconds kShortestWindow = 2ms;
// No more jobs than these wait claimed for a thread.
constexpr std::size_t kMostWaiting = 4096;
// Claimed jobs that no thread came to begin meanwhile are given back: one of another queue may be held up by less.
constexpr std::chrono::milliseconds kLongestWait = 100ms;
// Ends of short jobs are written together when they come within this time.
constexpr std::chrono::milliseconds kLinger = 1ms;
// The clock of the database may be moved: due times are looked at again this often.
constexpr std::chrono::milliseconds kLongestSleep = 250ms;
constexpr std::chrono::milliseconds kAfterFailure = 1s;
constexpr std::chrono::milliseconds kCleanupInterval = 60s;
constexpr std::size_t kCleanupBatch = 1'000;
constexpr std::size_t kRescueBatch = 1'000;

Instant::rep ticks(Instant when) { return when.time_since_epoch().count(); }

}  // namespace

Result<std::size_t> rescue_orphans(commit::Engine& engine) {
  AURORA_ASSIGN(const auto entry, engine.enter());
  const JobRecords records(*engine.catalog());
  std::vector<Ordinal> orphans;
  {
    auto view = engine.view();
    AURORA_ASSIGN(const auto running, records.with_status(view, JobStatus::kRunning));
    running.append_to(orphans);
  }
  for (std::size_t at = 0; at < orphans.size(); at += kRescueBatch) {
    const auto batch = std::span(orphans).subspan(at, std::min(kRescueBatch, orphans.size() - at));
    const auto sequence = engine.commit([&](commit::WriteContext& context) -> Status {
      for (const auto ordinal : batch) {
        AURORA_ASSIGN(const auto job, context.record(kJobsCollection, ordinal));
        if (!job) continue;
        AURORA_TRY(records.lose(context, {ordinal, records.started_at(job.view())},
                                "the process that ran the job ended before it"));
      }
      return {};
    });
    if (!sequence) return sequence.error();
  }
  return orphans.size();
}

void Dispatcher::run_rounds() {
  ready_.clear();
  running_.clear();
  unsettled_.clear();
  unpromoted_.clear();
  next_check_ = Instant::max();
  next_cleanup_ = retry_at_ = SteadyClock::now();
  {
    const std::lock_guard lock(mutex_);
    known_ = handlers_;
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
    turn_.wait_until(lock, waiting_.empty() ? until : std::min(until, SteadyClock::now() + kLinger),
                     [&] { return has_news(); });
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
  const bool noted = std::exchange(progress_noted_, false);
  round.tells = on_end_ != nullptr;
  lock.unlock();

  if (round.handlers_changed) ready_.forget_handlers();
  for (const auto& [queue, paused] : pauses) ready_.queue(queue).paused = paused;
  for (const auto& commit : heard) feed(*commit);
  if (noted || now >= next_check_ || state == State::kEnding) look_at_running(now, state == State::kEnding, round);
  choose_old(now, round);

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
               {records_.run_at(job).micros, ordinal, static_cast<std::uint8_t>(records_.priority(job))}, now);
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
    const bool is_timeout = attempt->timeout && now >= *attempt->timeout;
    if (attempt->came_back || attempt->committed.load(std::memory_order_acquire)) {
      ++at;
      continue;
    }
    if (ending || is_timeout || !attempt->has_lease(now)) {
      if (ending)
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
    if (attempt->timeout) next_check_ = std::min(next_check_, *attempt->timeout);
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
  if (!round.claims_any) return;
  for (const auto& finished : round.finished)
    if (finished.returned) --finished.attempt->queue->running;
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

Status Dispatcher::settle(WriteView& view, const Finished& finished, Round& round) {
  auto& attempt = *finished.attempt;
  const bool committed = attempt.committed.load(std::memory_order_acquire);
  // What was given up before has been written as such; only the thread comes back.
  if (!committed && finished.returned && attempt.cancelled.load(std::memory_order_acquire)) return {};
  bool wrote = committed;
  if (!committed) {
    auto outcome = finished.outcome;
    auto error = finished.error;
    if ((outcome == Outcome::kCompleted || outcome == Outcome::kFailed) && !attempt.has_lease(SteadyClock::now())) {
      outcome = Outcome::kLost;   // J4
      error = "the lease ran out before the attempt ended";
    }
    if (outcome == Outcome::kCompleted) {
      const auto mark = view.savepoint();
      auto done = records_.complete(view, attempt.token, finished.result);
      if (done) {
        wrote = *done;
      } else {
        view.rollback(mark);
        outcome = Outcome::kFailed;
        error = "its result cannot be stored: " + done.error().message();
      }
    }
    if (outcome == Outcome::kFailed) {
      const auto wait = backoff_micros(config_, records_.retries(attempt.job.view()),
                                       std::generate_canonical<double, 32>(random_));
      AURORA_ASSIGN(wrote, records_.fail(view, attempt.token, error, wait));
    } else if (outcome == Outcome::kLost) {
      AURORA_ASSIGN(wrote, records_.lose(view, attempt.token, error));
    } else if (outcome == Outcome::kReleased) {
      AURORA_TRY(records_.release(view, attempt.token));
      return {};
    }
  }
  if (!wrote || !round.tells) return {};
  AURORA_ASSIGN(const auto job, view.record(kJobsCollection, attempt.token.ordinal));
  if (job)
    round.ended.push_back({records_.id(job.view()), attempt.type, records_.status(job.view()), attempt.number,
                           std::string(records_.status(job.view()) == JobStatus::kCompleted ? "" : records_.error(job.view()))});
  return {};
}

Status Dispatcher::write_round(commit::WriteContext& context, Round& round) {
  round.ended.clear();
  for (const auto& finished : round.finished) AURORA_TRY(settle(context, finished, round));
  for (const auto& attempt : round.beats) {
    if (!attempt->has_lease(SteadyClock::now())) continue;
    Value progress;
    {
      const std::lock_guard lock(attempt->mutex);
      progress = attempt->progress;
      attempt->has_progress = false;
    }
    AURORA_TRY(records_.beat(context, attempt->token, progress));
  }
  for (auto& candidate : round.claims) {
    AURORA_ASSIGN(candidate.claimed, records_.claim(context, candidate.entry.ordinal));
    if (candidate.claimed) continue;
    // Taken when it was due, it may not be so any more: the clock can be set back.
    AURORA_ASSIGN(const auto job, context.record(kJobsCollection, candidate.entry.ordinal));
    const auto status = job ? records_.status(job.view()) : JobStatus::kCancelled;
    candidate.waits = status == JobStatus::kPending || status == JobStatus::kScheduled;
    if (candidate.waits) candidate.entry.run_at = records_.run_at(job.view()).micros;
  }
  for (const auto ordinal : round.due) AURORA_TRY(records_.promote(context, ordinal));
  for (const auto ordinal : round.old) {
    AURORA_ASSIGN(const auto job, context.record(kJobsCollection, ordinal));
    const auto status = job ? records_.status(job.view()) : JobStatus::kPending;
    if (status == JobStatus::kCompleted || status == JobStatus::kCancelled) AURORA_TRY(records_.remove(context, ordinal));
  }
  return {};
}

void Dispatcher::write(Round& round) {
  if (round.is_empty()) return;
  const auto begun = SteadyClock::now();
  Status written;
  Sequence at = 0;
  if (auto entry = engine_.enter(); !entry) {
    written = entry.error();
  } else {
    const auto sequence =
        engine_.commit([&](commit::WriteContext& context) { return write_round(context, round); });
    if (sequence)
      at = *sequence;
    else
      written = sequence.error();
  }
  last_write_ = SteadyClock::now() - begun;
  if (written) {
    has_failed_ = false;
    after_write(round, begun, at);
    return;
  }
  if (!std::exchange(has_failed_, true) && written.error().code() != ErrorCode::kClosed)
    warn("the states of jobs cannot be written: " + written.error().message());
  put_back(round);
}

// Nothing was written: what ended is tried again, what was chosen waits again.
void Dispatcher::put_back(Round& round) {
  retry_at_ = SteadyClock::now() + kAfterFailure;
  const auto now = engine_.now().micros;
  for (auto& candidate : round.claims) {
    --candidate.lane->queue->running;
    ready_.add(candidate.lane->type, candidate.lane->queue->name, candidate.entry, now);
  }
  if (round.counted)
    for (const auto& finished : round.finished)
      if (finished.returned) ++finished.attempt->queue->running;
  unsettled_ = std::move(round.finished);
  unpromoted_ = std::move(round.due);
}

void Dispatcher::after_write(Round& round, Instant begun, Sequence sequence) {
  std::size_t returned = 0;
  for (const auto& finished : round.finished) {
    const auto found = running_.find(finished.attempt->token.ordinal);
    if (found != running_.end() && found->second == finished.attempt) running_.erase(found);
    if (!finished.returned) continue;
    ++returned;
    if (!round.counted) --finished.attempt->queue->running;
  }
  for (const auto& attempt : round.beats)
    if (attempt->has_lease(SteadyClock::now()))
      attempt->lease_until.store(ticks(begun + config_.lease), std::memory_order_release);
  std::vector<AttemptRef> attempts;
  attempts.reserve(round.claims.size());
  for (auto& candidate : round.claims) {
    if (!candidate.claimed) {
      --candidate.lane->queue->running;
      if (candidate.waits)
        ready_.add(candidate.lane->type, candidate.lane->queue->name, candidate.entry, engine_.now().micros);
      looks_again_ = true;
      continue;
    }
    auto attempt = std::make_shared<Attempt>();
    const auto job = candidate.claimed.view();
    attempt->token = {candidate.entry.ordinal, records_.started_at(job)};
    attempt->number = static_cast<std::uint32_t>(records_.retries(job) + 1);
    attempt->type = candidate.lane->type;
    attempt->queue = candidate.lane->queue;
    attempt->handler = known_.find(candidate.lane->type)->second;
    attempt->expected_nanos = candidate.expected_nanos;
    attempt->claimed = begun;
    attempt->since = sequence;
    attempt->next_beat = begun + config_.heartbeat;
    if (const auto timeout = records_.timeout_micros(job)) attempt->timeout = begun + std::chrono::microseconds(*timeout);
    attempt->lease_until.store(ticks(begun + config_.lease), std::memory_order_release);
    attempt->job = std::move(candidate.claimed);
    next_check_ = std::min({next_check_, attempt->next_beat, attempt->timeout.value_or(Instant::max())});
    running_[attempt->token.ordinal] = attempt;
    attempts.push_back(std::move(attempt));
  }
  const std::lock_guard lock(mutex_);
  dealt_ += attempts.size();
  dealt_ -= returned;
  for (auto& attempt : attempts) {
    waiting_nanos_ += attempt->expected_nanos;
    waiting_.push_back(std::move(attempt));
  }
  for (auto& ended : round.ended) notices_.push_back(std::move(ended));
  batch_ = std::max<std::size_t>(1, waiting_.size() / 2);
  if (attempts.size() + round.ended.size() > 1)
    work_.notify_all();
  else if (!attempts.empty() || !round.ended.empty())
    work_.notify_one();
}

Instant Dispatcher::next_look(Instant now) {
  if (std::exchange(looks_again_, false)) return now;
  auto until = now + std::chrono::hours(1);
  until = std::min(until, next_check_);
  if (!unsettled_.empty() || retry_at_ > now) until = std::min(until, std::max(retry_at_, now));
  if (config_.cleanup_age.count() != 0) until = std::min(until, next_cleanup_);
  if (const auto due = ready_.next_due()) {
    const auto left = std::clamp<std::int64_t>(*due - engine_.now().micros, 0,
                                               std::chrono::microseconds(kLongestSleep).count());
    until = std::min(until, now + std::chrono::microseconds(left));
  }
  return until;
}

}  // namespace aurora::jobs
