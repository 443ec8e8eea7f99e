// What a round of the dispatcher writes, and what follows from it: ends, heartbeats, claims. Rounds are in rounds.cpp.
// Runs on the dispatching thread; calls job records and the engine.
#include <aurora/jobs/dispatcher.hpp>

#include <aurora/base/try.hpp>
#include <aurora/jobs/backoff.hpp>
#include <aurora/schema/system_collections.hpp>

#include <algorithm>

namespace aurora::jobs {

namespace {

constexpr std::chrono::milliseconds kAfterFailure{1'000};

Instant::rep ticks(Instant when) { return when.time_since_epoch().count(); }

}  // namespace

Status Dispatcher::settle(WriteView& view, Finished& finished, Round& round) {
  auto& attempt = *finished.attempt;
  finished.ended.reset();
  const bool committed = attempt.committed.load(std::memory_order_acquire);
  // What was given up before has been written as such; only the thread comes back.
  if (!committed && finished.returned && attempt.cancelled.load(std::memory_order_acquire)) return {};
  JobRecords::Changed changed;
  if (committed) changed = JobStatus::kCompleted;
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
        changed = *done;
      } else {
        view.rollback(mark);
        outcome = Outcome::kFailed;
        error = "its result cannot be stored: " + done.error().message();
      }
    }
    if (outcome == Outcome::kFailed) {
      const auto wait = backoff_micros(config_, records_.retries(attempt.job.view()),
                                       std::generate_canonical<double, 32>(random_));
      AURORA_ASSIGN(changed, records_.fail(view, attempt.token, error, wait));
    } else if (outcome == Outcome::kLost) {
      AURORA_ASSIGN(changed, records_.lose(view, attempt.token, error));
    } else if (outcome == Outcome::kReleased) {
      AURORA_TRY(records_.release(view, attempt.token));
      return {};
    }
  }
  finished.ended = changed;
  if (!changed || !round.tells) return {};
  AURORA_ASSIGN(const auto job, view.record(kJobsCollection, attempt.token.ordinal));
  if (job)
    round.ended.push_back({records_.id(job.view()), attempt.type, records_.status(job.view()), attempt.number,
                           std::string(records_.status(job.view()) == JobStatus::kCompleted ? "" : records_.error(job.view()))});
  return {};
}

Status Dispatcher::write_round(commit::WriteContext& context, Round& round) {
  round.ended.clear();
  for (auto& finished : round.finished) AURORA_TRY(settle(context, finished, round));
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
  for (auto& candidate : round.claims) ready_.put_back(*candidate.lane, candidate.entry, now);
  if (round.counted)
    for (const auto& finished : round.finished) {
      if (!finished.returned) continue;
      ++finished.attempt->queue->running;
      ++finished.attempt->handler->running;
    }
  unsettled_ = std::move(round.finished);
  unpromoted_ = std::move(round.due);
}

// A handler's end as it is counted; one that was only given up is counted then.
void Dispatcher::count(const Finished& finished) const {
  if (!finished.ended) return;
  auto& metrics = *finished.attempt->handler->metrics;
  if (*finished.ended == JobStatus::kCompleted) {
    metrics.completions.fetch_add(1, std::memory_order_relaxed);
    metrics.recent.add(std::chrono::duration_cast<std::chrono::seconds>(SteadyClock::now().time_since_epoch()).count());
  } else {
    (finished.outcome == Outcome::kLost ? metrics.losses : metrics.failures).fetch_add(1, std::memory_order_relaxed);
  }
}

Dispatcher::AttemptRef Dispatcher::make_attempt(Candidate& candidate, Instant begun, Sequence sequence) {
  auto attempt = std::make_shared<Attempt>();
  const auto job = candidate.claimed.view();
  attempt->token = {candidate.entry.ordinal, records_.started_at(job)};
  attempt->number = static_cast<std::uint32_t>(records_.retries(job) + 1);
  attempt->type = candidate.lane->type;
  attempt->queue = candidate.lane->queue;
  attempt->key = candidate.entry.key;
  attempt->handler = known_.find(candidate.lane->type)->second;
  attempt->expected_nanos = candidate.expected_nanos;
  attempt->claimed = begun;
  attempt->since = sequence;
  attempt->next_beat = begun + config_.heartbeat;
  if (const auto timeout = records_.timeout_micros(job)) attempt->timeout = std::chrono::microseconds(*timeout);
  attempt->lease_until.store(ticks(begun + config_.lease), std::memory_order_release);
  attempt->job = std::move(candidate.claimed);
  // There are as many as can be dealt out; were there not, what has begun would count as not begun.
  attempt->mark = SIZE_MAX;
  if (!free_marks_.empty()) {
    attempt->mark = free_marks_.back();
    free_marks_.pop_back();
  }
  next_check_ = std::min(next_check_, attempt->next_beat);
  return attempt;
}

void Dispatcher::after_write(Round& round, Instant begun, Sequence sequence) {
  std::size_t returned = 0;
  for (const auto& finished : round.finished) {
    const auto& attempt = *finished.attempt;
    count(finished);
    const auto found = running_.find(attempt.token.ordinal);
    if (found != running_.end() && found->second == finished.attempt) running_.erase(found);
    if (!finished.returned) continue;
    ++returned;
    if (attempt.mark != SIZE_MAX) free_marks_.push_back(attempt.mark);
    looks_again_ |= ready_.release(attempt.key);
    if (round.counted) continue;
    --attempt.queue->running;
    --attempt.handler->running;
  }
  for (const auto& attempt : round.beats)
    if (attempt->has_lease(SteadyClock::now()))
      attempt->lease_until.store(ticks(begun + config_.lease), std::memory_order_release);
  std::vector<AttemptRef> attempts;
  attempts.reserve(round.claims.size());
  for (auto& candidate : round.claims) {
    if (!candidate.claimed) {
      if (candidate.waits)
        ready_.put_back(*candidate.lane, candidate.entry, engine_.now().micros);
      else
        ready_.drop(*candidate.lane, candidate.entry);
      looks_again_ = true;
      continue;
    }
    auto attempt = make_attempt(candidate, begun, sequence);
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

}  // namespace aurora::jobs
