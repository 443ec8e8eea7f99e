// The job handlers of the line protocol, and what each has been given. Owned by the line protocol; calls the workers.
//
//   {"cmd": "handle", "type", "outcome": "complete"|"fail", "fail_times"?}   {"ok": true}
//   {"cmd": "handled", "type", "wait_ms"?}                                   {"ok": true, "jobs": [{id, payload, attempt}]}
// `fail` fails every attempt, with `fail_times` the first so many of each job. `handled` gives what came since the last
// one, waiting as `drain` does. A type used again is handled anew from then on; what its last handler got stays to be read.
#pragma once

#include <aurora/database.hpp>
#include <aurora/workers.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace aurora::cli {

/// Threads: one thread at a time; the handlers run on those of the workers.
class HandledJobs {
 public:
  HandledJobs();
  ~HandledJobs();
  HandledJobs(const HandledJobs&) = delete;
  HandledJobs& operator=(const HandledJobs&) = delete;

  enum class Outcome : bool { kComplete, kFail };
  /// `fail_times` none: every attempt.
  void handle(Workers& workers, const std::string& type, Outcome outcome, std::optional<std::uint64_t> fail_times);
  /// The response to `handled`. Failures: NotFound for a type that nobody handles.
  [[nodiscard]] std::string handled(const std::string& type, std::chrono::milliseconds wait);
  /// Requires: the database is closed.
  void clear();

 private:
  struct Type;
  std::map<std::string, std::shared_ptr<Type>, std::less<>> types_;
};

}  // namespace aurora::cli
