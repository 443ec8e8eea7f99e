// Jobs as they stand in `_jobs`: what a worker reads of them, and every change of state that workers make.
// Called by the dispatcher, inside the commits it makes; enqueueing, cancelling and retrying are exec/jobs.
//
//   PENDING, SCHEDULED ──claim──► RUNNING ──complete──► COMPLETED
//        ▲                          ├──fail, retries left──► SCHEDULED (run_at = now + backoff)
//        │                          ├──fail, none left─────► FAILED
//        ├──lost, retries left──────┤
//        └──release─────────────────┤
//                                   └──lost, none left─────► DEAD_LETTER
//
// Invariants:
//   J1  the token of a claim is its `started_at`, which is later than that of every claim of the job before. Whoever ends
//       an attempt brings its token; when the job is not RUNNING under it, nothing is written.
//   J2  `retries` counts the attempts that failed or were lost and were followed by another.
#pragma once

#include <aurora/exec/jobs.hpp>
#include <aurora/exec/write_view.hpp>
#include <aurora/job_status.hpp>
#include <aurora/schema/catalog.hpp>

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::jobs {

/// What a claim needs to be found by.
struct Token {
  Ordinal ordinal = 0;
  DateTime started_at;
};

/// Threads: const use from any thread.
class JobRecords {
 public:
  /// Requires: a catalog with the system's collections.
  explicit JobRecords(const Catalog& catalog);

  // ---- reading
  [[nodiscard]] JobStatus status(RecordView job) const;
  [[nodiscard]] std::string_view type(RecordView job) const { return text(job, type_); }
  [[nodiscard]] std::string_view queue(RecordView job) const { return text(job, queue_); }
  [[nodiscard]] std::string_view timeout(RecordView job) const { return text(job, timeout_); }
  [[nodiscard]] std::string_view error(RecordView job) const { return text(job, error_); }
  [[nodiscard]] JobPriority priority(RecordView job) const;
  [[nodiscard]] DateTime run_at(RecordView job) const { return time(job, run_at_); }
  [[nodiscard]] DateTime started_at(RecordView job) const { return time(job, started_at_); }
  [[nodiscard]] DateTime created_at(RecordView job) const { return time(job, created_at_); }
  [[nodiscard]] DateTime completed_at(RecordView job) const { return time(job, completed_at_); }
  [[nodiscard]] std::int64_t retries(RecordView job) const { return number(job, retries_); }
  [[nodiscard]] std::int64_t max_retries(RecordView job) const { return number(job, max_retries_); }
  [[nodiscard]] Uuid id(RecordView job) const;
  [[nodiscard]] std::string_view concurrency_key(RecordView job) const { return text(job, concurrency_key_); }
  [[nodiscard]] std::optional<Uuid> completes(RecordView job) const;
  [[nodiscard]] ValueView payload(RecordView job) const { return job.field(payload_); }
  [[nodiscard]] ValueView result(RecordView job) const { return job.field(result_); }
  /// How long one attempt may take; nothing when it may take any time.
  [[nodiscard]] std::optional<std::int64_t> timeout_micros(RecordView job) const;
  /// The jobs of that status, as the committed part of `view` has them.
  [[nodiscard]] Result<OrdinalSet> with_status(View& view, JobStatus status) const;

  /// How many jobs of each type there are in each status, as `with_status`; by type.
  struct TypeCounts {
    std::string type;
    std::array<std::uint64_t, 7> of{};     ///< by JobStatus
    std::optional<DateTime> waits_since;   ///< the earliest time from which one could run, and does not
  };
  [[nodiscard]] Result<std::vector<TypeCounts>> count_by_type(View& view) const;

  // ---- writing
  /// RUNNING, with a new token. Null when the job is gone, is not due yet, or another has it.
  [[nodiscard]] Result<RecordRef> claim(WriteView& view, Ordinal ordinal) const;
  /// The job, when it is RUNNING under that token; null otherwise.
  [[nodiscard]] Result<RecordRef> held(WriteView& view, const Token& token) const;

  // What follows returns nothing, and writes nothing, when the job is not held under the token; else its status now.
  using Changed = std::optional<JobStatus>;
  [[nodiscard]] Result<Changed> complete(WriteView& view, const Token& token, const Value& result) const;
  /// `wait_micros`: until the next attempt, when there is one.
  [[nodiscard]] Result<Changed> fail(WriteView& view, const Token& token, std::string_view error,
                                     std::int64_t wait_micros) const;
  /// Its worker is gone, and whether it did anything is unknown: the attempt counts.
  [[nodiscard]] Result<Changed> lose(WriteView& view, const Token& token, std::string_view error) const;
  /// The attempt did not begin, or was given back: it does not count.
  [[nodiscard]] Result<Changed> release(WriteView& view, const Token& token) const;
  /// `progress` null, or too large to be stored: as it was.
  [[nodiscard]] Result<Changed> beat(WriteView& view, const Token& token, const Value& progress) const;

  /// PENDING instead of SCHEDULED, when its time has come.
  [[nodiscard]] Status promote(WriteView& view, Ordinal ordinal) const;
  [[nodiscard]] Status remove(WriteView& view, Ordinal ordinal) const;

  /// Errors are kept up to this many bytes.
  static constexpr std::size_t kMaxErrorBytes = 8u << 10;

 private:
  using Changes = std::vector<std::pair<FieldId, Value>>;
  [[nodiscard]] FieldId field(std::string_view name) const;
  [[nodiscard]] static std::string_view text(RecordView job, FieldId field);
  [[nodiscard]] static DateTime time(RecordView job, FieldId field);
  [[nodiscard]] static std::int64_t number(RecordView job, FieldId field);
  [[nodiscard]] Value word(JobStatus status) const { return Value(to_string(status)); }
  [[nodiscard]] Status leave_batch(WriteView& view, RecordView job, bool failed) const;
  [[nodiscard]] Status write(WriteView& view, Ordinal ordinal, RecordView job, Changes changes,
                             std::uint32_t room = exec::kJobStateRoom) const;

  Catalog::Entry collection_;
  FieldId id_, type_, queue_, payload_, priority_, status_, retries_, max_retries_, error_, created_at_, run_at_,
      started_at_, completed_at_, last_retry_, last_heartbeat_, result_, timeout_, progress_,
      concurrency_key_, batch_, completes_;
  std::uint32_t status_index_ = 0;
  std::uint32_t type_index_ = 0;
};

}  // namespace aurora::jobs
