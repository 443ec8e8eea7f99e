// Hands waiting jobs to threads and writes down how they went. One a database; made by the facade.
//
//   commits to `_jobs` ──► ready queue ──round: one commit──► claimed ──► threads run handlers ──► ended ──┐
//                                          ▲  claims, ends, heartbeats, losses                            │
//                                          └──────────────────────────────────────────────────────────────┘
//
// One thread makes the rounds. A round writes everything that has come together since the last one in one commit, so that
// many short jobs cost few commits, and one job alone waits for nobody.
//
// Invariants (with J1 and J2 of job_records.hpp):
//   J3  an attempt is dealt out once, and comes back once: ended, or given back before it began.
//   J4  whatever ends an attempt asks, inside the commit, whether it still holds its lease and the job its token. So a
//       handler that was frozen past its lease, or whose job was cancelled, writes nothing, and a job is completed once.
//   J5  a claim is durable before its handler runs, and the handler's begin is marked where a crash of the process does not
//       reach (begun_marks.hpp). So a crash costs an attempt of what had begun, a job that kills its process ends, and what
//       was only claimed ahead loses nothing.
//   J6  user code runs on the threads of the pool, never under a lock and never inside a commit.
#pragma once

#include <aurora/commit/engine.hpp>
#include <aurora/jobs/attempt.hpp>
#include <aurora/jobs/begun_marks.hpp>
#include <aurora/jobs/ready_queue.hpp>
#include <aurora/worker_config.hpp>

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

namespace aurora::jobs {

/// Jobs left RUNNING by a process that is gone: those it had begun are lost attempts, and wait again or are dead letters; the
/// others wait as if they had not been claimed. `directory` is the database's, empty for one in memory: without the marks of
/// what had begun every attempt counts. Requires: nothing runs yet.
struct Rescued {
  std::size_t lost = 0;
  std::size_t unbegun = 0;
};
[[nodiscard]] Result<Rescued> rescue_orphans(commit::Engine& engine, const std::string& directory);

/// What dispatchers count of one type, and whether it has a handler.
struct TypeReport {
  std::string type;
  bool handled = false;
  std::shared_ptr<const TypeMetrics> metrics;  ///< null: it had no handler
};

/// No more jobs than these wait claimed for a thread.
inline constexpr std::size_t kMostWaiting = 4096;

/// Threads: every call may come from any thread.
class Dispatcher {
 public:
  Dispatcher(commit::Engine& engine, WorkerConfig config);
  /// Stops, and waits for every handler.
  ~Dispatcher();
  Dispatcher(const Dispatcher&) = delete;
  Dispatcher& operator=(const Dispatcher&) = delete;

  /// The directory of the database; empty for one in memory. Requires: not started.
  void keep_marks_in(std::string directory) { directory_ = std::move(directory); }
  /// In the place of an earlier one of that type.
  void handle(const std::string& type, Handler handler);
  void handle_async(const std::string& type, AsyncHandler handler);
  using OnEnd = std::function<void(const Ended&)>;
  /// Told, on a thread of the pool, of each attempt that ended. Must not throw.
  void on_end(OnEnd listener);

  /// Errors: IoError when threads cannot be started.
  [[nodiscard]] Status start();
  /// Claims nothing any more, and waits for what runs, at most so long; then what still runs is told to stop and its jobs
  /// are given back. True when nothing was left.
  bool stop(std::chrono::milliseconds timeout);
  [[nodiscard]] bool is_started() const;
  /// Waits for handlers that `stop` did not wait for.
  void join();

  void pause(const std::string& queue);
  void resume(const std::string& queue);
  void pause_all();
  void resume_all();

  /// Completes the job in a commit of its handler's. Errors: InvalidOperation when the attempt no longer holds it.
  [[nodiscard]] Status complete(WriteView& view, Attempt& attempt, const Value& result) const;
  /// Stores the attempt's progress soon.
  void note_progress(Attempt& attempt, Value progress);

  [[nodiscard]] const JobRecords& records() const noexcept { return records_; }

  /// Every type that has or had a handler, by name.
  [[nodiscard]] std::vector<TypeReport> report() const;
  /// Attempts under a handler.
  [[nodiscard]] std::size_t begun() const;

  /// Whether the calling thread is one of a pool's, under a handler.
  [[nodiscard]] static bool runs_handler() noexcept;

 private:
  using AttemptRef = std::shared_ptr<Attempt>;
  enum class Outcome : std::uint8_t { kCompleted, kFailed, kReleased, kLost, kSkipped };
  struct Finished {
    AttemptRef attempt;
    Outcome outcome = Outcome::kCompleted;
    bool returned = true;                                // its thread is free; false: it was given up, its handler goes on
    Value result;
    std::string error;
    std::optional<JobStatus> ended;                      // while writing: of the job, when the attempt has an end
  };
  struct Candidate {
    ReadyQueue::Lane* lane = nullptr;
    ReadyQueue::Entry entry;
    std::int64_t expected_nanos = 0;
    RecordRef claimed;                                   // null: not claimed after all
    bool waits = false;                                  // not claimed, and not due yet by the clock as it is now
  };
  // What one round writes.
  struct Round {
    bool claims_any = false;
    bool handlers_changed = false;
    bool counted = false;                                // queues know of the threads that came back
    std::int64_t window_nanos = 0;
    bool tells = false;                                  // somebody wants to hear of ends
    std::size_t slots = 0;                               // threads with nothing to do
    std::size_t room = 0;                                // for jobs that wait claimed
    std::int64_t budget_nanos = 0;                       // for those
    std::vector<Finished> finished;
    std::vector<AttemptRef> beats;
    std::vector<Candidate> claims;
    std::vector<Ordinal> due;
    std::vector<Ordinal> old;
    std::vector<Ended> ended;                            // filled while writing
    [[nodiscard]] bool is_empty() const {
      return finished.empty() && beats.empty() && claims.empty() && due.empty() && old.empty();
    }
  };

