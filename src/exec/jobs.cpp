// Body of the job operations. Called by run_mutation; calls arguments, selection and document writing.
//
//   enqueue ──► PENDING, or SCHEDULED while run_at is ahead
//   cancel:  PENDING, SCHEDULED, RUNNING ──► CANCELLED
//   retry(s): FAILED, DEAD_LETTER, CANCELLED, SCHEDULED ──► PENDING
#include <aurora/exec/jobs.hpp>

#include <aurora/aql/clone.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/job_batches.hpp>
#include <aurora/exec/relations.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/duration.hpp>
#include <aurora/schema/system_collections.hpp>

#include "find_jobs.hpp"
#include "mutation_shape.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace aurora::exec {

namespace {

using aql::Argument;
using aql::Literal;
using aql::Selection;
using plan::Bindings;

constexpr std::array<std::string_view, 5> kOperations{"enqueueJob", "enqueueJobs", "retryJob", "retryJobs", "cancelJob"};
constexpr std::array<std::string_view, 14> kJobArguments{
    "type",    "jobType",   "payload", "priority",       "retries",   "maxRetries",  "runAt", "delay",
    "timeout", "uniqueKey", "queue",   "concurrencyKey", "uniqueFor", "uniqueStates"};
constexpr std::array<std::string_view, 2> kListArguments{"jobs", "onComplete"};
constexpr std::array<std::string_view, 1> kIdArguments{"id"};
constexpr std::array<std::string_view, 4> kRetryArguments{"type", "queue", "where", "all"};
constexpr std::array<std::string_view, 4> kPriorities{"LOW", "NORMAL", "HIGH", "CRITICAL"};
constexpr std::int64_t kLastInstant = 253'402'300'799'999'999;   // of the year 9999

// Where the operand of `name` stands; `otherwise` when it is not written.
aql::Offset place_of(const std::vector<Argument>& arguments, std::string_view name, aql::Offset otherwise) {
  for (const auto& argument : arguments)
    if (argument.name.text == name) return argument.value.at;
  return otherwise;
}

class JobOperation {
 public:
  JobOperation(WriteView& view, const Selection& field, const MutationContext& context)
      : view_(view),
        field_(field),
        context_(context),
        bindings_(context.bindings),
        collection_(view.catalog().find(kJobsCollection)),
        mark_(view.savepoint()) {}

  Result<std::string> run() {
    const auto& name = field_.name.text;
    const bool one = name == "enqueueJob";
    const bool many = name == "enqueueJobs";
    const bool retries_many = name == "retryJobs";
    AURORA_TRY(check_arguments(field_.arguments,
                               one            ? std::span<const std::string_view>(kJobArguments)
                               : many         ? std::span<const std::string_view>(kListArguments)
                               : retries_many ? std::span<const std::string_view>(kRetryArguments)
                                              : std::span<const std::string_view>(kIdArguments),
                               name, bindings_));
    if (!retries_many || field_.has_selections) AURORA_TRY(open_shape(one || many));
    if (retries_many && !field_.has_selections) {
      AURORA_ASSIGN(shape_, MutationShape::compile(view_.catalog(), *collection_, nullptr, context_));
    }
    if (one) {
      AURORA_TRY(enqueue(field_.arguments, field_.name.at));
    } else if (many) {
      AURORA_TRY(enqueue_all());
    } else if (retries_many) {
      AURORA_TRY(retry_all());
    } else {
      AURORA_TRY(name == "retryJob" ? retry() : cancel());
    }
    const auto ended = end_statement(view_, mark_);
    if (!ended) return bindings_.error(field_.name.at, ended.error().code(), ended.error().message());
    return shape_.render(view_, *collection_, affected_, jobs_, !many && !retries_many, context_.settings);
  }

 private:
  // `jobId` is another word for `id`; a call without a selection answers as if its usual one were written.
  Status open_shape(bool enqueues) {
    if (field_.has_selections) {
      AURORA_ASSIGN(const auto written, expand_selections(field_.selections, collection_->name, bindings_,
                                                          context_.fragments));
      for (const auto* selection : written) selections_.push_back(aql::clone(*selection));
    } else {
      selections_.emplace_back().name = {"jobId", field_.name.at};
      if (!enqueues) selections_.emplace_back().name = {"status", field_.name.at};
    }
    for (auto& selection : selections_) {
      if (selection.kind != Selection::Kind::kField || selection.name.text != "jobId") continue;
      if (!selection.alias) selection.alias = selection.name;
      selection.name.text = "id";
    }
    AURORA_ASSIGN(shape_, MutationShape::compile(view_.catalog(), *collection_, &selections_, context_));
    return {};
  }

