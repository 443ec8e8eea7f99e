// Body of find_jobs.hpp. Called by the job operations; calls selection.
#include "find_jobs.hpp"

#include <aurora/base/try.hpp>
#include <aurora/plan/filter_compiler.hpp>

#include <algorithm>

namespace aurora::exec {

namespace {
constexpr std::size_t kLiveStatuses = 3;   // the first ones: the job has not come to an end
constexpr std::int64_t kFirstInstant = -62'135'596'800'000'000;   // of the year 1
}  // namespace

Result<std::vector<Row>> find_job(View& view, const Catalog::Entry& collection, Object conditions,
                                  const ExecSettings& settings) {
  plan::Bindings bindings;
  bindings.now = view.now();
  DocumentQuery query;
  query.collection = collection;
  AURORA_ASSIGN(query.filter, plan::compile_filter(collection, plan::to_literal(Value(std::move(conditions)), 0), bindings));
  query.limit = 1;
  query.backward = true;
  return select(view, query, settings, nullptr);
}

Result<std::optional<Ordinal>> live_job(View& view, const Catalog::Entry& collection, const std::string& unique_key,
                                        const ExecSettings& settings) {
  NewJob job;
  job.unique_key = unique_key;
  return holder_of(view, collection, job, settings);
}

Result<std::optional<Ordinal>> holder_of(View& view, const Catalog::Entry& collection, const NewJob& job,
                                         const ExecSettings& settings) {
  List live;
  List ended;
  for (std::size_t i = 0; i < kJobStatuses.size(); ++i) {
    const bool counts = job.unique_states ? std::find(job.unique_states->begin(), job.unique_states->end(), kJobStatuses[i]) !=
                                                job.unique_states->end()
                                          : i < kLiveStatuses || (job.unique_micros && kJobStatuses[i] == "COMPLETED");
    if (counts) (i < kLiveStatuses ? live : ended).emplace_back(kJobStatuses[i]);
  }
  for (const auto* statuses : {&live, &ended}) {
    if (statuses->empty()) continue;
    Object conditions{{"uniqueKey", Value(*job.unique_key)}, {"status", Value(Object{{"in", Value(*statuses)}})}};
    if (statuses == &ended && job.unique_micros) {
      const DateTime since(std::max(kFirstInstant, view.now().micros - *job.unique_micros));
      conditions.append("created_at", Value(Object{{"gt", Value(since)}}));
    }
    AURORA_ASSIGN(const auto rows, find_job(view, collection, std::move(conditions), settings));
    if (!rows.empty()) return std::optional(rows.front().ordinal);
  }
  return std::optional<Ordinal>();
}

}  // namespace aurora::exec
