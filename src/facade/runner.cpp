// Body of the text runner. Called by the facade; calls the executor.
#include "runner.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/introspect.hpp>
#include <aurora/exec/mutate.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query.hpp>
#include <aurora/exec/schema_change.hpp>

namespace aurora::facade {

namespace {

using aql::Operation;

class Runner {
 public:
  Runner(State& state, Target& target, const ParsedText& parsed, const RunOptions& options)
      : state_(state), target_(target), parsed_(parsed), options_(options) {
    bindings_.text = parsed.text;
    bindings_.now = state.engine().now();
    bindings_.limits = state.limits();
    bindings_.role = options.execute.role;
    bindings_.compiled = &parsed.compiled;
  }

  Status run(QueryResult& result) {
    auto status = bind();
    for (std::size_t i = 0; status && i < parsed_.document.operations.size(); ++i) {
      bindings_.variables = &variables_[i];
      bindings_.writing = parsed_.document.operations[i].kind != Operation::Kind::kQuery;
      status = run_operation(parsed_.document.operations[i]);
    }
    result = QueryResult(data(), extensions());
    return status;
  }

 private:
  // Before anything runs: each operation gets its own variables checked; a value nobody declares is an error.
  Status bind() {
    const auto& operations = parsed_.document.operations;
    for (const auto& member : options_.variables) {
      bool declared = false;
      for (const auto& operation : operations)
        for (const auto& variable : operation.variables) declared = declared || variable.name.text == member.name;
      if (!declared)
        return Error(ErrorCode::kInvalidInput, "a value was given for '$" + member.name +
                                                   "', but no operation declares that variable");
    }
    for (const auto& operation : operations) {
      AURORA_ASSIGN(auto bound,
                    plan::bind_variables(operation.variables, options_.variables, parsed_.text, bindings_.now));
      variables_.push_back(std::move(bound));
    }
    return {};
  }

  Error unsupported(aql::Offset at, const std::string& what) const {
    return bindings_.error(at, ErrorCode::kInvalidOperation, what + " is not supported yet");
  }

  Status run_operation(const Operation& operation) {
    switch (operation.kind) {
      case Operation::Kind::kQuery: return run_query(operation);
      case Operation::Kind::kMutation: return run_mutation(operation);
      case Operation::Kind::kSchema: return run_schema(operation);
      case Operation::Kind::kSubscription: return unsupported(operation.at, "'subscription'");
      case Operation::Kind::kMigrate: return unsupported(operation.at, "'migrate'");
      case Operation::Kind::kDefineHandler: return unsupported(operation.at, "'define handler'");
      case Operation::Kind::kDropHandler: return unsupported(operation.at, "'drop handler'");
    }
    return Error(ErrorCode::kInternal, "unknown kind of operation");
  }

  Status run_query(const Operation& operation) {
    const exec::QueryContext context{bindings_, parsed_.document.fragments, state_.settings(), operation.directives,
                                     options_.explain};
    return target_.read([&](View& view) -> Status {
      for (const auto& field : operation.selections) {
        if (field.name.text == "__schema") {
          auto schema = exec::run_introspection(view, field, bindings_, parsed_.document.fragments);
          if (!schema) return schema.error().under(field.key());
          add(field.key(), *std::move(schema));
          continue;
        }
        auto output = exec::run_query(view, field, context);
        if (!output) return output.error().under(field.key());
        if (!output->included) continue;
        add(field.key(), std::move(output->json));
        if (!output->explanation) continue;
        explained_ += (explained_.empty() ? "" : ",") + exec::json_key(field.key()) + output->explanation->to_json();
      }
      return {};
    });
  }

  Status run_mutation(const Operation& operation) {
    AURORA_ASSIGN(const bool included, exec::is_included(operation.directives, bindings_));
    if (!included) return {};
    const exec::MutationContext context{bindings_, parsed_.document.fragments, state_.settings()};
    for (const auto& field : operation.selections) {
      auto run = exec::is_included(field.directives, bindings_);
      if (!run) return run.error().under(field.key());
      if (!*run) continue;
      std::string json;
      auto status = target_.write([&](WriteView& view) -> Status {
        AURORA_ASSIGN(json, exec::run_mutation(view, field, context));
        return {};
      });
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

  void add(const std::string& key, std::string json) { parts_.emplace_back(key, std::move(json)); }

  std::string data() const {
    std::string out = "{";
    for (const auto& [key, json] : parts_) {
      if (out.size() > 1) out += ',';
      out += exec::json_key(key);
      out += json;
    }
    return out + "}";
  }

  std::string extensions() const { return explained_.empty() ? std::string() : "{\"explain\":{" + explained_ + "}}"; }

  State& state_;
  Target& target_;
  const ParsedText& parsed_;
  const RunOptions& options_;
  plan::Bindings bindings_;
  std::vector<Object> variables_;                          // of each operation
  std::vector<std::pair<std::string, std::string>> parts_; // key, JSON
  std::string explained_;
};

}  // namespace

Status DatabaseTarget::read(const std::function<Status(View&)>& work) {
  auto view = engine_.view();
  return work(view);
}

Status DatabaseTarget::write(const std::function<Status(WriteView&)>& work) {
  AURORA_TRY(engine_.commit([&](commit::WriteContext& context) { return work(context); }));
  return {};
}

Status DatabaseTarget::change_schema(const std::function<Status(WriteView&)>& work) {
  AURORA_TRY(engine_.commit([&](commit::WriteContext& context) { return work(context); },
                            commit::CommitKind::kExclusive));
  return {};
}

Status run_text(State& state, Target& target, const ParsedText& parsed, const RunOptions& options,
                QueryResult& result) {
  return Runner(state, target, parsed, options).run(result);
}

}  // namespace aurora::facade
