// Body of job_batches.hpp. Called by job operations and job records.
#include <aurora/exec/job_batches.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/system_collections.hpp>

namespace aurora::exec {

namespace {

std::int64_t number(const CollectionDef& collection, std::string_view field, RecordView record) {
  const auto value = read_field(collection, *collection.find(field), record);
  return value.type() == Type::kInt ? value.int_value() : 0;
}

// The batch of the job, while it waits for some of its jobs.
Result<std::optional<Row>> open_batch(WriteView& view, RecordView job, const ExecSettings& settings) {
  const auto jobs = view.catalog().find(kJobsCollection);
  const auto batch = read_field(*jobs, *jobs->find("batch"), job);
  if (batch.type() != Type::kUuid) return std::optional<Row>();
  plan::Bindings bindings;
  bindings.now = view.now();
  DocumentQuery query;
  query.collection = view.catalog().find(kBatchesCollection);
  AURORA_ASSIGN(query.filter, plan::compile_filter(query.collection, plan::to_literal(Value(Object{{"id", Value(batch.uuid_value())}}), 0),
                                                   bindings));
  query.limit = 1;
  AURORA_ASSIGN(auto rows, select(view, query, settings, nullptr));
  if (rows.empty() || number(*query.collection, "pending", rows.front().record.view()) == 0) return std::optional<Row>();
  return std::optional(std::move(rows.front()));
}

Status change(WriteView& view, const Row& row, Object fields) {
  const auto batches = view.catalog().find(kBatchesCollection);
  AURORA_ASSIGN(const auto changed, check_update(*batches, std::move(fields), view.now()));
  AURORA_ASSIGN(auto record, merge_record(*batches, row.record.view(), changed, view.max_document_bytes() + kJobStateRoom));
  return view.replace(*batches, row.ordinal, std::move(record));
}

// A job as `_batches` keeps it until it is enqueued.
Object stored(const NewJob& job) {
  Object object{{"type", Value(job.type)},
                {"queue", Value(job.queue)},
                {"payload", job.payload},
                {"priority", Value(job.priority)},
                {"maxRetries", Value(job.max_retries)}};
  if (job.timeout) object.append("timeout", Value(*job.timeout));
  if (job.unique_key) object.append("uniqueKey", Value(*job.unique_key));
  if (job.unique_micros) object.append("uniqueMicros", Value(*job.unique_micros));
  if (job.unique_states) object.append("uniqueStates", Value(List(job.unique_states->begin(), job.unique_states->end())));
  if (job.concurrency_key) object.append("concurrencyKey", Value(*job.concurrency_key));
  return object;
}

NewJob restored(const Object& object) {
  const auto text = [&](std::string_view name) {
    const auto* value = object.find(name);
    return value != nullptr && value->if_string() != nullptr ? std::optional(*value->if_string()) : std::nullopt;
  };
  NewJob job;
  job.type = text("type").value_or("");
  job.queue = text("queue").value_or("default");
  if (const auto* payload = object.find("payload")) job.payload = *payload;
  job.priority = text("priority").value_or("NORMAL");
  if (const auto* retries = object.find("maxRetries"); retries != nullptr && retries->if_int() != nullptr)
    job.max_retries = *retries->if_int();
  job.timeout = text("timeout");
  job.unique_key = text("uniqueKey");
  if (const auto* window = object.find("uniqueMicros"); window != nullptr && window->if_int() != nullptr)
    job.unique_micros = *window->if_int();
  if (const auto* states = object.find("uniqueStates"); states != nullptr && states->if_list() != nullptr) {
    job.unique_states.emplace();
    for (const auto& state : *states->if_list())
      if (state.if_string() != nullptr) job.unique_states->push_back(*state.if_string());
  }
  job.concurrency_key = text("concurrencyKey");
  return job;
}

}  // namespace

Result<Uuid> add_batch(WriteView& view, std::int64_t total, const NewJob& completion) {
  const auto batches = view.catalog().find(kBatchesCollection);
  Object fields{{"total", Value(total)},
                {"pending", Value(total)},
                {"failed", Value(0)},
                {"job", Value(stored(completion))},
                {"created_at", Value(view.now())}};
  AURORA_ASSIGN(auto record, make_record(view, *batches, fields));
  const auto id = read_field(*batches, *batches->primary(), record.view()).uuid_value();
  AURORA_TRY(view.insert(*batches, std::move(record)));
  return id;
}

Status end_in_batch(WriteView& view, RecordView job, bool failed, const ExecSettings& settings) {
  AURORA_ASSIGN(const auto row, open_batch(view, job, settings));
  if (!row) return {};
  const auto batches = view.catalog().find(kBatchesCollection);
  const auto pending = number(*batches, "pending", row->record.view()) - 1;
  Object fields{{"pending", Value(pending)},
                {"failed", Value(number(*batches, "failed", row->record.view()) + (failed ? 1 : 0))}};
  if (pending == 0) {
    const Value kept(read_field(*batches, *batches->find("job"), row->record.view()));
    auto completion = kept.if_object() != nullptr ? restored(*kept.if_object()) : NewJob();
    completion.completes = read_field(*batches, *batches->primary(), row->record.view()).uuid_value();
    AURORA_ASSIGN(const auto made, enqueue_job(view, std::move(completion), settings));
    const auto jobs = view.catalog().find(kJobsCollection);
    AURORA_ASSIGN(const auto added, view.record(kJobsCollection, made.ordinal));
    fields.append("completion", Value(read_field(*jobs, *jobs->primary(), added.view())));
    fields.append("completed_at", Value(view.now()));
  }
  return change(view, *row, std::move(fields));
}

Status reopen_in_batch(WriteView& view, RecordView job, const ExecSettings& settings) {
  AURORA_ASSIGN(const auto row, open_batch(view, job, settings));
  if (!row) return {};
  const auto batches = view.catalog().find(kBatchesCollection);
  return change(view, *row, Object{{"pending", Value(number(*batches, "pending", row->record.view()) + 1)},
                                   {"failed", Value(number(*batches, "failed", row->record.view()) - 1)}});
}

}  // namespace aurora::exec
