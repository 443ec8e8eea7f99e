// Body of the text runner. Called by the facade; calls the executor.
#include "runner.hpp"

#include "deferred.hpp"
#include "transfer.hpp"

#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/defer.hpp>
#include <aurora/exec/introspect.hpp>
#include <aurora/exec/migrate.hpp>
#include <aurora/exec/mutate.hpp>
#include <aurora/exec/named_query.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/exec/schedules.hpp>
#include <aurora/exec/schema_change.hpp>

#include <algorithm>

namespace aurora::facade {

namespace {

using aql::Operation;

// Deadlines further away are never met; adding them to the time would overflow.
constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365 * 100);

class Runner {
 public:
  Runner(State& state, Target& target, const ParsedText& parsed, const RunOptions& options, bool& wrote)
      : wrote_(wrote), state_(state), settings_(settings_until(state.settings(), options.execute.deadline)), target_(target), parsed_(parsed), options_(options) {
    bindings_.text = parsed.text;
    bindings_.now = target.now();
    bindings_.limits = state.limits();
    bindings_.role = options.execute.role;
    bindings_.compiled = &parsed.compiled;
  }

  Status run(QueryResult& result) {
    auto status = check_explainable();
    if (status) status = bind();
    for (std::size_t i = 0; status && i < parsed_.document.operations.size(); ++i) {
      bindings_.variables = &variables_[i];
      bindings_.writing = parsed_.document.operations[i].kind != Operation::Kind::kQuery;
      status = check_deadline();
      if (status) status = run_operation(parsed_.document.operations[i]);
    }
    result = QueryResult(data(), extensions(), std::move(deferred_));
    return status;
  }

 private:
  Status check_explainable() const {
    if (!options_.explain) return {};
    for (const auto& operation : parsed_.document.operations)
      if (operation.kind != Operation::Kind::kQuery)
        return bindings_.error(operation.at, ErrorCode::kInvalidOperation,
                               "only queries can be explained; this would change something");
    return {};
  }

  Status check_deadline() const {
    if (!settings_.deadline || std::chrono::steady_clock::now() < *settings_.deadline) return {};
    return Error(ErrorCode::kTimeout, "the deadline passed before every operation of the text had its turn");
  }

  // Before anything runs: each operation gets its own variables checked; a value nobody declares is an error.
  Status bind() {
    const auto& operations = parsed_.document.operations;
    AURORA_TRY(check_supplied(parsed_.document, options_.variables));
    for (const auto& operation : operations) {
      AURORA_ASSIGN(auto bound,
                    plan::bind_variables(operation.variables, options_.variables, parsed_.text, bindings_.now));
      variables_.push_back(std::move(bound));
      for (const auto& version : operation.migrations) AURORA_TRY(exec::check_migration(version, bindings_));
    }
    return {};
  }

  Status run_operation(const Operation& operation) {
    switch (operation.kind) {
      case Operation::Kind::kQuery: return run_query(operation);
      case Operation::Kind::kMutation: return run_mutation(operation);
      case Operation::Kind::kSchema: return run_schema(operation);
      case Operation::Kind::kSubscription:
        return bindings_.error(operation.at, ErrorCode::kInvalidOperation,
                               "a subscription is not executed but streamed: Database::stream, or the command "
                               "'subscribe' of the line protocol");
      case Operation::Kind::kMigrate: return run_migrate(operation);
      case Operation::Kind::kDefineHandler:
      case Operation::Kind::kDefineQuery: return run_definition(operation, "define");
      case Operation::Kind::kSchedule: return run_definition(operation, "schedule");
      case Operation::Kind::kDropHandler:
      case Operation::Kind::kDropSchedule:
      case Operation::Kind::kDropQuery: return run_definition(operation, "drop");
    }
    return Error(ErrorCode::kInternal, "unknown kind of operation");
  }

  Status run_query(const Operation& operation) {
    const exec::QueryContext context{bindings_, parsed_.document.fragments, settings_, operation.directives,
                                     options_.explain, options_.analyze, nullptr, target_.reads_committed()};
    return target_.read([&](View& view) -> Status {
      Deferred::Part late;
      for (const auto& field : operation.selections) {
        if (field.name.text == "__schema") {
          auto included = exec::is_schema_included(field, operation.directives, bindings_);
          if (!included) return included.error().under(field.key());
          if (!*included) continue;
          auto schema = exec::run_introspection(view, field, bindings_, parsed_.document.fragments);
          if (!schema) return schema.error().under(field.key());
          add(field.key(), *std::move(schema));
          continue;
        }
        if (parsed_.defers) {
          auto split = exec::split_deferred(field, operation.directives, bindings_, parsed_.document.fragments);
          if (!split) return split.error().under(field.key());
          if (*split) {
            auto status = run_deferring(view, **split, late);
            if (!status) return status.error().under(field.key());
            continue;
          }
        }
        auto output = exec::run_query(view, field, context);
        if (!output) return output.error().under(field.key());
        add_output(field.key(), *std::move(output));
      }
      return late.fields.empty() ? Status() : defer(view, std::move(late));
    });
  }

