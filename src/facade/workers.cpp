// Body of workers.hpp: the public door to the dispatcher of jobs.
#include <aurora/workers.hpp>

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/job_batches.hpp>
#include <aurora/exec/jobs.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/jobs/dispatcher.hpp>

#include "documents.hpp"
#include "runner.hpp"
#include "scheduler.hpp"
#include "transaction_state.hpp"

#include <array>
#include <map>
#include <new>

namespace aurora {

using facade::DatabaseTarget;
using facade::State;

namespace {

// The one guard around user code: what it throws is an error of its attempt.
Result<Value> guarded(const std::function<Value()>& run) {
  try {
    return run();
  } catch (const Error& error) {
    return error;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  } catch (const std::exception& error) {
    return Error(ErrorCode::kInternal, error.what());
  } catch (...) {
    return Error(ErrorCode::kInternal, "the handler threw what is no exception of the standard library");
  }
}

Error invalid(std::string message) { return Error(ErrorCode::kInvalidInput, std::move(message)); }

Result<exec::NewJob> new_job(std::string_view type, Value payload, const JobOptions& options, DateTime now) {
  if (type.empty()) return invalid("a job needs a type, the name its handler is registered under");
  if (options.run_at && options.delay) return invalid("a job has 'run_at' or 'delay', not both");
  if (options.delay && options.delay->count() < 0) return invalid("the delay of a job must not be negative");
  if (options.timeout && options.timeout->count() <= 0) return invalid("the timeout of a job must be above zero");
  exec::NewJob job;
  job.type = type;
  job.queue = options.queue;
  job.payload = std::move(payload);
  job.priority = to_string(options.priority);
  job.max_retries = options.max_retries;
  job.run_at = options.run_at;
  if (options.delay) {
    job.run_at = now;
    if (__builtin_add_overflow(now.micros, options.delay->count(), &job.run_at->micros))
      return invalid("the delay of a job ends beyond all dates");
  }
  if (options.timeout) job.timeout = std::to_string(options.timeout->count()) + "s";
  job.unique_key = options.unique_key;
  if (!job.unique_key && (options.unique_for || !options.unique_states.empty()))
    return invalid("'unique_for' and 'unique_states' go with a unique key");
  if (options.unique_for) {
    if (options.unique_for->count() <= 0) return invalid("'unique_for' of a job must be above zero");
    job.unique_micros = options.unique_for->count();
  }
  if (!options.unique_states.empty()) {
    job.unique_states.emplace();
    for (const auto status : options.unique_states) job.unique_states->emplace_back(to_string(status));
  }
  if (options.concurrency_key && options.concurrency_key->empty()) return invalid("the concurrency key of a job must not be empty");
  job.concurrency_key = options.concurrency_key;
  return job;
}

// Adds the jobs to the view, and their ids to `ids`.
Status add(State& state, WriteView& view, std::vector<exec::NewJob> jobs, std::vector<Uuid>& ids) {
  const auto mark = view.savepoint();
  const jobs::JobRecords records(view.catalog());
  ids.clear();
  ids.reserve(jobs.size());
  for (auto& job : jobs) {
    const bool is_of_batch = job.batch.has_value();
    AURORA_ASSIGN(const auto made, exec::enqueue_job(view, std::move(job), state.settings()));
    if (!made.added && is_of_batch)
      return Error(ErrorCode::kInvalidInput, "a job of a batch is a new one, and there is another with its unique key");
    AURORA_ASSIGN(const auto stored, view.record(kJobsCollection, made.ordinal));
    ids.push_back(records.id(stored.view()));
  }
  return facade::end_call(state, view, mark);
}

Error inside_handler(std::string_view what) {
  return Error(ErrorCode::kInvalidOperation,
               "a job's handler cannot " + std::string(what) + ", which waits for it; do it from another thread");
}

}  // namespace

// ---------------------------------------------------------------- Job

Job::Job(jobs::Dispatcher& dispatcher, std::shared_ptr<jobs::Attempt> attempt)
    : dispatcher_(dispatcher), attempt_(std::move(attempt)) {}

Uuid Job::id() const { return dispatcher_.records().id(attempt_->job.view()); }
std::string_view Job::type() const noexcept { return attempt_->type; }
std::string_view Job::queue() const { return dispatcher_.records().queue(attempt_->job.view()); }
ValueView Job::payload() const { return dispatcher_.records().payload(attempt_->job.view()); }
std::optional<Uuid> Job::completes() const { return dispatcher_.records().completes(attempt_->job.view()); }
std::uint32_t Job::attempt() const noexcept { return attempt_->number; }
bool Job::cancelled() const noexcept { return attempt_->cancelled.load(std::memory_order_acquire); }
void Job::progress(Value value) { dispatcher_.note_progress(*attempt_, std::move(value)); }

Result<std::uint64_t> Job::try_commit(Transaction& transaction, Value result) {
  return within_memory([&]() -> Result<std::uint64_t> {
    AURORA_ASSIGN(const auto entry, transaction.state_->state()->engine().enter());
    auto committed = transaction.state_->commit([&](commit::WriteContext& view) {
      return dispatcher_.complete(view, *attempt_, result);
    });
    if (!committed) attempt_->committed.store(false, std::memory_order_release);
    return committed;
  });
}

// ---------------------------------------------------------------- Workers

Workers::Workers(State& state, const WorkerConfig& config)
    : state_(state),
      close_grace_(config.close_grace),
      threads_(config.threads),
      dispatcher_(std::make_unique<jobs::Dispatcher>(state.engine(), config)),
      scheduler_(std::make_unique<facade::Scheduler>(state)) {}

Workers::~Workers() = default;

void Workers::keep_marks_in(std::string directory) { dispatcher_->keep_marks_in(std::move(directory)); }

void Workers::set_handler(std::string type, std::function<Value(Job&)> handler) {
  if (type.empty()) throw invalid("a handler needs the type of the jobs it runs");
  dispatcher_->handle(type, [this, run = std::move(handler)](const std::shared_ptr<jobs::Attempt>& attempt) {
    Job job(*dispatcher_, attempt);
    return guarded([&] { return run(job); });
  });
}

std::shared_ptr<Job> Workers::make_job(const std::shared_ptr<jobs::Attempt>& attempt) const {
  return std::shared_ptr<Job>(new Job(*dispatcher_, attempt));
}

void Workers::register_async_handler(std::string type, std::function<void(std::shared_ptr<Job>, JobDone)> begin) {
  if (type.empty()) throw invalid("a handler needs the type of the jobs it runs");
  dispatcher_->handle_async(type, [this, run = std::move(begin)](const std::shared_ptr<jobs::Attempt>& attempt, JobDone done) {
    const auto thrown = guarded([&] {
      run(make_job(attempt), done);
      return Value();
    });
    if (!thrown) done(thrown.error());
  });
}

Uuid Workers::enqueue(std::string_view type, Value payload, const JobOptions& options) {
  std::vector<JobRequest> jobs;
  jobs.push_back({std::string(type), std::move(payload), options});
  return enqueue_all(std::move(jobs)).front();
}

std::vector<Uuid> Workers::enqueue_all(std::vector<JobRequest> jobs) {
  const auto entry = state_.engine().enter().value();
  DatabaseTarget target(state_.engine());
  std::vector<exec::NewJob> made;
  made.reserve(jobs.size());
  for (auto& job : jobs) made.push_back(new_job(job.type, std::move(job.payload), job.options, target.now()).value());
  std::vector<Uuid> ids;
  target.write([&](WriteView& view) { return add(state_, view, std::move(made), ids); }).value();
  return ids;
}

Uuid Workers::enqueue_in(Transaction& transaction, std::string_view type, Value payload, const JobOptions& options) {
  const auto entry = state_.engine().enter().value();
  auto& target = *transaction.state_;
  std::vector<exec::NewJob> made;
  made.push_back(new_job(type, std::move(payload), options, target.now()).value());
  std::vector<Uuid> ids;
  target.write([&](WriteView& view) { return add(state_, view, std::move(made), ids); }).value();
  return ids.front();
}

Uuid Workers::enqueue_batch(std::vector<JobRequest> jobs, JobRequest completion) {
  if (jobs.empty()) throw invalid("a batch without jobs never comes to an end");
  if (completion.options.run_at || completion.options.delay)
    throw invalid("the completion of a batch is enqueued when its jobs have ended: it has no 'run_at' or 'delay'");
  const auto entry = state_.engine().enter().value();
  DatabaseTarget target(state_.engine());
  const auto last = new_job(completion.type, std::move(completion.payload), completion.options, target.now()).value();
  std::vector<exec::NewJob> made;
  made.reserve(jobs.size());
  for (auto& job : jobs) made.push_back(new_job(job.type, std::move(job.payload), job.options, target.now()).value());
  Uuid id;
  target.write([&](WriteView& view) -> Status {
    AURORA_ASSIGN(id, exec::add_batch(view, static_cast<std::int64_t>(made.size()), last));
    for (auto& job : made) job.batch = id;
    std::vector<Uuid> ids;
    return add(state_, view, std::move(made), ids);
  }).value();
  return id;
}

void Workers::start() {
  const auto entry = state_.engine().enter().value();
  if (state_.engine().options().read_only)
    throw Error(ErrorCode::kInvalidOperation, "a database that is open read-only runs no jobs");
  // A handler that starts them again, while somebody waits for it to end, would wait for that one.
  if (jobs::Dispatcher::runs_handler()) {
    if (dispatcher_->is_started()) return;
    throw inside_handler("start the workers");
  }
  dispatcher_->start().value();
  const std::lock_guard lock(scheduler_mutex_);
  scheduler_->start();
}

bool Workers::stop(std::chrono::milliseconds timeout) {
  if (jobs::Dispatcher::runs_handler()) throw inside_handler("stop the workers");
  stop_schedules();
  return dispatcher_->stop(timeout);
}

Status Workers::close() {
  if (jobs::Dispatcher::runs_handler()) return inside_handler("close the database");
  stop_schedules();
  static_cast<void>(dispatcher_->stop(close_grace_));
  dispatcher_->join();
  return {};
}

void Workers::stop_schedules() {
  const std::lock_guard lock(scheduler_mutex_);
  scheduler_->stop();
}

bool Workers::is_started() const { return dispatcher_->is_started(); }
void Workers::pause() { dispatcher_->pause_all(); }
void Workers::pause(const std::string& queue) { dispatcher_->pause(queue); }
void Workers::resume() { dispatcher_->resume_all(); }
void Workers::resume(const std::string& queue) { dispatcher_->resume(queue); }

std::optional<Document> Workers::job(const Uuid& id) const {
  const auto entry = state_.engine().enter().value();
  auto view = state_.engine().view();
  const auto collection = view.catalog().find(kJobsCollection);
  const auto stored = facade::read_by_id(state_, view, collection, Value(id)).value();
  return stored ? std::optional(Document(collection, stored)) : std::nullopt;
}

Value Workers::run_statement(const std::string& text, const Object& variables) {
  const auto entry = state_.engine().enter().value();
  const auto parsed = state_.parse(text).value();
  if (parsed->document.operations.size() != 1) throw invalid("the action of a schedule is one mutation");
  DatabaseTarget target(state_.engine());
  QueryResult result;
  facade::run_text(state_, target, *parsed, {variables, {}}, result).value();
  return result.data();
}

void Workers::run_operation(std::string_view name, const Uuid& id) {
  static_cast<void>(run_statement("mutation($id: Uuid!) { " + std::string(name) + "(id: $id) }", Object{{"id", Value(id)}}));
}

void Workers::schedule(const std::string& name, const ScheduleOptions& options) {
  constexpr std::array<std::string_view, 3> kPolicies{"ONE", "ALL", "NONE"};
  std::string text = "schedule ";
  append_json_string(text, name);
  text += " { cron: ";
  append_json_string(text, options.cron);
  text += " timeZone: ";
  append_json_string(text, options.time_zone);
  text.append(" catchUp: ").append(kPolicies[static_cast<std::size_t>(options.catch_up)]);
  static_cast<void>(run_statement(text + " action: { " + options.action + " } }", {}));
}

bool Workers::unschedule(const std::string& name) {
  std::string text = "drop schedule ";
  append_json_string(text, name);
  try {
    static_cast<void>(run_statement(text, {}));
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kNotFound) return false;
    throw;
  }
  return true;
}