  // rounds.cpp: on the dispatching thread
  void run_rounds();
  [[nodiscard]] Status load_waiting();
  [[nodiscard]] bool gather(std::unique_lock<std::mutex>& lock, Round& round);
  void feed(const commit::Commit& commit);
  void feed_job(Ordinal ordinal, RecordView job, Sequence sequence, std::int64_t now);
  void look_at_running(Instant now, bool ending, Round& round);
  void take_back(Instant now, bool all, Round& round);
  void give_up(const AttemptRef& attempt, Outcome outcome, std::string error, Round& round);
  void choose(Round& round);
  void choose_old(Instant now, Round& round);
  void write(Round& round);
  [[nodiscard]] Status write_round(commit::WriteContext& context, Round& round);
  [[nodiscard]] Status settle(WriteView& view, Finished& finished, Round& round);
  void count(const Finished& finished) const;
  [[nodiscard]] AttemptRef make_attempt(Candidate& candidate, Instant begun, Sequence sequence);
  void report_unhandled(Instant now);
  void after_write(Round& round, Instant begun, Sequence sequence);
  void put_back(Round& round);
  [[nodiscard]] Instant next_look(Instant now);
  [[nodiscard]] bool has_news() const;

  // dispatcher.cpp
  void run_thread(std::uint64_t generation);
  void run_one(std::unique_lock<std::mutex>& lock, std::uint64_t generation);
  void run_begun(const AttemptRef& attempt, Finished& finished);
  class AsyncEnd;
  void begin_async(const AttemptRef& attempt, std::uint64_t generation);
  void end_async(const AttemptRef& attempt, std::uint64_t generation, Result<Value> result);
  void add_handler(const std::string& type, std::shared_ptr<HandlerSlot> slot);
  void wake_if_worth();
  void hear(const std::shared_ptr<const commit::Commit>& commit);
  void warn(const std::string& message) const;

  commit::Engine& engine_;
  const WorkerConfig config_;
  std::string directory_;
  const JobRecords records_;

  std::mutex control_mutex_;                             // one start or stop at a time; taken before mutex_
  mutable std::mutex mutex_;
  std::condition_variable work_;                         // for the threads of the pool
  std::condition_variable turn_;                         // for the dispatching thread
  std::condition_variable drained_;                      // for stop
  std::condition_variable resumed_all_;                  // for join: asynchronous attempts came back
  // Guarded by mutex_.
  std::map<std::string, std::shared_ptr<HandlerSlot>, std::less<>> handlers_;
  bool handlers_changed_ = false;
  std::map<std::string, std::shared_ptr<TypeMetrics>, std::less<>> metrics_;
  OnEnd on_end_;
  std::map<std::string, bool> pauses_;                   // by queue
  bool pauses_changed_ = false;
  bool paused_ = false;                                  // all
  bool resumed_ = false;
  std::vector<std::shared_ptr<const commit::Commit>> heard_;
  std::deque<AttemptRef> waiting_;                       // claimed, not begun
  std::int64_t waiting_nanos_ = 0;                       // how long those will take
  std::vector<Finished> finished_;
  std::deque<Ended> notices_;
  std::size_t busy_ = 0;                                 // threads under a handler
  std::size_t suspended_ = 0;                            // asynchronous attempts, of every generation
  std::size_t batch_ = 1;                                // as many ends as are worth a round while jobs wait
  Instant last_begun_;
  enum class State : std::uint8_t { kStopped, kRunning, kDraining, kEnding };
  State state_ = State::kStopped;
  bool dispatcher_waits_ = false;
  bool in_round_ = false;                                // what it has claimed may not be counted yet
  bool progress_noted_ = false;                          // or a begin that has a timeout
  Instant next_progress_;                                // no earlier round for it
  std::size_t dealt_ = 0;                                // attempts that have not come back and been settled
  std::uint64_t generation_ = 0;                         // of the threads; those of an older one end
  std::vector<std::thread> threads_;
  std::vector<std::thread> stragglers_;
  std::thread dispatcher_;

  // Made before threads are, and unmade after.
  std::unique_ptr<BegunMarks> marks_;                    // null: in memory, or the file cannot be made

  // The dispatching thread's alone.
  std::vector<std::size_t> free_marks_;
  std::map<std::string, bool, std::less<>> unhandled_;   // types that wait for a handler; true: reported
  Instant next_unhandled_;
  ReadyQueue ready_;
  std::map<std::string, std::shared_ptr<HandlerSlot>, std::less<>> known_;   // the handlers, as lanes point to them
  std::vector<Finished> unsettled_;                      // of a round that could not be written
  std::vector<Ordinal> unpromoted_;                      // of such a round as well
  bool looks_again_ = false;                             // some were not claimed after all: others can be
  std::unordered_map<Ordinal, AttemptRef> running_;      // dealt out and still holding their jobs
  Instant next_check_;                                   // of a lease, heartbeat or timeout
  Instant next_cleanup_;
  Instant retry_at_;                                     // after a commit that failed
  std::chrono::nanoseconds last_write_{0};
  std::minstd_rand random_;
  bool has_failed_ = false;
};

}  // namespace aurora::jobs
