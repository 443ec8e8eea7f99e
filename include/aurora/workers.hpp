// Workers: functions that run the jobs of a database, on threads of its own. Public; reached by Database::workers().
//
//     db.workers().register_handler("mail", [](aurora::Job& job) { send(job.payload()["to"].as<std::string>()); });
//     db.workers().start();
//     db.workers().enqueue("mail", aurora::Object{{"to", "ada@example.org"}});
//
// A job is run at least once; what its handler writes to the database through Job::commit is there exactly once.
// Life cycle, leases, retries: docs/jobs.md.
#pragma once

#include <aurora/document.hpp>
#include <aurora/job_status.hpp>
#include <aurora/transaction.hpp>
#include <aurora/worker_stats.hpp>

#include <chrono>
#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

namespace aurora {

namespace facade {
class Scheduler;
class State;
}
namespace jobs {
class Dispatcher;
struct Attempt;
}  // namespace jobs

/// What may be said of a job beside its type and payload.
struct JobOptions {
  std::string queue = "default";
  JobPriority priority = JobPriority::kNormal;
  /// Further attempts after one that failed.
  std::uint32_t max_retries = 3;
  /// When it may run first; one of the two, or neither: at once.
  std::optional<DateTime> run_at = std::nullopt;
  std::optional<std::chrono::microseconds> delay = std::nullopt;
  /// How long one attempt may take.
  std::optional<std::chrono::seconds> timeout = std::nullopt;
  /// While a job of this key has not come to an end, enqueueing another answers that one.
  std::optional<std::string> unique_key = std::nullopt;
  /// So long after it was enqueued, a job of the key that has ended is answered, too; by default when it completed.
  std::optional<std::chrono::microseconds> unique_for = std::nullopt;
  /// In which states a job of the key is answered; none given: pending, scheduled, running, and with `unique_for` completed.
  /// Without `unique_for` one that ended counts until it is removed.
  std::vector<JobStatus> unique_states = {};
  /// Of the jobs with one such key, one is run at a time.
  std::optional<std::string> concurrency_key = std::nullopt;
};

/// A job to be, for enqueue_all.
struct JobRequest {
  std::string type;
  Value payload;
  JobOptions options;
};

/// Which jobs `redrive` takes, of those that failed or are dead letters; what is not given restricts nothing.
struct Redrive {
  std::optional<std::string> type = std::nullopt;
  std::optional<std::string> queue = std::nullopt;
  /// Conditions on fields of `_jobs`, as those of AQL's `where`.
  std::optional<Object> where = std::nullopt;
};

/// What becomes of times of a schedule that passed while no workers ran.
enum class CatchUp : std::uint8_t {
  kOne,    ///< one firing stands for all of them
  kAll,    ///< each is fired
  kNone,   ///< none is: a firing that is late by more than a minute is left out
};

struct ScheduleOptions {
  std::string cron;                  ///< five fields, as "*/5 * * * *", or "@daily" and its like
  std::string time_zone = "UTC";     ///< by its name in the IANA database
  CatchUp catch_up = CatchUp::kOne;
  std::string action;                ///< a mutation in AQL, as "enqueueJob(type: \"report\")"
};

/// One attempt at a job, as its handler sees it. Valid while the handler runs.
/// Threads: one at a time, but for cancelled().
class Job {
 public:
  Job(const Job&) = delete;
  Job& operator=(const Job&) = delete;

  [[nodiscard]] Uuid id() const;
  [[nodiscard]] std::string_view type() const noexcept;
  [[nodiscard]] std::string_view queue() const;
  /// Valid as long as this.
  [[nodiscard]] ValueView payload() const;
  /// The batch whose end this job was enqueued for.
  [[nodiscard]] std::optional<Uuid> completes() const;
  /// From 1.
  [[nodiscard]] std::uint32_t attempt() const noexcept;
  /// True once the rest is in vain: the job was cancelled, took too long, lost its lease, or the workers stop. What a
  /// handler writes by `commit` is then refused.
  [[nodiscard]] bool cancelled() const noexcept;
  /// Shows how far it is as the job's `progress`, soon.
  void progress(Value value);
  /// Commits the transaction and completes the job with it, all or nothing.
  /// Errors: InvalidOperation when the attempt no longer has its job; those of Transaction::commit (after Conflict, do
  /// the work again in a new transaction, or fail).
  void commit(Transaction& transaction, Value result = {}) {
    static_cast<void>(try_commit(transaction, std::move(result)).value());
  }
  [[nodiscard]] Result<std::uint64_t> try_commit(Transaction& transaction, Value result = {});