void Workers::cancel(const Uuid& id) { run_operation("cancelJob", id); }
void Workers::retry(const Uuid& id) { run_operation("retryJob", id); }

std::uint64_t Workers::redrive(const Redrive& which) {
  Object variables{{"w", Value(which.where.value_or(Object()))}};
  std::string arguments = "where: $w, all: true";
  for (const auto& [name, value] : {std::pair("type", &which.type), std::pair("queue", &which.queue)}) {
    if (!*value) continue;
    arguments.append(", ").append(name).append(": ");
    append_json_string(arguments, **value);
  }
  const auto data = run_statement("mutation($w: JSON) { retryJobs(" + arguments + ") { affected } }", variables);
  return static_cast<std::uint64_t>(*data.if_object()->find("retryJobs")->if_object()->find("affected")->if_int());
}

WorkerStats Workers::stats() const {
  const auto entry = state_.engine().enter().value();
  WorkerStats stats;
  stats.started = dispatcher_->is_started();
  stats.threads = threads_;
  stats.begun = dispatcher_->begun();
  std::map<std::string, JobTypeStats> types;
  auto view = state_.engine().view();
  for (auto& counts : dispatcher_->records().count_by_type(view).value()) {
    auto& type = types[counts.type];
    const auto of = [&](JobStatus status) { return counts.of[static_cast<std::size_t>(status)]; };
    type.pending = of(JobStatus::kPending);
    type.scheduled = of(JobStatus::kScheduled);
    type.running = of(JobStatus::kRunning);
    type.completed = of(JobStatus::kCompleted);
    type.failed = of(JobStatus::kFailed);
    type.dead_letters = of(JobStatus::kDeadLetter);
    type.cancelled = of(JobStatus::kCancelled);
    type.waits_since = counts.waits_since;
  }
  const auto latency = [](const jobs::Histogram& times) {
    return JobLatency{times.quantile(0.5), times.quantile(0.99), times.max()};
  };
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(jobs::SteadyClock::now().time_since_epoch()).count();
  for (const auto& report : dispatcher_->report()) {
    auto& type = types[report.type];
    type.handled = report.handled;
    type.completions = report.metrics->completions.load();
    type.failures = report.metrics->failures.load();
    type.losses = report.metrics->losses.load();
    type.completions_per_second = report.metrics->recent.rate(second);
    type.waited = latency(report.metrics->waited);
    type.ran = latency(report.metrics->ran);
  }
  for (auto& [name, type] : types) {
    type.type = name;
    stats.types.push_back(std::move(type));
  }
  return stats;
}

void Workers::on_complete(std::function<void(const JobEnd&)> listener) {
  if (!listener) return dispatcher_->on_end({});
  dispatcher_->on_end([told = std::move(listener)](const jobs::Ended& ended) {
    try {
      told({ended.id, ended.type, ended.status, ended.attempt, ended.error});
    } catch (...) {
      return;   // the end stands, whoever hears of it
    }
  });
}

}  // namespace aurora