  // What can be wrong is found before anything is answered, in the deferred parts too.
  Status run_deferring(View& view, exec::DeferSplit& split, Deferred::Part& late) {
    auto bindings = bindings_;
    bindings.compiled = nullptr;   // it knows parts by their place in the text's own tree
    const auto& fragments = parsed_.document.fragments;
    if (!split.all && split.names.empty()) {
      AURORA_ASSIGN(auto output, exec::run_query(view, split.whole, {bindings, fragments, settings_,
                                                                     split.operation_directives,
                                                                     options_.explain, options_.analyze}));
      add_output(split.whole.key(), std::move(output));
      return {};
    }
    exec::EmptyView empty(view);
    AURORA_ASSIGN(const auto checked, exec::run_query(empty, split.whole, {bindings, fragments, settings_,
                                                                           split.operation_directives}));
    if (!checked.included) return {};
    if (!split.all) {
      AURORA_ASSIGN(auto output, exec::run_query(view, split.kept,
                                                 {bindings, fragments, settings_, split.operation_directives,
                                                  options_.explain, options_.analyze, &split.whole}));
      add_output(split.whole.key(), std::move(output));
    }
    std::string names;
    for (const auto& name : split.names) {
      names += names.empty() ? "" : ",";
      append_json_string(names, name);
    }
    deferred_names_ += (deferred_names_.empty() ? "" : ",") + exec::json_key(split.whole.key()) + "[" + names + "]";
    late.fields.push_back({split.whole.key(), std::move(split.late), std::move(split.late_directives)});
    return {};
  }

  Status defer(View& view, Deferred::Part late) {
    if (!deferred_)
      deferred_ = std::make_shared<Deferred>(state_.shared_from_this(), parsed_.shared_from_this(),
                                             options_.execute.role, bindings_.now);
    late.variables = *bindings_.variables;
    late.view = target_.keep();
    return deferred_->add(std::move(late), view);
  }

  void add_output(const std::string& key, exec::QueryOutput output) {
    if (!output.included) return;
    add(key, std::move(output.json));
    if (!output.explanation) return;
    explained_ += (explained_.empty() ? "" : ",") + exec::json_key(key) + output.explanation->to_json();
  }

  Status run_mutation(const Operation& operation) {
    AURORA_ASSIGN(const bool included, exec::is_included(operation.directives, bindings_));
    if (!included) return {};
    const exec::MutationContext context{bindings_, parsed_.document.fragments, settings_, state_.transfer(),
                                        &state_.handlers()};
    for (const auto& field : operation.selections) {
      auto run = exec::is_included(field.directives, bindings_);
      if (!run) return run.error().under(field.key());
      if (!*run) continue;
      std::string json;
      const auto mutate = [&](WriteView& view) -> Status {
        AURORA_ASSIGN(json, exec::run_mutation(view, field, context));
        return {};
      };
      // An export only reads: it holds up no writer.
      const auto write_out = [&](View& view) -> Status {
        AURORA_ASSIGN(json, run_export(view, field, context, state_.file_roots()));
        return {};
      };
      auto status = field.name.text == "export" ? target_.read(write_out) : target_.write(mutate);
      wrote_ = wrote_ || status.has_value();
      if (!status) return status.error().path().empty() ? status.error().under(field.key()) : status.error();
      add(field.key(), std::move(json));
    }
    return {};
  }

  Status run_schema(const Operation& operation) {
    AURORA_ASSIGN(const bool included, exec::is_included(operation.directives, bindings_));
    if (!included) return {};
    std::string outcomes;
    auto status = target_.change_schema([&](WriteView& view) -> Status {
      outcomes.clear();
      for (const auto& statement : operation.schema) {
        AURORA_ASSIGN(const auto outcome, exec::run_schema(view, statement, parsed_.text));
        outcomes += (outcomes.empty() ? "" : ",") + outcome;
      }
      return {};
    });
    if (!status) return status.error().under("schema");
    wrote_ = true;
    // Several blocks join their lists under one key.
    for (auto& [key, json] : parts_) {
      if (key != "schema") continue;
      json.pop_back();
      json += (json.size() > 1 && !outcomes.empty() ? "," : "") + outcomes + "]";
      return {};
    }
    add("schema", "[" + outcomes + "]");
    return {};
  }

  // Handlers, schedules and named queries.
  Status run_definition(const Operation& operation, const std::string& key) {
    std::string json;
    const auto status = target_.write([&](WriteView& view) -> Status {
      AURORA_ASSIGN(json, define_or_drop(view, operation));
      return {};
    });
    if (!status) return status.error().under(key);
    wrote_ = true;
    add(key, std::move(json));
    return {};
  }

