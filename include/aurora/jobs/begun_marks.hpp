// Which claimed jobs a handler has begun: a file beside the database that outlives the process, not the machine. After a
// crash it tells the attempts that count from claims that nobody had come to.
//
//   WORKERS   slots of 16 bytes: ordinal (4), zero (4), microseconds of `started_at` (8), little-endian or as the machine is
//
// A mark is a store into mapped memory. Slots are never cleared: a token is of one claim, and once its end is stored no job
// is RUNNING under it. A machine that loses power may lose marks; those attempts do not count then.
#pragma once

#include <aurora/jobs/job_records.hpp>
#include <aurora/result.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

namespace aurora::jobs {

class BegunMarks {
 public:
  using Claim = std::pair<Ordinal, std::int64_t>;   // with `started_at`

  /// The file of the database in `directory`, with room for so many. Errors: IoError; no file is left then.
  [[nodiscard]] static Result<std::unique_ptr<BegunMarks>> open(const std::string& directory, std::size_t slots);
  /// What the file says; nothing when there is none.
  [[nodiscard]] static std::optional<std::set<Claim>> read(const std::string& directory);

  ~BegunMarks();
  BegunMarks(const BegunMarks&) = delete;
  BegunMarks& operator=(const BegunMarks&) = delete;

  /// Threads: any, for slots of their own.
  void mark(std::size_t slot, const Token& token) noexcept;

 private:
  struct Slot {
    std::uint32_t ordinal = 0;
    std::uint32_t zero = 0;
    std::int64_t started_at = 0;
  };
  BegunMarks(Slot* slots, std::size_t count) noexcept : slots_(slots), count_(count) {}
  Slot* const slots_;
  const std::size_t count_;
};

}  // namespace aurora::jobs