  Error wrong(aql::Offset at, std::string message) const {
    return bindings_.error(at, ErrorCode::kInvalidQuery, std::move(message));
  }

  Status enqueue_all() {
    const auto argument = find_argument(field_.arguments, {"jobs"}, bindings_);
    const auto* jobs = argument.get();
    if (jobs == nullptr) return wrong(field_.name.at, "'enqueueJobs' needs the argument 'jobs'");
    if (jobs->kind != Literal::Kind::kList)
      return bindings_.error(jobs->at, ErrorCode::kTypeError, "'jobs' takes a list of jobs, as [{type: \"mail\"}]");
    AURORA_ASSIGN(const auto batch, batch_of(jobs->items.size(), jobs->at));
    for (const auto& item : jobs->items) {
      const auto job = plan::whole_argument(&item, bindings_);
      if (job.get() == nullptr || job.get()->kind != Literal::Kind::kObject)
        return bindings_.error(item.at, ErrorCode::kTypeError,
                               "a job of 'jobs' is an object of the arguments of enqueueJob");
      std::vector<Argument> arguments;
      for (const auto& member : job.get()->members)
        arguments.push_back({member.name, aql::clone(*member.value)});
      AURORA_TRY(check_arguments(arguments, kJobArguments, "a job", bindings_));
      AURORA_TRY(enqueue(arguments, item.at, batch));
    }
    return {};
  }

  // `onComplete` makes a batch of the jobs.
  Result<std::optional<Uuid>> batch_of(std::size_t jobs, aql::Offset at) {
    const auto argument = find_argument(field_.arguments, {"onComplete"}, bindings_);
    const auto* written = argument.get();
    if (written == nullptr || written->kind == Literal::Kind::kNull) return std::optional<Uuid>();
    if (jobs == 0) return wrong(at, "a batch without jobs never comes to an end; leave out 'onComplete'");
    if (written->kind != Literal::Kind::kObject)
      return bindings_.error(written->at, ErrorCode::kTypeError,
                             "'onComplete' is one job, an object of the arguments of enqueueJob");
    std::vector<Argument> arguments;
    for (const auto& member : written->members) {
      if (member.name.text == "runAt" || member.name.text == "delay")
        return wrong(member.name.at, "the job of 'onComplete' is enqueued when the others have ended: it has no '" +
                                         member.name.text + "'");
      arguments.push_back({member.name, aql::clone(*member.value)});
    }
    AURORA_TRY(check_arguments(arguments, kJobArguments, "a job", bindings_));
    AURORA_ASSIGN(const auto job, read_job(arguments, written->at));
    AURORA_ASSIGN(const auto id, add_batch(view_, static_cast<std::int64_t>(jobs), job));
    return std::optional(id);
  }

  Status enqueue(const std::vector<Argument>& arguments, aql::Offset at, std::optional<Uuid> batch = {}) {
    AURORA_ASSIGN(auto job, read_job(arguments, at));
    job.batch = batch;
    const auto made = enqueue_job(view_, std::move(job), context_.settings);
    if (!made) return bindings_.error(field_.name.at, made.error().code(), made.error().message());
    if (!made->added && batch)
      return wrong(at, "a job of a batch is a new one, and there is another with its 'uniqueKey'");
    AURORA_ASSIGN(auto stored, view_.record(collection_->id, made->ordinal));
    jobs_.push_back(std::move(stored));
    if (made->added) ++affected_;
    return {};
  }

