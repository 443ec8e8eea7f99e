// Body of handled_jobs.hpp. Called by line_protocol.cpp; its handlers are called by the workers.
#include "cli/handled_jobs.hpp"

#include "cli/responses.hpp"

#include <algorithm>
#include <condition_variable>
#include <mutex>

namespace aurora::cli {

namespace {
// After the first job, others are waited for this long.
constexpr std::chrono::milliseconds kMore{20};
}  // namespace

struct HandledJobs::Type {
  std::mutex mutex;
  std::condition_variable come;
  std::string jobs;                             // guarded: those not read yet, as JSON with commas
  std::map<Uuid, std::uint64_t> attempts;       // guarded: of each job

  // How many attempts at the job there were, with this one.
  std::uint64_t record(const Job& job) {
    const std::lock_guard lock(mutex);
    auto& attempt = attempts[job.id()];
    attempt = std::max<std::uint64_t>(attempt + 1, job.attempt());
    if (!jobs.empty()) jobs += ',';
    jobs += "{\"id\":\"" + job.id().text() + "\",\"payload\":";
    append_json(jobs, job.payload());
    jobs += ",\"attempt\":" + std::to_string(attempt) + '}';
    come.notify_one();
    return attempt;
  }
};

HandledJobs::HandledJobs() = default;
HandledJobs::~HandledJobs() = default;

void HandledJobs::clear() { types_.clear(); }

void HandledJobs::handle(Workers& workers, const std::string& type, Outcome outcome,
                         std::optional<std::uint64_t> fail_times) {
  auto& known = types_[type];
  if (!known) known = std::make_shared<Type>();
  workers.register_handler(type, [known, outcome, fail_times](Job& job) {
    const auto attempt = known->record(job);
    if (outcome == Outcome::kFail && (!fail_times || attempt <= *fail_times))
      throw Error(ErrorCode::kInvalidOperation, "the handler was told to fail");
  });
}

std::string HandledJobs::handled(const std::string& type, std::chrono::milliseconds wait) {
  const auto found = types_.find(type);
  if (found == types_.end())
    return failure(Error(ErrorCode::kNotFound, "no handler was registered for the type '" + type + "'"));
  auto& known = *found->second;
  std::unique_lock lock(known.mutex);
  if (known.come.wait_for(lock, wait, [&] { return !known.jobs.empty(); })) {
    const auto until = std::chrono::steady_clock::now() + kMore;
    known.come.wait_until(lock, until, [] { return false; });
  }
  std::string jobs = std::exchange(known.jobs, {});
  return "{\"ok\":true,\"jobs\":[" + jobs + "]}";
}

}  // namespace aurora::cli
