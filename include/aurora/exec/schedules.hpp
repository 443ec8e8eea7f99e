// Schedules: mutations that are run at the times of a cron expression. Documents of `_schedules`, defined and dropped by
// statements; fired by the facade while workers run.
//
// Invariants:
//   S1  `next_at` is the time that comes next, or the first of those that were missed. It moves on in the commit of the
//       action, so each time is fired once, whatever is restarted when.
//   S2  defining a schedule again with the same cron expression and zone leaves `next_at` as it is: programs define their
//       schedules at each start.
#pragma once

#include <aurora/aql/tree.hpp>
#include <aurora/exec/handlers.hpp>
#include <aurora/exec/mutate.hpp>
#include <aurora/plan/bindings.hpp>

#include <string>
#include <vector>

namespace aurora::exec {

/// Stores the schedule, in the place of one of that name; returns {"name","status"} as JSON: created, replaced, unchanged.
/// Errors: InvalidInput for a cron expression or zone, CollectionNotFound, InvalidQuery for a placeholder other than
/// `scheduledAt` and `name`.
[[nodiscard]] Result<std::string> define_schedule(WriteView& view, const aql::Operation& operation,
                                                  const plan::Bindings& bindings, const ExecSettings& settings);

/// Returns {"name","status"} as JSON. Errors: NotFound with the nearest name.
[[nodiscard]] Result<std::string> drop_schedule(WriteView& view, const aql::Name& name, const plan::Bindings& bindings,
                                                const ExecSettings& settings);

/// When which schedule is to be fired, in the state that the view shows.
struct ScheduleTime {
  Ordinal ordinal = 0;
  DateTime next_at;
};
[[nodiscard]] Result<std::vector<ScheduleTime>> schedule_times(View& view);

/// Fires the schedule when its time has come, once, and moves its time on (S1). Times that were missed: under `ONE` one
/// firing stands for all, under `ALL` each is fired, by a call of its own, under `NONE` those more than a minute past are
/// not. Errors: those of the action, naming the schedule; the caller then rolls back and calls `pass_schedule`.
struct ScheduleContext {
  const aql::Limits& limits;
  const ExecSettings& settings;
  const TransferOperation& transfer;
  const Handlers& handlers;
};
[[nodiscard]] Status fire_schedule(WriteView& view, Ordinal ordinal, const ScheduleContext& context);

/// Moves on the time of a schedule whose action failed, and keeps the error.
[[nodiscard]] Status pass_schedule(WriteView& view, Ordinal ordinal, std::string_view error);

}  // namespace aurora::exec
