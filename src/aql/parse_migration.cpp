// Migrations: versions, their schema statements and data steps, and the text their checksum is of.
// Called for `migrate` operations.
#include "aql/parse.hpp"

#include "aql/quote.hpp"

#include <aurora/base/try.hpp>

namespace aurora::aql {

Status Parser::migration_version(MigrationVersion& out) {
  AURORA_TRY(quoted_name(out.version, "a version in quotes, as \"v1.0.0\""));
  if (!at(TokenKind::kColon)) return unexpected("':' after version \"" + out.version.text + "\"");
  AURORA_TRY(advance());
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and the steps"));
  const Offset begin = token_.at;
  if (at(TokenKind::kBraceClose)) return unexpected("at least one step");
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(check_length(out.steps.size(), "the list of steps"));
    AURORA_TRY(migration_step(out.steps.emplace_back()));
  }
  AURORA_TRY(normal_text(begin, token_.at, out.normal_text));
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::migration_step(MigrationStep& out) {
  if (!at(TokenKind::kName)) return unexpected("'define', 'alter', 'drop', 'migrate data' or '}'");
  if (at_word("migrate")) return migration_data(out.data.emplace());
  if (at_word("define") || at_word("alter") || at_word("drop"))
    return schema_statement(out.schema.emplace());
  return unknown_word("migration step", {"define", "alter", "drop", "migrate"});
}

Status Parser::migration_data(MigrationData& out) {
  out.at = here();
  AURORA_TRY(advance());
  AURORA_TRY(expect_word("data", "behind 'migrate'"));
  AURORA_TRY(expect_word("in", "and a collection"));
  AURORA_TRY(name(out.collection, "the name of a collection"));
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and the changes"));
  if (at(TokenKind::kBraceClose)) return unexpected("'set'");
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(check_length(out.rules.size(), "the list of changes"));
    AURORA_TRY(migration_rule(out.rules.emplace_back()));
  }
  return close(TokenKind::kBraceClose, "'}'");
}

/// `set a = expr [b = expr …] [where {…}]`.
Status Parser::migration_rule(MigrationData::Rule& out) {
  AURORA_TRY(expect_word("set", ""));
  AURORA_TRY(migration_set(out.sets.emplace_back()));
  while (at(TokenKind::kName)) {
    Token after;
    AURORA_TRY(peek(after));
    if (after.kind == TokenKind::kEqual || after.kind == TokenKind::kDot) {
      AURORA_TRY(check_length(out.sets.size(), "the list of changes"));
      AURORA_TRY(migration_set(out.sets.emplace_back()));
      continue;
    }
    if (at_word("set")) return {};
    AURORA_TRY(expect_word("where", "or 'set'"));
    if (!at(TokenKind::kBraceOpen)) return unexpected("'{' and conditions behind 'where'");
    return literal(out.where.emplace(), "where");
  }
  return {};
}

Status Parser::migration_set(MigrationSet& out) {
  AURORA_TRY(name(out.field, "the field to set"));
  while (continues(TokenKind::kDot)) {
    AURORA_TRY(advance());
    Name step;
    AURORA_TRY(name(step, "a field name behind '.'"));
    out.field.text.append(".").append(step.text);
  }
  if (!at(TokenKind::kEqual)) return unexpected("'=' after 'set " + out.field.text + "'");
  AURORA_TRY(advance());
  Height height = 0;
  return expression(out.value, height);
}

/// The tokens of [begin, end) joined by one blank, so that blanks, commas and comments do not
/// count; strings stand by their value.
Status Parser::normal_text(Offset begin, Offset end, std::string& out) const {
  Lexer lexer(lexer_.source());
  lexer.seek(begin);
  std::string value;
  for (Token token;;) {
    AURORA_TRY(lexer.next(token));
    if (token.at >= end || token.kind == TokenKind::kEnd) return {};
    if (!out.empty()) out += ' ';
    if (token.kind != TokenKind::kString && token.kind != TokenKind::kBlockString) {
      out += lexer.text(token);
      continue;
    }
    value.clear();
    AURORA_TRY(read_string(lexer.source(), token, value));
    append_quoted(out, value);
  }
}

}  // namespace aurora::aql