  Result<NewJob> read_job(const std::vector<Argument>& arguments, aql::Offset at) {
    AURORA_ASSIGN(const auto type, text_argument(arguments, {"type", "jobType"}, bindings_));
    if (!type || type->empty()) {
      at = place_of(arguments, "type", place_of(arguments, "jobType", at));
      return wrong(at, "a job needs a 'type', the name its worker is registered under");
    }
    NewJob job;
    job.type = *type;
    AURORA_ASSIGN(auto queue, text_argument(arguments, {"queue"}, bindings_));
    if (queue) job.queue = *std::move(queue);
    for (const auto& argument : arguments) {
      if (argument.name.text != "payload") continue;
      AURORA_ASSIGN(job.payload, plan::resolve(argument.value, bindings_));
    }
    AURORA_ASSIGN(auto priority, word_argument(arguments, "priority", kPriorities, bindings_));
    if (priority) job.priority = *std::move(priority);
    AURORA_ASSIGN(auto retries, count_argument(arguments, "retries", bindings_));
    if (!retries) {
      AURORA_ASSIGN(retries, count_argument(arguments, "maxRetries", bindings_));
    }
    if (retries) job.max_retries = static_cast<std::int64_t>(*retries);
    AURORA_ASSIGN(job.run_at, run_time(arguments));
    AURORA_ASSIGN(const auto timeout, duration(arguments, "timeout"));
    if (timeout) {
      if (!timeout->is_positive()) return wrong(place_of(arguments, "timeout", at), "'timeout' must be above zero");
      AURORA_ASSIGN(job.timeout, text_argument(arguments, {"timeout"}, bindings_));
    }
    AURORA_ASSIGN(job.unique_key, text_argument(arguments, {"uniqueKey"}, bindings_));
    AURORA_TRY(read_uniqueness(arguments, job));
    AURORA_ASSIGN(job.concurrency_key, text_argument(arguments, {"concurrencyKey"}, bindings_));
    if (job.concurrency_key && job.concurrency_key->empty())
      return wrong(place_of(arguments, "concurrencyKey", at), "'concurrencyKey' must not be empty");
    return job;
  }

  // How long, and in which states, another job of the key stands for this one.
  Status read_uniqueness(const std::vector<Argument>& arguments, NewJob& job) const {
    AURORA_ASSIGN(const auto window, duration(arguments, "uniqueFor"));
    if (window) {
      const auto at = place_of(arguments, "uniqueFor", field_.name.at);
      if (!window->is_positive()) return wrong(at, "'uniqueFor' must be above zero");
      if (window->micros > kLastInstant) return wrong(at, "'uniqueFor' is longer than there are dates");
      job.unique_micros = window->micros;
    }
    const auto argument = find_argument(arguments, {"uniqueStates"}, bindings_);
    const auto* states = argument.get();
    if (states != nullptr && states->kind != Literal::Kind::kNull) {
      if (states->kind != Literal::Kind::kList || states->items.empty())
        return bindings_.error(states->at, ErrorCode::kTypeError,
                               "'uniqueStates' takes a list of statuses, as [PENDING, SCHEDULED]");
      job.unique_states.emplace();
      for (const auto& item : states->items) {
        std::vector<Argument> one;
        one.push_back({{"uniqueStates", item.at}, aql::clone(item)});
        AURORA_ASSIGN(auto word, word_argument(one, "uniqueStates", kJobStatuses, bindings_));
        if (!word) return bindings_.error(item.at, ErrorCode::kTypeError, "a status of 'uniqueStates' must not be null");
        job.unique_states->push_back(*std::move(word));
      }
    }
    if (job.unique_key || (!job.unique_micros && !job.unique_states)) return {};
    const auto* name = job.unique_micros ? "uniqueFor" : "uniqueStates";
    return wrong(place_of(arguments, name, field_.name.at), "'" + std::string(name) + "' goes with a 'uniqueKey'");
  }

  // A length of time that is the same at any date.
  Result<std::optional<Duration>> duration(const std::vector<Argument>& arguments, std::string_view name) const {
    AURORA_ASSIGN(const auto text, text_argument(arguments, {name}, bindings_));
    if (!text) return std::optional<Duration>();
    const auto length = parse_duration(*text);
    if (length && length->is_fixed() && length->micros >= 0) return length;
    return wrong(place_of(arguments, name, field_.name.at),
                 "'" + std::string(name) + "' takes a length of time, as \"30s\", \"5m\", \"2h\", \"1d\" or \"1w\", not \"" +
                     *text + "\"");
  }

