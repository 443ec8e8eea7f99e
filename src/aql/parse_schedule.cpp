// `schedule`: a mutation that is run at the times of a cron expression.
// Called at the top of the grammar; `drop schedule` is read with the other drops.
#include "aql/parse.hpp"

#include <aurora/base/try.hpp>

namespace aurora::aql {

Status Parser::schedule_operation(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.kind = Operation::Kind::kSchedule;
  operation.at = here();
  AURORA_TRY(advance());
  operation.handler.at = here();
  AURORA_TRY(quoted_name(operation.handler.name, "the name of the schedule in quotes"));
  return properties("schedule", {"cron", "timeZone", "catchUp", "action"}, {"cron", "action"},
                    [&](Name& property) { return schedule_property(operation, property); });
}

Status Parser::schedule_property(Operation& out, Name& property) {
  if (property.text == "cron")
    return quoted_name(out.schedule.cron, "a cron expression in quotes, as \"*/5 * * * *\"");
  if (property.text == "timeZone")
    return quoted_name(out.schedule.time_zone, "a time zone in quotes, as \"Europe/Oslo\"");
  if (property.text == "action") return action(out.handler, "schedule");
  if (!at_word("ONE") && !at_word("ALL") && !at_word("NONE"))
    return at(TokenKind::kName) ? unknown_word("catch-up policy", {"ONE", "ALL", "NONE"})
                                : unexpected("ONE, ALL or NONE behind 'catchUp:'");
  return name(out.schedule.catch_up, "ONE, ALL or NONE");
}

}  // namespace aurora::aql
