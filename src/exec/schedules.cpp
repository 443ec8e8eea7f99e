// Body of schedules.hpp. Called by the statement runner and the scheduler; calls mutations for the actions.
#include <aurora/exec/schedules.hpp>

#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/directives.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/schema/cron.hpp>
#include <aurora/schema/system_collections.hpp>

#include "handler_action.hpp"
#include "named_records.hpp"

#include <algorithm>

namespace aurora::exec {

namespace {

using plan::Bindings;

constexpr std::string_view kTimeName = "scheduledAt";
constexpr std::string_view kNameName = "name";
// Under NONE: what is late by more was missed.
constexpr std::int64_t kGraceMicros = 60'000'000;

// A schedule as it is stored.
struct Stored {
  std::string name;
  Cron cron;
  TimeZone zone;
  std::string catch_up;
  std::string action;
  DateTime next_at;
  std::int64_t fired = 0;
};

DateTime time_of(const CollectionDef& collection, std::string_view field, RecordView record) {
  const auto value = read_field(collection, *collection.find(field), record);
  return value.type() == Type::kDateTime ? value.datetime_value() : DateTime();
}

bool has_time(const CollectionDef& collection, RecordView record) {
  return read_field(collection, *collection.find("next_at"), record).type() == Type::kDateTime;
}

Result<Stored> read(const CollectionDef& collection, RecordView record) {
  const auto text = [&](std::string_view field) { return stored_text(collection, field, record); };
  AURORA_ASSIGN(auto cron, Cron::parse(text("cron")));
  AURORA_ASSIGN(auto zone, TimeZone::named(text("timeZone")));
  const auto fired = read_field(collection, *collection.find("fired"), record);
  return Stored{std::string(text("name")),   cron,
                std::move(zone),             std::string(text("catchUp")),
                std::string(text("action")), time_of(collection, "next_at", record),
                fired.type() == Type::kInt ? fired.int_value() : 0};
}

Value time_or_null(const std::optional<DateTime>& time) { return time ? Value(*time) : Value(); }

// The time after `stored.next_at` that is waited for from now on. After the last one there is none.
std::optional<DateTime> following(const Stored& stored, DateTime now) {
  const auto from = stored.catch_up == "ALL" ? stored.next_at : std::max(stored.next_at, now);
  return stored.cron.next(from, stored.zone);
}

Status change(WriteView& view, const CollectionDef& collection, Ordinal ordinal, RecordView record, Object fields) {
  AURORA_ASSIGN(const auto changed, check_update(collection, std::move(fields), view.now()));
  AURORA_ASSIGN(auto merged, merge_record(collection, record, changed, view.max_document_bytes()));
  return view.replace(collection, ordinal, std::move(merged));
}

Status check_references(const std::vector<Placeholder>& placeholders) {
  for (const auto& placeholder : placeholders)
    for (const auto& part : placeholder.parts) {
      const auto& reference = part.reference;
      if (!part.is_reference || (reference.state == EventReference::State::kNew &&
                                 (reference.path == kTimeName || reference.path == kNameName)))
        continue;
      return Error(ErrorCode::kInvalidQuery,
                   "the action of a schedule knows \"${scheduledAt}\" and \"${name}\", and no fields of documents");
    }
  return {};
}

Status run_action(WriteView& view, const Stored& stored, const ScheduleContext& context) {
  const auto text = text_around(stored.action);
  auto room = context.limits;   // what was accepted inside another text is accepted here
  room.text_bytes = std::max<std::size_t>(room.text_bytes, text.size());
  AURORA_ASSIGN(auto document, aql::parse(text, room));
  auto& action = document.operations.front().handler.action;
  AURORA_ASSIGN(const auto placeholders, take_placeholders(action));
  AURORA_ASSIGN(const auto variables,
                fill_placeholders(placeholders, view.catalog(), [&](const EventReference& reference) -> Result<Value> {
                  return reference.path == kTimeName ? Value(stored.next_at) : Value(stored.name);
                }));
  Bindings bindings;
  bindings.text = text;
  bindings.now = view.now();
  bindings.limits = context.limits;
  bindings.writing = true;
  bindings.variables = &variables;
  AURORA_ASSIGN(const bool included, is_included(action.directives, bindings));
  if (!included) return {};
  const std::vector<aql::FragmentDefinition> no_fragments;
  AURORA_TRY(run_mutation(view, action, {bindings, no_fragments, context.settings, context.transfer, &context.handlers}));
  return {};
}

}  // namespace

Result<std::string> define_schedule(WriteView& view, const aql::Operation& operation, const Bindings& bindings,
                                    const ExecSettings& settings) {
  const auto& written = operation.schedule;
  const auto& name = operation.handler.name.text;
  const auto& action = operation.handler.action_text;
  const auto placed = [&](aql::Offset at, const Error& error) {
    return bindings.error(at, error.code(), error.message());
  };
  const auto cron = Cron::parse(written.cron.text);
  if (!cron) return placed(written.cron.at, cron.error());
  const std::string zone_name = written.time_zone.text.empty() ? "UTC" : written.time_zone.text;
  const auto zone = TimeZone::named(zone_name);
  if (!zone) return placed(written.time_zone.at, zone.error());
  const std::string catch_up = written.catch_up.text.empty() ? "ONE" : written.catch_up.text;
  auto copy = aql::parse(text_around(action), bindings.limits);
  if (!copy) return placed(operation.handler.action.at, copy.error());
  const auto placeholders = take_placeholders(copy->operations.front().handler.action);
  if (!placeholders) return placed(operation.handler.action.at, placeholders.error());
  if (const auto known = check_references(*placeholders); !known)
    return placed(operation.handler.action.at, known.error());
  AURORA_TRY(check_collections(view.catalog(), operation.handler.action, bindings, operation.handler.action.at));

  const auto collection = view.catalog().find(kSchedulesCollection);
  AURORA_ASSIGN(const auto rows, named_records(view, kSchedulesCollection, &name, bindings, settings));
  const auto is_same = [&](std::string_view field, std::string_view text) {
    return !rows.empty() && stored_text(*collection, field, rows.front().record.view()) == text;
  };
  const bool same_times = is_same("cron", written.cron.text) && is_same("timeZone", zone_name);
  if (same_times && is_same("catchUp", catch_up) && is_same("action", action)) return named_answer(name, "unchanged");
  Object fields{{"name", Value(name)},         {"cron", Value(written.cron.text)}, {"timeZone", Value(zone_name)},
                {"catchUp", Value(catch_up)},  {"action", Value(action)},          {"created_at", Value(view.now())}};
  if (!same_times) fields.append("next_at", time_or_null(cron->next(view.now(), *zone)));   // S2
  if (rows.empty()) fields.append("fired", Value(0));
  AURORA_TRY(put_named(view, kSchedulesCollection, rows.empty() ? nullptr : &rows.front(), std::move(fields)));
  return named_answer(name, rows.empty() ? "created" : "replaced");
}

Result<std::string> drop_schedule(WriteView& view, const aql::Name& name, const Bindings& bindings,
                                  const ExecSettings& settings) {
  return drop_named(view, kSchedulesCollection, "schedule", name, bindings, settings);
}

Result<std::vector<ScheduleTime>> schedule_times(View& view) {
  std::vector<ScheduleTime> times;
  AURORA_ASSIGN(const auto* version, view.collection(kSchedulesCollection));
  AURORA_TRY(view.scan(kSchedulesCollection, all_documents(*version, nullptr), [&](Ordinal ordinal, const RecordRef& record) {
    if (record && has_time(*version->definition, record.view()))
      times.push_back({ordinal, time_of(*version->definition, "next_at", record.view())});
    return true;
  }));
  return times;
}

Status fire_schedule(WriteView& view, Ordinal ordinal, const ScheduleContext& context) {
  const auto collection = view.catalog().find(kSchedulesCollection);
  AURORA_ASSIGN(const auto record, view.record(kSchedulesCollection, ordinal));
  if (!record || !has_time(*collection, record.view())) return {};
  AURORA_ASSIGN(const auto stored, read(*collection, record.view()));
  const auto now = view.now();
  if (stored.next_at > now) return {};
  Object fields;
  fields.append("next_at", time_or_null(following(stored, now)));
  if (stored.catch_up != "NONE" || now.micros - stored.next_at.micros <= kGraceMicros) {
    if (const auto done = run_action(view, stored, context); !done)
      return Error(done.error().code(), "schedule '" + stored.name + "': " + done.error().message());
    fields.append("last_at", Value(stored.next_at));
    fields.append("fired", Value(stored.fired + 1));
    fields.append("error", Value());
  }
  // The action may have touched anything but this.
  return change(view, *collection, ordinal, record.view(), std::move(fields));
}

Status pass_schedule(WriteView& view, Ordinal ordinal, std::string_view error) {
  const auto collection = view.catalog().find(kSchedulesCollection);
  AURORA_ASSIGN(const auto record, view.record(kSchedulesCollection, ordinal));
  if (!record || !has_time(*collection, record.view())) return {};
  // What cannot be read any more is not asked again.
  const auto stored = read(*collection, record.view());
  if (stored && stored->next_at > view.now()) return {};
  return change(view, *collection, ordinal, record.view(),
                Object{{"next_at", stored ? time_or_null(following(*stored, view.now())) : Value()},
                       {"error", Value(error)}});
}

}  // namespace aurora::exec
