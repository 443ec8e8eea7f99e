// The top of the grammar: operations, their headers, fragments.
// Called by parse(); calls the other parse_*.cpp files.
#include "aql/parse.hpp"
#include "aql/unique.hpp"

#include <aurora/base/try.hpp>

#include <utility>

namespace aurora::aql {

Status Parser::document(Document& out) {
  AURORA_TRY(advance());
  while (!at(TokenKind::kEnd)) {
    Part part;
    part.is_fragment = at_word("fragment");
    part.first = part.is_fragment ? out.fragments.size() : out.operations.size();
    part.first_use = notes_.uses.size();
    part.first_spread = notes_.spreads.size();
    const std::size_t selections = notes_.selections;
    notes_.deepest = 0;
    AURORA_TRY(definition(out));
    part.last = part.is_fragment ? out.fragments.size() : out.operations.size();
    part.last_use = notes_.uses.size();
    part.last_spread = notes_.spreads.size();
    part.selections = notes_.selections - selections;
    part.deepest = notes_.deepest;
    notes_.parts.push_back(part);
  }
  if (!out.operations.empty()) return {};
  return fail(here(),
              out.fragments.empty()
                  ? "expected an operation, found end of text"
                  : "expected an operation, found end of text: the text has only fragments");
}

Status Parser::definition(Document& out) {
  if (at(TokenKind::kBraceOpen)) return plain_operation(out, Operation::Kind::kQuery);
  if (!at(TokenKind::kName)) return unexpected("an operation or a fragment");
  if (at_word("query")) return plain_operation(out, Operation::Kind::kQuery);
  if (at_word("subscription")) return plain_operation(out, Operation::Kind::kSubscription);
  if (at_word("mutation")) return mutation(out);
  if (at_word("schema")) return schema_operation(out);
  if (at_word("migrate")) return migrate_operation(out);
  if (at_word("define")) return define_operation(out);
  if (at_word("drop")) return drop_operation(out);
  if (at_word("schedule")) return schedule_operation(out);
  if (at_word("fragment")) return fragment(out);
  if (at_word("__schema")) return introspection(out);
  return unknown_word("operation", {"query", "mutation", "subscription", "schema", "migrate",
                                    "define", "drop", "schedule", "fragment", "__schema"});
}

/// Name, variables and directives of an operation; the word before them is the current token, if
/// any.
Status Parser::header(Operation& out) {
  out.at = here();
  if (at(TokenKind::kBraceOpen)) return {};
  AURORA_TRY(advance());
  if (at(TokenKind::kName)) AURORA_TRY(name(out.name, "a name"));
  if (at(TokenKind::kParenOpen)) AURORA_TRY(variable_definitions(out.variables));
  AURORA_TRY(directives(out.directives));
  if (at(TokenKind::kBraceOpen)) return {};
  return unexpected(out.name.text.empty() ? "a name, '(', '@' or '{'" : "'(', '@' or '{'");
}

Status Parser::variable_definitions(std::vector<VariableDefinition>& out) {
  AURORA_TRY(open(TokenKind::kParenOpen, "'('"));
  do {
    AURORA_TRY(check_length(out.size(), "the list of variables"));
    VariableDefinition& variable = out.emplace_back();
    variable.name.at = here();
    AURORA_TRY(expect(TokenKind::kDollar, "'$' and the name of a variable"));
    const Offset declared = variable.name.at;
    AURORA_TRY(name(variable.name, "a variable name behind '$'"));
    variable.name.at = declared;
    if (!at(TokenKind::kColon))
      return unexpected("':' and a type after '$" + variable.name.text + "'");
    AURORA_TRY(advance());
    AURORA_TRY(type(variable.type));
    if (at(TokenKind::kEqual)) {
      AURORA_TRY(advance());
      variables_allowed_ = false;
      AURORA_TRY(literal(variable.default_value.emplace(), variable.name.text));
      variables_allowed_ = true;
    }
  } while (!at(TokenKind::kParenClose));
  const auto name_of = [&](std::size_t i) -> std::string_view { return out[i].name.text; };
  if (const auto twice = find_repetition(out.size(), name_of)) {
    const Name& second = out[twice->second].name;
    return fail(second.at, "variable '$" + second.text + "' is declared twice");
  }
  return close(TokenKind::kParenClose, "')'");
}

Status Parser::plain_operation(Document& out, Operation::Kind kind) {
  Operation& operation = out.operations.emplace_back();
  operation.kind = kind;
  AURORA_TRY(header(operation));
  return selection_set(operation.selections,
                       kind == Operation::Kind::kQuery ? Site::kQuery : Site::kSubscription);
}

/// A mutation. Each schema block in it becomes an operation of its own between the others, with the
/// same header, so that all run in the order written.
Status Parser::mutation(Document& out) {
  const Mark mark{lexer_, token_};
  const std::size_t first = out.operations.size();
  Operation operation;
  operation.kind = Operation::Kind::kMutation;
  AURORA_TRY(header(operation));
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{'"));
  if (at(TokenKind::kBraceClose)) return unexpected("at least one mutation");
  while (!at(TokenKind::kBraceClose)) {
    Token after;
    if (at_word("schema")) AURORA_TRY(peek(after));
    if (after.kind != TokenKind::kBraceOpen) {
      AURORA_TRY(selection(operation.selections.emplace_back(), Site::kMutation));
      continue;
    }
    if (!operation.selections.empty()) {
      out.operations.push_back(std::exchange(operation, {}));
      AURORA_TRY(repeat_header(mark, operation));
    }
    operation.kind = Operation::Kind::kSchema;
    operation.at = here();
    AURORA_TRY(count_selection());
    AURORA_TRY(advance());
    AURORA_TRY(schema_block(operation.schema));
    out.operations.push_back(std::exchange(operation, {}));
    if (at(TokenKind::kBraceClose)) break;
    AURORA_TRY(repeat_header(mark, operation));
    operation.kind = Operation::Kind::kMutation;
  }
  if (!operation.selections.empty() || out.operations.size() == first)
    out.operations.push_back(std::move(operation));
  return close(TokenKind::kBraceClose, "'}'");
}

/// Reads the header at `mark` once more. What is read again counts as text.
Status Parser::repeat_header(const Mark& mark, Operation& out) {
  const Mark now{lexer_, token_};
  const std::uint32_t depth = std::exchange(depth_, 0);
  lexer_ = mark.lexer;
  token_ = mark.token;
  AURORA_TRY(header(out));
  repeated_bytes_ += token_.at - mark.token.at;
  if (repeated_bytes_ > limits_.text_bytes)
    return fail(now.token.at,
                "repeating the head of the mutation for each of its schema blocks makes the text "
                "longer than the limit of " +
                    std::to_string(limits_.text_bytes) + " bytes (limit 'text_bytes')",
                ErrorCode::kLimitExceeded);
  lexer_ = now.lexer;
  token_ = now.token;
  depth_ = depth;
  return {};
}

Status Parser::schema_operation(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.kind = Operation::Kind::kSchema;
  operation.at = here();
  AURORA_TRY(advance());
  return schema_block(operation.schema);
}

Status Parser::migrate_operation(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.kind = Operation::Kind::kMigrate;
  operation.at = here();
  AURORA_TRY(advance());
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' behind 'migrate'"));
  std::vector<MigrationVersion>& versions = operation.migrations;
  if (at(TokenKind::kBraceClose)) return unexpected("a version in quotes, as \"v1.0.0\"");
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(check_length(versions.size(), "the list of versions"));
    AURORA_TRY(migration_version(versions.emplace_back()));
  }
  const auto name_of = [&](std::size_t i) -> std::string_view { return versions[i].version.text; };
  if (const auto twice = find_repetition(versions.size(), name_of)) {
    const Name& second = versions[twice->second].version;
    return fail(second.at, "version \"" + second.text + "\" is given twice");
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::fragment(Document& out) {
  FragmentDefinition& fragment = out.fragments.emplace_back();
  AURORA_TRY(advance());
  if (at_word("on")) return unexpected("the name of the fragment, which cannot be 'on'");
  AURORA_TRY(name(fragment.name, "the name of the fragment"));
  AURORA_TRY(expect_word("on", "and a collection behind the name of the fragment"));
  AURORA_TRY(name(fragment.on, "a collection behind 'on'"));
  return selection_set(fragment.selections, Site::kFields);
}

/// A bare `__schema {…}` is a query of that one field.
Status Parser::introspection(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.at = here();
  return selection(operation.selections.emplace_back(), Site::kQuery);
}

}  // namespace aurora::aql
