// Body of job_records.hpp. Called by the dispatcher and at open; calls document writing.
#include <aurora/jobs/job_records.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/job_batches.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/duration.hpp>
#include <aurora/schema/system_collections.hpp>

#include <algorithm>
#include <array>

namespace aurora {

namespace {

constexpr std::array<std::string_view, 7> kStatuses{"PENDING",   "RUNNING",     "COMPLETED", "FAILED",
                                                    "SCHEDULED", "DEAD_LETTER", "CANCELLED"};
constexpr std::array<std::string_view, 4> kPriorities{"LOW", "NORMAL", "HIGH", "CRITICAL"};
// So many waiting jobs of a type and status are read to tell how long it has waited: those that were enqueued first.
constexpr std::size_t kOldest = 1'000;

}  // namespace

std::string_view to_string(JobStatus status) noexcept { return kStatuses[static_cast<std::size_t>(status)]; }
std::string_view to_string(JobPriority priority) noexcept { return kPriorities[static_cast<std::size_t>(priority)]; }

}  // namespace aurora

namespace aurora::jobs {

namespace {

// `text` up to that many bytes, cut between characters.
std::string cut(std::string_view text, std::size_t most) {
  if (text.size() <= most) return std::string(text);
  while (most > 0 && (static_cast<unsigned char>(text[most]) & 0xC0u) == 0x80u) --most;
  return std::string(text.substr(0, most));
}

}  // namespace

JobRecords::JobRecords(const Catalog& catalog)
    : collection_(catalog.find(kJobsCollection)),
      id_(field("id")),
      type_(field("type")),
      queue_(field("queue")),
      payload_(field("payload")),
      priority_(field("priority")),
      status_(field("status")),
      retries_(field("retries")),
      max_retries_(field("maxRetries")),
      error_(field("error")),
      created_at_(field("created_at")),
      run_at_(field("run_at")),
      started_at_(field("started_at")),
      completed_at_(field("completed_at")),
      last_retry_(field("last_retry")),
      last_heartbeat_(field("last_heartbeat")),
      result_(field("result")),
      timeout_(field("timeout")),
      progress_(field("progress")),
      concurrency_key_(field("concurrencyKey")),
      batch_(field("batch")),
      completes_(field("completes")) {
  status_index_ = collection_->index_on(FieldPath{status_, "status", {}})->id;
  type_index_ = collection_->index_on(FieldPath{type_, "type", {}})->id;
}

FieldId JobRecords::field(std::string_view name) const { return collection_->find(name)->id; }

std::string_view JobRecords::text(RecordView job, FieldId field) {
  const auto value = job.field(field);
  return value.type() == Type::kString ? value.string_value() : std::string_view();
}

DateTime JobRecords::time(RecordView job, FieldId field) {
  const auto value = job.field(field);
  return value.type() == Type::kDateTime ? value.datetime_value() : DateTime();
}

std::int64_t JobRecords::number(RecordView job, FieldId field) {
  const auto value = job.field(field);
  return value.type() == Type::kInt ? value.int_value() : 0;
}

JobStatus JobRecords::status(RecordView job) const {
  const auto found = std::find(kStatuses.begin(), kStatuses.end(), text(job, status_));
  // What a later version may have added is none of ours to run.
  return found == kStatuses.end() ? JobStatus::kCancelled : static_cast<JobStatus>(found - kStatuses.begin());
}

JobPriority JobRecords::priority(RecordView job) const {
  const auto found = std::find(kPriorities.begin(), kPriorities.end(), text(job, priority_));
  return static_cast<JobPriority>(found == kPriorities.end() ? 1 : found - kPriorities.begin());
}

Uuid JobRecords::id(RecordView job) const {
  const auto value = job.field(id_);
  return value.type() == Type::kUuid ? value.uuid_value() : Uuid();
}

std::optional<std::int64_t> JobRecords::timeout_micros(RecordView job) const {
  const auto written = text(job, timeout_);
  if (written.empty()) return std::nullopt;
  const auto length = parse_duration(written);
  return length && length->is_fixed() ? std::optional(length->micros) : std::nullopt;
}

Result<OrdinalSet> JobRecords::with_status(View& view, JobStatus status) const {
  AURORA_ASSIGN(const auto* version, view.collection(kJobsCollection));
  std::string key;
  append_key(key, word(status));
  return version->index(status_index_)->find(key);
}

std::optional<Uuid> JobRecords::completes(RecordView job) const {
  const auto value = job.field(completes_);
  return value.type() == Type::kUuid ? std::optional(value.uuid_value()) : std::nullopt;
}

Result<std::vector<JobRecords::TypeCounts>> JobRecords::count_by_type(View& view) const {
  AURORA_ASSIGN(const auto* version, view.collection(kJobsCollection));
  std::array<OrdinalSet, kStatuses.size()> sets;
  for (std::size_t i = 0; i < sets.size(); ++i) {
    AURORA_ASSIGN(sets[i], with_status(view, static_cast<JobStatus>(i)));
  }
  std::vector<TypeCounts> counts;
  std::vector<Ordinal> firsts;             // a job of each type tells its name: keys are cut
  std::vector<OrdinalSet> oldest;
  version->index(type_index_)->scan({}, IndexVersion::Direction::kForward, [&](const IndexVersion::Entry& entry) {
    OrdinalSet of_type;
    if (entry.set != nullptr)
      of_type = *entry.set;
    else
      for (const auto ordinal : entry.inline_ordinals) of_type.add(ordinal);
    if (of_type.empty()) return true;
    auto& count = counts.emplace_back();
    for (std::size_t i = 0; i < sets.size(); ++i) {
      count.of[i] = of_type.intersection_size(sets[i]);
    }
    firsts.push_back(of_type.min());
    auto& first = oldest.emplace_back();
    for (const auto status : {JobStatus::kPending, JobStatus::kScheduled}) {
      auto waiting = of_type;
      waiting &= sets[static_cast<std::size_t>(status)];
      waiting.for_each([&, left = kOldest](Ordinal ordinal) mutable {
        first.add(ordinal);
        return --left > 0;
      });
    }
    return true;
  });
  for (std::size_t i = 0; i < counts.size(); ++i) {
    AURORA_ASSIGN(const auto job, view.record(kJobsCollection, firsts[i]));
    if (job) counts[i].type = type(job.view());
    AURORA_TRY(view.scan(kJobsCollection, oldest[i], [&](Ordinal, const RecordRef& waiting) {
      if (!waiting) return true;
      const auto since = std::max(run_at(waiting.view()), created_at(waiting.view()));
      if (since <= view.now()) counts[i].waits_since = std::min(counts[i].waits_since.value_or(since), since);
      return true;
    }));
  }
  return counts;
}

// No unique value and no relation changes here, so there is nothing to be checked at the end of the statement.
Status JobRecords::write(WriteView& view, Ordinal ordinal, RecordView job, Changes changes,
                         std::uint32_t room) const {
  StoredFields fields;
  fields.fields = std::move(changes);
  AURORA_ASSIGN(auto record, exec::merge_record(*collection_, job, fields, view.max_document_bytes() + room));
  return view.replace(*collection_, ordinal, std::move(record));
}

Result<RecordRef> JobRecords::claim(WriteView& view, Ordinal ordinal) const {
  AURORA_ASSIGN(const auto job, view.record(kJobsCollection, ordinal));
  if (!job) return job;
  const auto seen = status(job.view());
  if ((seen != JobStatus::kPending && seen != JobStatus::kScheduled) || run_at(job.view()) > view.now()) return RecordRef();
  // J1, also when the clock was set back.
  const DateTime token(std::max(view.now().micros, started_at(job.view()).micros + 1));
  AURORA_TRY(write(view, ordinal, job.view(),
                   {{status_, word(JobStatus::kRunning)}, {started_at_, Value(token)}, {last_heartbeat_, Value(view.now())}}));
  return view.record(kJobsCollection, ordinal);
}

Result<RecordRef> JobRecords::held(WriteView& view, const Token& token) const {
  AURORA_ASSIGN(auto job, view.record(kJobsCollection, token.ordinal));
  if (!job || status(job.view()) != JobStatus::kRunning || started_at(job.view()) != token.started_at) return RecordRef();
  return job;
}

// Only jobs of batches pay for it.
Status JobRecords::leave_batch(WriteView& view, RecordView job, bool failed) const {
  return job.field(batch_).type() == Type::kUuid ? exec::end_in_batch(view, job, failed, {}) : Status();
}

Result<JobRecords::Changed> JobRecords::complete(WriteView& view, const Token& token, const Value& result) const {
  AURORA_ASSIGN(const auto job, held(view, token));
  if (!job) return Changed();
  AURORA_TRY(write(view, token.ordinal, job.view(),
                   {{status_, word(JobStatus::kCompleted)}, {completed_at_, Value(view.now())}, {result_, result}},
                   result.is_null() ? exec::kJobStateRoom : 0));
  AURORA_TRY(leave_batch(view, job.view(), /*failed=*/false));
  return Changed(JobStatus::kCompleted);
}

Result<JobRecords::Changed> JobRecords::fail(WriteView& view, const Token& token, std::string_view error,
                              std::int64_t wait_micros) const {
  AURORA_ASSIGN(const auto job, held(view, token));
  if (!job) return Changed();
  const auto done = retries(job.view());
  Changes changes{{error_, Value(cut(error, kMaxErrorBytes))}};
  auto next = JobStatus::kFailed;
  if (done < max_retries(job.view())) {
    const auto now = view.now();
    next = wait_micros > 0 ? JobStatus::kScheduled : JobStatus::kPending;
    changes.emplace_back(retries_, Value(done + 1));
    changes.emplace_back(last_retry_, Value(now));
    changes.emplace_back(run_at_, Value(DateTime(now.micros + wait_micros)));
  } else {
    changes.emplace_back(completed_at_, Value(view.now()));
    AURORA_TRY(leave_batch(view, job.view(), /*failed=*/true));
  }
  changes.emplace_back(status_, word(next));
  AURORA_TRY(write(view, token.ordinal, job.view(), std::move(changes)));
  return Changed(next);
}

Result<JobRecords::Changed> JobRecords::lose(WriteView& view, const Token& token, std::string_view error) const {
  AURORA_ASSIGN(const auto job, held(view, token));
  if (!job) return Changed();
  const auto done = retries(job.view());
  Changes changes{{error_, Value(cut(error, kMaxErrorBytes))}};
  auto next = JobStatus::kDeadLetter;
  if (done < max_retries(job.view())) {
    next = JobStatus::kPending;
    changes.emplace_back(retries_, Value(done + 1));
    changes.emplace_back(last_retry_, Value(view.now()));
  } else {
    changes.emplace_back(completed_at_, Value(view.now()));
    AURORA_TRY(leave_batch(view, job.view(), /*failed=*/true));
  }
  changes.emplace_back(status_, word(next));
  AURORA_TRY(write(view, token.ordinal, job.view(), std::move(changes)));
  return Changed(next);
}

Result<JobRecords::Changed> JobRecords::release(WriteView& view, const Token& token) const {
  AURORA_ASSIGN(const auto job, held(view, token));
  if (!job) return Changed();
  AURORA_TRY(write(view, token.ordinal, job.view(), {{status_, word(JobStatus::kPending)}}));
  return Changed(JobStatus::kPending);
}

Result<JobRecords::Changed> JobRecords::beat(WriteView& view, const Token& token, const Value& progress) const {
  AURORA_ASSIGN(const auto job, held(view, token));
  if (!job) return Changed();
  Changes changes{{last_heartbeat_, Value(view.now())}};
  if (!progress.is_null()) {
    auto with_progress = changes;
    with_progress.emplace_back(progress_, progress);
    if (write(view, token.ordinal, job.view(), std::move(with_progress), 0)) return Changed(JobStatus::kRunning);
  }
  AURORA_TRY(write(view, token.ordinal, job.view(), std::move(changes)));
  return Changed(JobStatus::kRunning);
}

Status JobRecords::promote(WriteView& view, Ordinal ordinal) const {
  AURORA_ASSIGN(const auto job, view.record(kJobsCollection, ordinal));
  if (!job || status(job.view()) != JobStatus::kScheduled || run_at(job.view()) > view.now()) return {};
  return write(view, ordinal, job.view(), {{status_, word(JobStatus::kPending)}});
}

Status JobRecords::remove(WriteView& view, Ordinal ordinal) const { return view.erase(*collection_, ordinal); }

}  // namespace aurora::jobs