  Result<std::string> define_or_drop(WriteView& view, const Operation& operation) const {
    const auto& settings = state_.settings();
    const auto& name = operation.handler.name;
    switch (operation.kind) {
      case Operation::Kind::kDefineHandler: return exec::define_handler(view, operation.handler, bindings_, settings);
      case Operation::Kind::kDropHandler: return exec::drop_handler(view, name, bindings_, settings);
      case Operation::Kind::kSchedule: return exec::define_schedule(view, operation, bindings_, settings);
      case Operation::Kind::kDropSchedule: return exec::drop_schedule(view, name, bindings_, settings);
      case Operation::Kind::kDefineQuery: return exec::define_query(view, operation, bindings_, settings);
      default: return exec::drop_query(view, name, bindings_, settings);
    }
  }

  // Each version is atomic by itself: a failure leaves the versions before it.
  Status run_migrate(const Operation& operation) {
    std::size_t applied = 0;
    for (const auto& version : operation.migrations) {
      bool ran = false;
      auto status = target_.change_schema([&](WriteView& view) -> Status {
        AURORA_ASSIGN(ran, exec::run_migration(view, version, bindings_, state_.settings(), state_.handlers()));
        return {};
      });
      if (!status) return status.error().under("migrate");
      wrote_ = true;
      applied += ran ? 1 : 0;
    }
    std::string json = "{\"version\":";
    append_json_string(json, operation.migrations.back().version.text);
    json += ",\"steps_applied\":" + std::to_string(applied);
    json += applied > 0 ? ",\"status\":\"applied\"}" : ",\"status\":\"skipped\"}";
    add("migrate", std::move(json));
    return {};
  }

  void add(const std::string& key, std::string json) { parts_.emplace_back(key, std::move(json)); }

  std::string data() const {
    std::size_t size = 2;
    for (const auto& [key, json] : parts_) size += 2 * key.size() + 8 + json.size();
    std::string out;
    out.reserve(size);
    out += '{';
    for (const auto& [key, json] : parts_) {
      if (out.size() > 1) out += ',';
      out += exec::json_key(key);
      out += json;
    }
    out += '}';
    return out;
  }

  std::string extensions() const {
    std::string out;
    if (!explained_.empty()) out += "\"explain\":{" + explained_ + "}";
    if (!deferred_names_.empty()) out += (out.empty() ? "" : ",") + ("\"deferred\":{" + deferred_names_ + "}");
    return out.empty() ? out : "{" + out + "}";
  }

  bool& wrote_;                                            // set once something was committed
  State& state_;
  exec::ExecSettings settings_;                            // with the deadline of this run
  Target& target_;
  const ParsedText& parsed_;
  const RunOptions& options_;
  plan::Bindings bindings_;
  std::vector<Object> variables_;                          // of each operation
  std::vector<std::pair<std::string, std::string>> parts_; // key, JSON
  std::string explained_;
  std::string deferred_names_;
  std::shared_ptr<Deferred> deferred_;                     // null while nothing was
};

}  // namespace

namespace {
// An index page that can be neither read nor recovered is thrown from wherever it was needed.
Status guarded(const std::function<Status(View&)>& work, View& view) {
  try {
    return work(view);
  } catch (const Error& error) {
    return error;
  }
}
}  // namespace

Status DatabaseTarget::read(const std::function<Status(View&)>& work) {
  auto view = engine_.view(now_);
  reading_ = &view;
  auto status = guarded(work, view);
  reading_ = nullptr;
  return status;
}

std::shared_ptr<View> DatabaseTarget::keep() { return std::make_shared<commit::SnapshotView>(std::move(*reading_)); }

namespace {
commit::Mutation at(DateTime now, const std::function<Status(WriteView&)>& work) {
  return [now, &work](commit::WriteContext& context) {
    context.set_now(now);
    return work(context);
  };
}
}  // namespace

Status DatabaseTarget::write(const std::function<Status(WriteView&)>& work) {
  AURORA_TRY(engine_.commit(at(now_, work)));
  return {};
}

Status DatabaseTarget::change_schema(const std::function<Status(WriteView&)>& work) {
  AURORA_TRY(engine_.commit(at(now_, work), commit::CommitKind::kExclusive));
  return {};
}

exec::ExecSettings settings_until(exec::ExecSettings settings, std::chrono::milliseconds deadline) {
  if (deadline > std::chrono::milliseconds::zero())
    settings.deadline = std::chrono::steady_clock::now() + std::min(deadline, kLongest);
  return settings;
}

Status check_supplied(const aql::Document& document, const Object& variables) {
  for (const auto& member : variables) {
    bool declared = false;
    for (const auto& operation : document.operations)
      for (const auto& variable : operation.variables) declared = declared || variable.name.text == member.name;
    if (!declared)
      return Error(ErrorCode::kInvalidInput, "a value was given for '$" + member.name +
                                                 "', but no operation declares that variable");
  }
  return {};
}

Status run_text(State& state, Target& target, const ParsedText& parsed, const RunOptions& options,
                QueryResult& result) {
  bool wrote = false;
  auto status = within_memory([&] { return Runner(state, target, parsed, options, wrote).run(result); });
  // Only the answer is lost then; who sent the text must not send it once more.
  if (!status && wrote && status.error().what() == out_of_memory().what()) return answer_lost();
  return status;
}

}  // namespace aurora::facade
