// The recursive descent parser, one class over several files: parse_document.cpp (operations),
// parse_selection.cpp, parse_expression.cpp, parse_literal.cpp, parse_schema.cpp,
// parse_migration.cpp. Called by parser.cpp; calls the lexer; what it notes in Notes is checked by
// check.cpp.
#pragma once

#include <aurora/aql/lexer.hpp>
#include <aurora/aql/limits.hpp>
#include <aurora/aql/parser.hpp>

#include "aql/notes.hpp"

#include <cstdint>
#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::aql {

/// Invariants:
///  P1 A bracket is read only by open() and close(), so depth_ is the number of open ones and never
///     passes limits.depth.
///  P2 Recursion that opens no bracket (operators) counts in operators_, which never passes
///     kOperatorsPerLevel * limits.depth; the height of every expression obeys the same bound. So
///     neither the parser nor anybody who walks the tree can run out of stack.
///  P3 A token is read a bounded number of times: peeked at, or again as the argument of a call.
class Parser {
 public:
  Parser(const Source& source, const Limits& limits, Notes& notes)
      : lexer_(source), limits_(limits), notes_(notes) {}

  /// A whole text.
  Status document(Document& out);
  /// A text that is one expression.
  Status lone_expression(Expression& out);
  /// A text with ${…} in it.
  Status template_text(Expression& out);

 private:
  /// Where a selection stands decides what it may be.
  enum class Site : std::uint8_t {
    kQuery,
    kMutation,
    kSubscription,
    kTransaction,
    kAction,
    kFields
  };
  /// A place in the text to come back to.
  struct Mark {
    Lexer lexer;
    Token token;
  };
  using Height = std::uint32_t;
  static constexpr std::uint32_t kOperatorsPerLevel = 4;

  // ---- tokens (parse_tokens.cpp)
  Status advance() {
    previous_end_ = token_.end;
    return lexer_.next(token_);
  }
  Status peek(Token& out) const;
  [[nodiscard]] bool at(TokenKind kind) const noexcept { return token_.kind == kind; }
  [[nodiscard]] bool at_word(std::string_view word) const noexcept {
    return token_.kind == TokenKind::kName && lexer_.text(token_) == word;
  }
  /// True at `kind` when no comma stands before it: a comma ends an expression or a name.
  [[nodiscard]] bool continues(TokenKind kind) const noexcept {
    return token_.kind == kind && !token_.after_comma;
  }
  [[nodiscard]] Offset here() const noexcept { return lexer_.source().place(token_.at); }
  /// "expected …, found …" at the current token.
  [[nodiscard]] Error unexpected(std::string_view expected) const;
  [[nodiscard]] Error fail(Offset place, std::string message,
                           ErrorCode code = ErrorCode::kInvalidQuery) const;
  [[nodiscard]] Error unknown_word(std::string_view kind,
                                   std::initializer_list<std::string_view> known) const;
  Status expect(TokenKind kind, std::string_view what);
  Status expect_word(std::string_view word, std::string_view where);
  Status open(TokenKind kind, std::string_view what);
  Status close(TokenKind kind, std::string_view what);
  Status name(Name& out, std::string_view what);
  Status quoted_name(Name& out, std::string_view what);
  Status check_length(std::size_t count, std::string_view what) const;

  // ---- values (parse_literal.cpp)
  Status literal(Literal& out, std::string_view owner);
  Status number(Literal& out);
  Status string_value(Literal& out);
  Status variable(Literal& out);
  Status list(Literal& out);
  Status object(Literal& out);
  Status arguments(std::vector<Argument>& out);
  Status argument(std::vector<Argument>& out);
  [[nodiscard]] Status argument_end() const;
  [[nodiscard]] Status check_arguments(const std::vector<Argument>& list) const;
  Status directive(Directive& out);
  Status directives(std::vector<Directive>& out);