  // When the job may run first: now, unless `runAt` or `delay` says otherwise.
  Result<DateTime> run_time(const std::vector<Argument>& arguments) const {
    const auto written = find_argument(arguments, {"runAt"}, bindings_);
    AURORA_ASSIGN(const auto delay, duration(arguments, "delay"));
    const bool has_time = written.get() != nullptr && written.get()->kind != Literal::Kind::kNull;
    if (has_time && delay)
      return wrong(place_of(arguments, "delay", field_.name.at), "give 'runAt' or 'delay', not both");
    auto at = view_.now();
    if (delay && (__builtin_add_overflow(at.micros, delay->micros, &at.micros) || at.micros > kLastInstant))
      return wrong(place_of(arguments, "delay", field_.name.at), "'delay' ends behind the year 9999");
    if (!has_time) return at;
    AURORA_ASSIGN(auto value, plan::resolve(*written.get(), bindings_));
    TypeDef type;
    type.type = FieldType::kDateTime;
    auto time = coerce(type, std::move(value), CoerceContext{at}, "runAt");
    if (!time) {
      auto message = time.error().message();
      constexpr std::string_view kField = "field ";   // what coerce calls the place
      if (message.starts_with(kField)) message.erase(0, kField.size());
      return bindings_.error(written.get()->at, time.error().code(), std::move(message));
    }
    return *time->if_datetime();
  }

  // The job that `id` names.
  Result<Row> job() {
    AURORA_ASSIGN(const auto id, text_argument(field_.arguments, {"id"}, bindings_));
    if (!id) return wrong(field_.name.at, "'" + field_.name.text + "' needs the argument 'id'");
    const auto at = place_of(field_.arguments, "id", field_.name.at);
    auto value = coerce_operand(collection_->primary()->type, Value(*id), std::nullopt, "id");
    // No job has an id that is no Uuid.
    if (!value) return bindings_.error(at, ErrorCode::kNotFound, "there is no job \"" + *id + "\"");
    AURORA_ASSIGN(auto rows, find_job(view_, collection_, Object{{"id", *std::move(value)}}, context_.settings));
    if (rows.empty()) return bindings_.error(at, ErrorCode::kNotFound, "there is no job \"" + *id + "\"");
    return std::move(rows.front());
  }

  std::string status_of(const Row& row) const {
    return std::string(stored_text(*collection_, "status", row.record.view()));
  }

  Error not_allowed(const std::string& status) const {
    return bindings_.error(place_of(field_.arguments, "id", field_.name.at), ErrorCode::kInvalidOperation,
                           "'" + field_.name.text + "' does not go with a job that is " + status);
  }

  Status change(const Row& row, Object fields) {
    AURORA_ASSIGN(const auto changed, check_update(*collection_, std::move(fields), view_.now()));
    AURORA_ASSIGN(auto record, merge_record(*collection_, row.record.view(), changed,
                                             view_.max_document_bytes() + kJobStateRoom));
    AURORA_TRY(view_.replace(*collection_, row.ordinal, std::move(record)));
    AURORA_ASSIGN(auto stored, view_.record(collection_->id, row.ordinal));
    jobs_.push_back(std::move(stored));
    ++affected_;
    return {};
  }

  Status keep(const Row& row) {
    jobs_.push_back(row.record);
    return {};
  }

  // All attempts anew, at once; what went wrong last stays readable.
  Status retry() {
    AURORA_ASSIGN(const auto row, job());
    const auto status = status_of(row);
    if (status == "PENDING") return keep(row);
    if (status == "RUNNING" || status == "COMPLETED") return not_allowed(status);
    if (status != "SCHEDULED") {
      AURORA_TRY(check_unique_key(row));
      AURORA_TRY(reopen_in_batch(view_, row.record.view(), context_.settings));
    }
    return begin_anew(row);
  }

  Status begin_anew(const Row& row) {
    return change(row, Object{{"status", Value("PENDING")},
                              {"retries", Value(0)},
                              {"run_at", Value(view_.now())},
                              {"last_retry", Value(view_.now())},
                              {"completed_at", Value()}});
  }