 private:
  friend class Workers;
  Job(jobs::Dispatcher& dispatcher, std::shared_ptr<jobs::Attempt> attempt);
  jobs::Dispatcher& dispatcher_;
  std::shared_ptr<jobs::Attempt> attempt_;
};

/// An attempt that ended.
struct JobEnd {
  Uuid id;
  std::string type;
  JobStatus status = JobStatus::kCompleted;   ///< of the job now; kScheduled or kPending: another attempt follows
  std::uint32_t attempt = 1;
  std::string error;                          ///< empty when it completed
};

/// How the attempt of an asynchronous handler ends: called once, by any thread. When it is never called, and no copy is
/// left, the attempt failed.
using JobDone = std::function<void(Result<Value>)>;

/// What runs a job: a function of Job& that returns nothing or the job's result, or an object with such a `run`.
template <class T>
concept JobFunction = std::invocable<T&, Job&> &&
                      (std::is_void_v<std::invoke_result_t<T&, Job&>> ||
                       std::constructible_from<Value, std::invoke_result_t<T&, Job&>>);
template <class T>
concept JobClass = requires(T& handler, Job& job) { handler.run(job); };

/// Threads: every call may come from any thread; those that wait for handlers not from one.
/// Errors: Closed once the database is; calls throw aurora::Error.
class Workers {
 public:
  /// Jobs of that type are run by `handler`, on any thread and on several at once; in the place of an earlier one. What it
  /// throws fails its attempt. It must outlive the workers' stop.
  template <JobFunction Handler>
  void register_handler(std::string type, Handler handler) {
    set_handler(std::move(type), [shared = std::make_shared<Handler>(std::move(handler))](Job& job) -> Value {
      if constexpr (std::is_void_v<std::invoke_result_t<Handler&, Job&>>) {
        std::invoke(*shared, job);
        return {};
      } else {
        return Value(std::invoke(*shared, job));
      }
    });
  }
  template <JobClass Handler>
  void register_handler(std::string type, std::shared_ptr<Handler> handler) {
    register_handler(std::move(type), [shared = std::move(handler)](Job& job) { return shared->run(job); });
  }

  /// For handlers that wait without a thread, as coroutines do (<aurora/coroutine_handler.hpp> makes this call): `begin` is
  /// called on a thread of the workers, must return soon and leaves the job and `done` with somebody else.
  void register_async_handler(std::string type, std::function<void(std::shared_ptr<Job> job, JobDone done)> begin);

  /// Adds a job, in a commit of its own, and returns its id. Errors: InvalidInput for options that say nothing sensible.
  Uuid enqueue(std::string_view type, Value payload = {}, const JobOptions& options = {});
  /// All in one commit, all or nothing.
  std::vector<Uuid> enqueue_all(std::vector<JobRequest> jobs);
  /// All in one commit, as a batch: `completion` is enqueued in the commit in which the last of them comes to an end,
  /// however it does. Returns the id of the batch, a document of `_batches`. Errors: InvalidInput for no jobs at all.
  Uuid enqueue_batch(std::vector<JobRequest> jobs, JobRequest completion);
  /// A job that is there when, and only when, the transaction commits.
  Uuid enqueue_in(Transaction& transaction, std::string_view type, Value payload = {}, const JobOptions& options = {});

  /// Begins to run jobs. Does nothing when started. Errors: InvalidOperation for a database open read-only; IoError.
  void start();
  /// Begins no further job, and waits for those that run, at most so long; then they are told to stop, and are run again
  /// by whoever starts next. True when none was left. Errors: InvalidOperation from a handler.
  bool stop(std::chrono::milliseconds timeout);
  [[nodiscard]] bool is_started() const;

  /// Begins no further job (of that queue) until it is resumed; not remembered by the database.
  void pause();
  void pause(const std::string& queue);
  void resume();
  void resume(const std::string& queue);

  /// The job as a document of `_jobs`.
  [[nodiscard]] std::optional<Document> job(const Uuid& id) const;
  /// As cancelJob and retryJob. Errors: NotFound, and InvalidOperation for a job whose status does not allow it.
  void cancel(const Uuid& id);
  void retry(const Uuid& id);
  /// As retryJobs: all attempts anew for every job that failed or is a dead letter, of those asked for, in one commit.
  /// Returns how many.
  std::uint64_t redrive(const Redrive& which = {});

  /// How much waits, runs and went wrong, by type; latencies and counts are since this object was made.
  [[nodiscard]] WorkerStats stats() const;

  /// As the statement `schedule "name" { … }`: stored, and fired while workers run. One of that name is replaced; with
  /// the same times it goes on where it was. Errors: those of the statement.
  void schedule(const std::string& name, const ScheduleOptions& options);
  /// False when there was none.
  bool unschedule(const std::string& name);

  /// Called after each attempt that ended, by a thread of the workers.
  void on_complete(std::function<void(const JobEnd&)> listener);

  // For the database that owns this.
  Workers(facade::State& state, const struct WorkerConfig& config);
  ~Workers();
  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;
  void keep_marks_in(std::string directory);
  /// Stops, and waits for every handler. Errors: InvalidOperation from a handler.
  [[nodiscard]] Status close();

 private:
  [[nodiscard]] std::shared_ptr<Job> make_job(const std::shared_ptr<jobs::Attempt>& attempt) const;
  void set_handler(std::string type, std::function<Value(Job&)> handler);
  void run_operation(std::string_view name, const Uuid& id);
  void stop_schedules();
  Value run_statement(const std::string& text, const Object& variables);

  facade::State& state_;
  const std::chrono::milliseconds close_grace_;
  const std::uint32_t threads_;
  std::unique_ptr<jobs::Dispatcher> dispatcher_;
  std::mutex scheduler_mutex_;
  std::unique_ptr<facade::Scheduler> scheduler_;   // guarded by scheduler_mutex_
};

}  // namespace aurora
