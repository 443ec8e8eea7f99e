// Body of register_computed_field. Called by users; runs an `alter` made of syntax, not of text.
#include <aurora/computed.hpp>

#include <aurora/aql/parser.hpp>
#include <aurora/base/out_of_memory.hpp>
#include <aurora/base/try.hpp>
#include <aurora/database.hpp>
#include <aurora/exec/schema_change.hpp>

#include "documents.hpp"
#include "runner.hpp"
#include "state.hpp"

namespace aurora {

namespace {

std::string listed(const std::vector<std::string>& fields) {
  std::string text = "[";
  for (const auto& field : fields) text += (text.size() > 1 ? ", " : "") + field;
  return text + "]";
}

aql::SchemaStatement alteration(std::string_view collection, std::string_view name, const std::string& expression,
                                aql::AlterStep::Kind kind) {
  aql::SchemaStatement statement;
  statement.kind = aql::SchemaStatement::Kind::kAlter;
  statement.collection.text = collection;
  aql::Directive computed;
  computed.name.text = "computed";
  auto& argument = computed.arguments.emplace_back();
  argument.name.text = "expr";
  argument.value.kind = aql::Literal::Kind::kString;
  argument.value.text = expression;
  auto& step = statement.steps.emplace_back();
  step.kind = kind;
  step.field.name.text = name;
  step.field.type.name.text = to_string(FieldType::kAny);
  step.field.directives.push_back(std::move(computed));
  return statement;
}

bool is_name(std::string_view text) {
  const auto parsed = aql::parse_expression(text);
  return parsed && parsed->kind == aql::Expression::Kind::kPath && parsed->path.size() == 1 &&
         parsed->path.front() == text;
}

Status put_field(WriteView& view, std::string_view collection, std::string_view name, const std::string& expression) {
  AURORA_ASSIGN(const auto definition, facade::writable_collection(view, collection));
  auto kind = aql::AlterStep::Kind::kAdd;
  if (const auto* field = definition->find(name)) {
    if (field->computed == expression) return {};
    if (!field->computed || field->type.type != FieldType::kAny)
      return Error(ErrorCode::kInvalidDefinition, "collection '" + definition->name + "' has a field '" +
                                                      std::string(name) + "' already; alter it by its definition");
    kind = aql::AlterStep::Kind::kModify;
  }
  const auto done = exec::run_schema(view, alteration(collection, name, expression, kind), {});
  // There is no text to point into.
  if (!done) return Error(done.error().code(), done.error().message());
  return {};
}

}  // namespace

ComputedExpression ComputedExpression::concat(const std::vector<std::string>& fields, std::string_view separator) {
  std::string text = "join(" + listed(fields) + ", ";
  append_json_string(text, separator);
  return text + ")";
}

ComputedExpression ComputedExpression::sum(const std::vector<std::string>& fields) {
  return "sum(" + listed(fields) + ")";
}

ComputedExpression ComputedExpression::average(const std::vector<std::string>& fields) {
  return "avg(" + listed(fields) + ")";
}

Status Database::try_register_computed_field(std::string_view collection, std::string_view name,
                                             const ComputedExpression& expression) {
  return within_memory([&]() -> Status {
    AURORA_ASSIGN(const auto entry, state_->engine().enter());
    if (!is_name(name))
      return Error(ErrorCode::kInvalidDefinition, "'" + std::string(name) + "' cannot be the name of a field");
    return facade::DatabaseTarget(state_->engine()).change_schema([&](WriteView& view) {
      return put_field(view, collection, name, expression.text());
    });
  });
}

}  // namespace aurora