  // Those that failed or are dead letters, of those asked for. One whose key another has meanwhile stays as it is.
  Status retry_all() {
    Object conditions{{"status", Value(Object{{"in", Value(List{Value("FAILED"), Value("DEAD_LETTER")})}})}};
    bool any = false;
    for (const auto name : {"type", "queue"}) {
      AURORA_ASSIGN(auto text, text_argument(field_.arguments, {name}, bindings_));
      if (!text) continue;
      conditions.append(name, Value(*std::move(text)));
      any = true;
    }
    DocumentQuery query;
    query.collection = collection_;
    auto own = bindings_;
    own.compiled = nullptr;
    const auto where = find_argument(field_.arguments, {"where"}, bindings_);
    if (where.get() != nullptr && where.get()->kind != Literal::Kind::kNull) {
      AURORA_TRY(plan::compile_filter(collection_, *where.get(), own));   // errors with their places
      AURORA_ASSIGN(auto written, plan::resolve(*where.get(), bindings_));
      conditions = Object{{"and", Value(List{Value(std::move(conditions)), std::move(written)})}};
      any = true;
    }
    AURORA_ASSIGN(const auto all, flag_argument(field_.arguments, "all", bindings_));
    if (!any && !all.value_or(false))
      return bindings_.error(field_.name.at, ErrorCode::kInvalidOperation,
                             "'retryJobs' without 'type', 'queue' or 'where' takes every job that failed; say so with all: true");
    AURORA_ASSIGN(query.filter, plan::compile_filter(collection_, plan::to_literal(Value(std::move(conditions)), 0), own));
    AURORA_ASSIGN(const auto rows, select(view_, query, context_.settings, nullptr));
    for (const auto& row : rows) {
      const auto key = stored_text(*collection_, "uniqueKey", row.record.view());
      if (!key.empty()) {
        AURORA_ASSIGN(const auto holder, live_job(view_, collection_, std::string(key), context_.settings));
        if (holder) continue;
      }
      AURORA_TRY(reopen_in_batch(view_, row.record.view(), context_.settings));
      AURORA_TRY(begin_anew(row));
    }
    return {};
  }

  // Another job may have taken the key since this one came to an end.
  Status check_unique_key(const Row& row) const {
    const auto key = stored_text(*collection_, "uniqueKey", row.record.view());
    if (key.empty()) return {};
    AURORA_ASSIGN(const auto holder, live_job(view_, collection_, std::string(key), context_.settings));
    if (!holder) return {};
    return bindings_.error(place_of(field_.arguments, "id", field_.name.at), ErrorCode::kInvalidOperation,
                           "another job with the uniqueKey \"" + std::string(key) + "\" waits or runs");
  }

  Status cancel() {
    AURORA_ASSIGN(const auto row, job());
    const auto status = status_of(row);
    if (status == "CANCELLED") return keep(row);
    if (status != "PENDING" && status != "SCHEDULED" && status != "RUNNING") return not_allowed(status);
    AURORA_TRY(end_in_batch(view_, row.record.view(), /*failed=*/true, context_.settings));
    return change(row, Object{{"status", Value("CANCELLED")}, {"completed_at", Value(view_.now())}});
  }

  WriteView& view_;
  const Selection& field_;
  const MutationContext& context_;
  const Bindings& bindings_;
  const Catalog::Entry collection_;
  const Savepoint mark_;
  std::vector<Selection> selections_;
  MutationShape shape_;
  std::vector<RecordRef> jobs_;
  std::uint64_t affected_ = 0;   // jobs added or changed
};

}  // namespace

bool is_job_operation(std::string_view name) noexcept {
  return std::find(kOperations.begin(), kOperations.end(), name) != kOperations.end();
}

Result<EnqueuedJob> enqueue_job(WriteView& view, NewJob job, const ExecSettings& settings) {
  const auto collection = view.catalog().find(kJobsCollection);
  Object document;
  document.reserve(kJobArguments.size() + 2);
  document.append("type", Value(std::move(job.type)));
  document.append("queue", Value(std::move(job.queue)));
  document.append("payload", std::move(job.payload));
  document.append("priority", Value(std::move(job.priority)));
  document.append("retries", Value(0));
  document.append("maxRetries", Value(job.max_retries));
  const auto run_at = job.run_at.value_or(view.now());
  document.append("run_at", Value(run_at));
  document.append("created_at", Value(view.now()));
  document.append("status", Value(run_at > view.now() ? "SCHEDULED" : "PENDING"));
  if (job.timeout) document.append("timeout", Value(*std::move(job.timeout)));
  if (job.unique_key) {
    AURORA_ASSIGN(const auto holder, holder_of(view, collection, job, settings));
    if (holder) return EnqueuedJob{*holder, false};
    document.append("uniqueKey", Value(*std::move(job.unique_key)));
  }
  if (job.concurrency_key) document.append("concurrencyKey", Value(*std::move(job.concurrency_key)));
  if (job.batch) document.append("batch", Value(*job.batch));
  if (job.completes) document.append("completes", Value(*job.completes));
  AURORA_ASSIGN(auto record, make_record(view, *collection, document));
  AURORA_ASSIGN(const auto ordinal, view.insert(*collection, std::move(record)));
  return EnqueuedJob{ordinal, true};
}

Result<std::string> run_job_operation(WriteView& view, const Selection& field, const MutationContext& context) {
  return JobOperation(view, field, context).run();
}

}  // namespace aurora::exec
