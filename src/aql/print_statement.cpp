// Prints types, schema statements, migrations, handlers and operations.
// Called by the tests and the fuzzer.
#include "aql/print.hpp"

#include "aql/quote.hpp"

namespace aurora::aql {

void Printer::type(const TypeReference& type) {
  switch (type.kind) {
    case TypeReference::Kind::kNamed:
      out_ += type.name.text;
      break;
    case TypeReference::Kind::kList:
      out_ += '[';
      this->type(*type.element);
      out_ += ']';
      break;
    case TypeReference::Kind::kObject:
      fields(type.fields, {});
      break;
  }
  if (type.required) out_ += '!';
}

void Printer::field(const FieldDefinition& field) {
  word(field.name.text);
  out_ += ": ";
  type(field.type);
  if (field.default_value) {
    out_ += " = ";
    literal(*field.default_value);
  }
  directives(field.directives);
}

void Printer::fields(const std::vector<FieldDefinition>& fields,
                     const std::vector<Directive>& rules) {
  out_ += '{';
  for (const FieldDefinition& each : fields) field(each);
  directives(rules, "@@");
  out_ += '}';
}

void Printer::step(const AlterStep& step) {
  switch (step.kind) {
    case AlterStep::Kind::kAdd:
    case AlterStep::Kind::kModify:
      word(step.kind == AlterStep::Kind::kAdd ? "add" : "modify");
      field(step.field);
      return;
    case AlterStep::Kind::kDrop:
      word("drop");
      word(step.name.text);
      return;
    case AlterStep::Kind::kRename:
      word("rename");
      word(step.name.text);
      word("to");
      word(step.new_name.text);
      return;
    case AlterStep::Kind::kAddRule:
      word("@@");
      out_ += step.rule.name.text;
      arguments(step.rule.arguments);
      return;
  }
}

void Printer::statement(const SchemaStatement& statement) {
  switch (statement.kind) {
    case SchemaStatement::Kind::kDefine:
      word("define collection");
      word(statement.definition.name.text);
      if (statement.definition.if_not_exists) word("if not exists");
      directives(statement.definition.directives);
      out_ += ' ';
      fields(statement.definition.fields, statement.definition.rules);
      return;
    case SchemaStatement::Kind::kAlter:
      word("alter collection");
      word(statement.collection.text);
      word("{");
      for (const AlterStep& each : statement.steps) step(each);
      out_ += '}';
      return;
    case SchemaStatement::Kind::kDrop:
      word("drop collection");
      word(statement.collection.text);
      if (statement.if_exists) word("if exists");
      return;
  }
}

void Printer::data(const MigrationData& data) {
  word("migrate data in");
  word(data.collection.text);
  word("{");
  for (const MigrationData::Rule& rule : data.rules) {
    word("set");
    for (const MigrationSet& set : rule.sets) {
      if (&set != &rule.sets.front()) out_ += ',';
      word(set.field.text);
      out_ += " = ";
      expression(set.value);
    }
    if (!rule.where) continue;
    word("where ");
    literal(*rule.where);
  }
  out_ += '}';
}

void Printer::version(const MigrationVersion& version) {
  word("");
  append_quoted(out_, version.version.text);
  out_ += ": {";
  for (const MigrationStep& each : version.steps) {
    if (each.schema) statement(*each.schema);
    if (each.data) data(*each.data);
  }
  out_ += '}';
}

void Printer::handler(const HandlerDefinition& handler) {
  word("define handler ");
  append_quoted(out_, handler.name.text);
  word("{on: ");
  append_quoted(out_, handler.on);
  if (handler.where) {
    word("where: ");
    literal(*handler.where);
  }
  word("action: {");
  selection(handler.action);
  out_ += "}}";
}

void Printer::schedule(const Operation& operation) {
  word("schedule ");
  append_quoted(out_, operation.handler.name.text);
  word("{cron: ");
  append_quoted(out_, operation.schedule.cron.text);
  if (!operation.schedule.time_zone.text.empty()) {
    word("timeZone: ");
    append_quoted(out_, operation.schedule.time_zone.text);
  }
  if (!operation.schedule.catch_up.text.empty()) {
    word("catchUp: ");
    word(operation.schedule.catch_up.text);
  }
  word("action: {");
  selection(operation.handler.action);
  out_ += "}}";
}

void Printer::header(std::string_view kind, const Operation& operation) {
  word(kind);
  if (!operation.name.text.empty()) word(operation.name.text);
  if (!operation.variables.empty()) out_ += '(';
  for (const VariableDefinition& variable : operation.variables) {
    word("$");
    out_.append(variable.name.text).append(": ");
    type(variable.type);
    if (!variable.default_value) continue;
    out_ += " = ";
    literal(*variable.default_value);
  }
  if (!operation.variables.empty()) out_ += ')';
  directives(operation.directives);
}

void Printer::operation(const Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::kQuery:
      header("query", operation);
      break;
    case Operation::Kind::kMutation:
      header("mutation", operation);
      break;
    case Operation::Kind::kSubscription:
      header("subscription", operation);
      break;
    case Operation::Kind::kSchema: {
      const bool inside = !operation.name.text.empty() || !operation.variables.empty() ||
                          !operation.directives.empty();
      if (inside) header("mutation", operation);
      if (inside) word("{");
      word("schema {");
      for (const SchemaStatement& each : operation.schema) statement(each);
      out_ += inside ? "}}" : "}";
      return;
    }
    case Operation::Kind::kMigrate:
      word("migrate {");
      for (const MigrationVersion& each : operation.migrations) version(each);
      out_ += '}';
      return;
    case Operation::Kind::kDefineHandler:
      handler(operation.handler);
      return;
    case Operation::Kind::kDropHandler:
      word("drop handler ");
      append_quoted(out_, operation.handler.name.text);
      return;
    case Operation::Kind::kSchedule:
      schedule(operation);
      return;
    case Operation::Kind::kDropSchedule:
      word("drop schedule ");
      append_quoted(out_, operation.handler.name.text);
      return;
    case Operation::Kind::kDefineQuery:
      word("define query ");
      append_quoted(out_, operation.handler.name.text);
      break;
    case Operation::Kind::kDropQuery:
      word("drop query ");
      append_quoted(out_, operation.handler.name.text);
      return;
  }
  selections(operation.selections);
}

void Printer::document(const Document& document) {
  for (const Operation& each : document.operations) operation(each);
  for (const FragmentDefinition& fragment : document.fragments) {
    word("fragment");
    word(fragment.name.text);
    word("on");
    word(fragment.on.text);
    selections(fragment.selections);
  }
}

std::string print(const Document& document) {
  Printer printer;
  printer.document(document);
  return std::move(printer).take();
}

std::string print(const Operation& operation) {
  Printer printer;
  printer.operation(operation);
  return std::move(printer).take();
}

std::string print(const TypeReference& type) {
  Printer printer;
  printer.type(type);
  return std::move(printer).take();
}

}  // namespace aurora::aql