  // ---- expressions (parse_expression.cpp)
  Status expression(Expression& out, Height& height);
  Status conditional(Expression& out, Height& height);
  Status binary(Expression& out, Height& height, int least);
  Status binary_rest(Expression& out, Height& height, int least);
  Status conditional_rest(Expression& out, Height& height);
  Status pipes(Expression& out, Height& height);
  Status unary(Expression& out, Height& height);
  Status primary(Expression& out, Height& height);
  Status named_primary(Expression& out, Height& height);
  static void word_expression(Name&& word, Expression& out);
  Status path_rest(Expression& out);
  Status call_arguments(Expression& out, Height& height);
  Status call_argument(Expression& out, Height& height);
  Status rest_of_arguments(Expression& out, Height& height);
  Status list_elements(Expression& out, Height& height);
  Status string_expression(Expression& out, Height& height);
  Status template_parts(Expression& out, Height& height);
  Status check_height(Height height) const;
  /// Reads on behind an operand that was read as something else.
  Status rest_of_expression(Expression& out, Height& height);
  [[nodiscard]] bool at_operator() const noexcept;

  // ---- selections (parse_selection.cpp)
  Status selection_set(std::vector<Selection>& out, Site site);
  Status selection(Selection& out, Site site);
  Status spread(Selection& out, Site site);
  Status aliased_value(Selection& out);
  Status aliased_call(Selection& out);
  Status named_argument_ahead(bool& out) const;
  Status become_expression(Selection& out);
  Status field_tail(Selection& out, Site site);
  Status check_unaliased(const Selection& field) const;
  Status check_field_name(const Selection& field, Site site) const;
  Status count_selection();

  // ---- types and schema statements (parse_schema.cpp)
  Status type(TypeReference& out);
  Status field_definition(FieldDefinition& out);
  Status field_definitions(std::vector<FieldDefinition>& fields, std::vector<Directive>* rules);
  Status rule(Directive& out);
  Status schema_block(std::vector<SchemaStatement>& out);
  Status schema_statement(SchemaStatement& out);
  Status define_collection(CollectionDefinition& out);
  Status alter_collection(SchemaStatement& out);
  Status alter_step(AlterStep& out);
  Status collection_word(std::string_view verb);

  // ---- migrations (parse_migration.cpp)
  Status migration_version(MigrationVersion& out);
  Status migration_step(MigrationStep& out);
  Status migration_data(MigrationData& out);
  Status migration_rule(MigrationData::Rule& out);
  Status migration_set(MigrationSet& out);
  Status normal_text(Offset begin, Offset end, std::string& out) const;

  // ---- operations (parse_document.cpp)
  Status definition(Document& out);
  Status header(Operation& out);
  Status variable_definitions(std::vector<VariableDefinition>& out);
  Status plain_operation(Document& out, Operation::Kind kind);
  Status mutation(Document& out);
  Status repeat_header(const Mark& mark, Operation& out);
  Status schema_operation(Document& out);
  Status migrate_operation(Document& out);
  Status fragment(Document& out);
  Status introspection(Document& out);

  // ---- handlers, schedules and named queries (parse_handler.cpp, parse_schedule.cpp)
  Status define_operation(Document& out);
  Status drop_operation(Document& out);
  Status define_handler(Operation& operation);
  Status handler_property(HandlerDefinition& out, Name& property);
  Status action(HandlerDefinition& out, std::string_view owner);
  Status define_query(Operation& operation);
  Status schedule_operation(Document& out);
  Status schedule_property(Operation& out, Name& property);
  Status properties(std::string_view owner, std::initializer_list<std::string_view> known,
                    std::initializer_list<std::string_view> needed,
                    const std::function<Status(Name& property)>& each);

  Lexer lexer_;
  Token token_;
  const Limits& limits_;
  Notes& notes_;
  Offset previous_end_ = 0;         // where the token before the current one ends
  std::uint32_t depth_ = 0;         // P1
  std::uint32_t operators_ = 0;     // P2
  std::size_t repeated_bytes_ = 0;  // headers read again, see repeat_header
  bool variables_allowed_ = true;   // not in defaults
  bool in_action_ = false;          // $_field and $_id need no declaration
};

}  // namespace aurora::aql
