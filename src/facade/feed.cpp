// Body of feeds. Called by listeners and streams; calls the change cursor.
#include "feed.hpp"

#include <aurora/base/try.hpp>

#include <algorithm>

namespace aurora::facade {

namespace {
// Far enough that nobody waits for it, near enough that the clock can count to it.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
}  // namespace

Error Feed::behind(const commit::Gap& gap) {
  lag_.commits += gap.commits;
  lag_.resume = gap.resume;
  return Error(ErrorCode::kLimitExceeded,
               std::to_string(gap.commits) + " commits were missed: the change log no longer holds them "
               "(change_log_max_age, change_log_max_bytes); it goes on after sequence " + std::to_string(gap.resume));
}

Status Feed::check_start() {
  std::optional<commit::Gap> gap;
  AURORA_TRY(cursor_.fetch(gap));
  if (gap) return behind(*gap);
  return {};
}

Result<bool> Feed::look(const Begin& begin, const Take& take) {
  // Writers may be faster than this: it looks as far as there is something now.
  const auto newest = state_->engine().snapshots().current_sequence();
  for (;;) {
    while (commit_ && place_ < commit_->changes.size()) {
      const auto place = static_cast<std::uint32_t>(place_++);
      AURORA_ASSIGN(const bool taken, take(*commit_, place));
      if (taken) return true;
    }
    commit_.reset();
    if (cursor_.after() >= newest) return false;
    std::optional<commit::Gap> gap;
    AURORA_ASSIGN(commit_, cursor_.next(gap));
    if (gap) return behind(*gap);
    if (!commit_) return false;
    place_ = 0;
    AURORA_TRY(begin(*commit_));
  }
}

Result<bool> Feed::next(std::chrono::milliseconds timeout, const Begin& begin, const Take& take) {
  using Clock = std::chrono::steady_clock;
  const auto deadline = Clock::now() + std::clamp(timeout, std::chrono::milliseconds(0), kLongest);
  for (;;) {
    {
      AURORA_ASSIGN(const auto entry, state_->engine().enter());
      AURORA_ASSIGN(const bool taken, look(begin, take));
      if (taken) return true;
    }
    if (Clock::now() >= deadline) return false;
    if (!state_->engine().tail().wait_after(cursor_.after(), deadline)) return false;
  }
}

Sequence Feed::resume_after() const noexcept {
  return is_within_commit() ? commit_->sequence - 1 : cursor_.after();
}

}  // namespace aurora::facade
