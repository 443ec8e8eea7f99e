// The printer, one class over two files: printer.cpp (values, expressions, selections) and
// print_statement.cpp (types, schema, migrations, operations).
#pragma once

#include <aurora/aql/printer.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aurora::aql {

class Printer {
 public:
  void document(const Document& document);
  void operation(const Operation& operation);
  void selection(const Selection& selection);
  void literal(const Literal& literal);
  void type(const TypeReference& type);
  /// Puts parentheses round an expression that binds less than `least`.
  void expression(const Expression& expression, int least = 0);

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void word(std::string_view text);
  void arguments(const std::vector<Argument>& arguments);
  void directives(const std::vector<Directive>& directives, std::string_view sign = "@");
  void selections(const std::vector<Selection>& selections);
  void call(const Expression& expression);
  void template_text(const Expression& expression);
  void fields(const std::vector<FieldDefinition>& fields, const std::vector<Directive>& rules);
  void field(const FieldDefinition& field);
  void header(std::string_view kind, const Operation& operation);
  void statement(const SchemaStatement& statement);
  void step(const AlterStep& step);
  void version(const MigrationVersion& version);
  void data(const MigrationData& data);
  void handler(const HandlerDefinition& handler);
  void schedule(const Operation& operation);

  std::string out_;
};

}  // namespace aurora::aql
