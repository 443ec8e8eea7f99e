// Body of scheduler.hpp: looks at the clock again and again, because the clock of a database may be moved.
// Runs on a thread of its own; calls schedules, each in a commit of its own.
#include "scheduler.hpp"

#include <aurora/base/try.hpp>
#include <aurora/runtime/periodic.hpp>
#include <aurora/schema/system_collections.hpp>

namespace aurora::facade {

namespace {
constexpr std::chrono::milliseconds kInterval{50};
constexpr std::size_t kMostRounds = 100;
}

void Scheduler::start() {
  if (task_) return;
  has_read_ = has_failed_ = false;
  task_ = runtime::start_periodic(kInterval, [this] { look(); });
}

void Scheduler::look() {
  const auto entry = state_.engine().enter();
  if (!entry) return;
  // Again while there are times that were missed; the thread is asked to stop between looks only.
  for (std::size_t round = 0; round < kMostRounds; ++round) {
    if (const auto status = read_times(); !status) {
      if (!std::exchange(has_failed_, true)) warn("the schedules cannot be read: " + status.error().message());
      return;
    }
    const auto now = state_.engine().now();
    bool any = false;
    for (const auto& time : times_)
      if (time.next_at <= now) any = fire(time.ordinal) || any;
    if (!any) return;
  }
}

void Scheduler::warn(const std::string& message) const {
  constexpr int kWarning = 1;
  if (state_.engine().options().log) state_.engine().options().log(kWarning, message);
}

Status Scheduler::read_times() {
  auto view = state_.engine().view();
  AURORA_ASSIGN(const auto* version, view.collection(kSchedulesCollection));
  if (has_read_ && read_at_ == version->changed_at) return {};
  AURORA_ASSIGN(times_, exec::schedule_times(view));
  read_at_ = version->changed_at;
  has_read_ = true;
  return {};
}

// What fails is not tried again before its next time. False when nothing could be written.
bool Scheduler::fire(Ordinal ordinal) {
  auto& engine = state_.engine();
  const auto transfer = state_.transfer();
  const exec::ScheduleContext context{state_.limits(), state_.settings(), transfer, state_.handlers()};
  const auto fired = engine.commit([&](commit::WriteContext& view) { return exec::fire_schedule(view, ordinal, context); });
  if (fired) return true;
  const auto passed = engine.commit(
      [&](commit::WriteContext& view) { return exec::pass_schedule(view, ordinal, fired.error().message()); });
  if (passed || !std::exchange(has_failed_, true)) warn(fired.error().message());
  return passed.has_value();
}

}  // namespace aurora::facade
