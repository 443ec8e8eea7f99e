// The functions of a whole text, checked before it runs. Called by the facade once a parsed text.
#include <aurora/aql/parser.hpp>
#include <aurora/base/try.hpp>
#include <aurora/expr/record_program.hpp>

namespace aurora::expr {

namespace {

// Every name is known here: what fields there are is checked just before each operation.
class AnyScope final : public Scope {
 public:
  AnyScope(std::string_view text, ErrorCode refused) : text_(text), refused_(refused) {}
  Result<Slot> resolve(const std::vector<std::string>&, aql::Offset) override { return Slot{0}; }
  Error error(aql::Offset at, std::string message) const override {
    return aql::error_at(text_, place ? *place : at, refused_, std::move(message));
  }
  std::optional<aql::Offset> place;  ///< of the whole expression, when it stands inside a string

 private:
  std::string_view text_;
  ErrorCode refused_;
};

class Walk {
 public:
  explicit Walk(std::string_view text) : text_(text) {}

  Status selections(const std::vector<aql::Selection>& all) const {
    for (const auto& selection : all) {
      if (selection.expression) AURORA_TRY(expression(*selection.expression));
      AURORA_TRY(selections(selection.selections));
    }
    return {};
  }

  Status migration(const aql::MigrationVersion& version) const {
    for (const auto& step : version.steps) {
      if (step.schema) AURORA_TRY(schema(*step.schema));
      if (!step.data) continue;
      for (const auto& rule : step.data->rules)
        for (const auto& set : rule.sets) AURORA_TRY(expression(set.value));
    }
    return {};
  }

  Status schema(const aql::SchemaStatement& statement) const {
    AURORA_TRY(fields(statement.definition.fields));
    for (const auto& step : statement.steps) AURORA_TRY(field(step.field));
    return {};
  }

 private:
  Status expression(const aql::Expression& written) const {
    AnyScope scope(text_, ErrorCode::kInvalidQuery);
    AURORA_TRY(Program::compile(written, scope));
    return {};
  }

  Status fields(const std::vector<aql::FieldDefinition>& all) const {
    for (const auto& each : all) AURORA_TRY(field(each));
    return {};
  }

  // An expression that does not parse is left to the statement: its error is the better one.
  Status field(const aql::FieldDefinition& written) const {
    for (const auto& directive : written.directives) {
      if (directive.name.text != "computed") continue;
      for (const auto& argument : directive.arguments) {
        if (argument.value.kind != aql::Literal::Kind::kString) continue;
        const auto parsed = aql::parse_expression(argument.value.text);
        if (!parsed) continue;
        AnyScope scope(text_, ErrorCode::kInvalidDefinition);
        scope.place = argument.value.at;
        AURORA_TRY(Program::compile(*parsed, scope));
      }
    }
    return {};
  }

  std::string_view text_;
};

}  // namespace

Status check_functions(const aql::Document& document, std::string_view text) {
  const Walk walk(text);
  for (const auto& operation : document.operations) {
    AURORA_TRY(walk.selections(operation.selections));
    AURORA_TRY(walk.selections(operation.handler.action.selections));
    for (const auto& statement : operation.schema) AURORA_TRY(walk.schema(statement));
    for (const auto& version : operation.migrations) AURORA_TRY(walk.migration(version));
  }
  for (const auto& fragment : document.fragments) AURORA_TRY(walk.selections(fragment.selections));
  return {};
}

}  // namespace aurora::expr
