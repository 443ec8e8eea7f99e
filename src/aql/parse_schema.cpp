// Types and the statements of a schema block: define, alter, drop.
// Called for schema blocks, migrations and (types only) variable definitions.
#include "aql/parse.hpp"

#include <aurora/base/try.hpp>

namespace aurora::aql {

Status Parser::type(TypeReference& out) {
  out.at = here();
  if (at(TokenKind::kBracketOpen)) {
    out.kind = TypeReference::Kind::kList;
    out.element = std::make_unique<TypeReference>();
    AURORA_TRY(open(TokenKind::kBracketOpen, "'['"));
    AURORA_TRY(type(*out.element));
    AURORA_TRY(close(TokenKind::kBracketClose, "']' behind the element type"));
  } else if (at(TokenKind::kBraceOpen)) {
    out.kind = TypeReference::Kind::kObject;
    AURORA_TRY(field_definitions(out.fields, nullptr));
  } else {
    AURORA_TRY(name(out.name, "a type"));
  }
  if (at(TokenKind::kBangEqual)) {  // "Int!=5" is '!' and '='
    out.required = true;
    token_.kind = TokenKind::kEqual;
    ++token_.at;
    return {};
  }
  if (!at(TokenKind::kBang)) return {};
  out.required = true;
  return advance();
}

Status Parser::field_definition(FieldDefinition& out) {
  AURORA_TRY(name(out.name, "a field name"));
  if (!at(TokenKind::kColon))
    return unexpected("':' and a type after field '" + out.name.text + "'");
  AURORA_TRY(advance());
  AURORA_TRY(type(out.type));
  while (at(TokenKind::kEqual) || at(TokenKind::kAt)) {
    if (at(TokenKind::kEqual)) {
      if (out.default_value) return unexpected("only one default");
      AURORA_TRY(advance());
      variables_allowed_ = false;
      AURORA_TRY(literal(out.default_value.emplace(), out.name.text));
      variables_allowed_ = true;
      continue;
    }
    Token after;
    AURORA_TRY(peek(after));
    if (after.kind == TokenKind::kAt) break;  // a rule
    AURORA_TRY(check_length(out.directives.size(), "the list of directives"));
    AURORA_TRY(directive(out.directives.emplace_back()));
  }
  return {};
}

/// Fields in braces. `rules` takes the @@… of a collection; null where there can be none.
Status Parser::field_definitions(std::vector<FieldDefinition>& fields,
                                 std::vector<Directive>* rules) {
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and the fields"));
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(check_length(fields.size(), "the list of fields"));
    if (rules != nullptr && at(TokenKind::kAt)) {
      AURORA_TRY(check_length(rules->size(), "the list of rules"));
      AURORA_TRY(rule(rules->emplace_back()));
    } else if (at(TokenKind::kName)) {
      AURORA_TRY(field_definition(fields.emplace_back()));
    } else {
      return unexpected(rules != nullptr ? "a field, a rule '@@…' or '}'" : "a field or '}'");
    }
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::rule(Directive& out) {
  AURORA_TRY(expect(TokenKind::kAt, "'@@'"));
  if (!at(TokenKind::kAt))
    return unexpected("a second '@': a rule of a collection begins with '@@'");
  AURORA_TRY(advance());
  AURORA_TRY(name(out.name, "the name of a rule behind '@@'"));
  if (at(TokenKind::kParenOpen)) return arguments(out.arguments);
  return {};
}

Status Parser::schema_block(std::vector<SchemaStatement>& out) {
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' behind 'schema'"));
  if (at(TokenKind::kBraceClose)) return unexpected("'define', 'alter' or 'drop'");
  while (!at(TokenKind::kBraceClose)) {
    if (!at(TokenKind::kName)) return unexpected("'define', 'alter', 'drop' or '}'");
    AURORA_TRY(schema_statement(out.emplace_back()));
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::schema_statement(SchemaStatement& out) {
  out.at = here();
  if (at_word("define")) {
    out.kind = SchemaStatement::Kind::kDefine;
    AURORA_TRY(advance());
    AURORA_TRY(collection_word("define"));
    return define_collection(out.definition);
  }
  if (at_word("alter")) {
    out.kind = SchemaStatement::Kind::kAlter;
    AURORA_TRY(advance());
    AURORA_TRY(collection_word("alter"));
    return alter_collection(out);
  }
  if (!at_word("drop")) return unknown_word("schema statement", {"define", "alter", "drop"});
  out.kind = SchemaStatement::Kind::kDrop;
  AURORA_TRY(advance());
  AURORA_TRY(collection_word("drop"));
  AURORA_TRY(name(out.collection, "the name of a collection"));
  if (!at_word("if")) return {};
  AURORA_TRY(advance());
  out.if_exists = true;
  return expect_word("exists", "behind 'if'");
}

Status Parser::collection_word(std::string_view verb) {
  return expect_word("collection", "behind '" + std::string(verb) + "'");
}

Status Parser::define_collection(CollectionDefinition& out) {
  AURORA_TRY(name(out.name, "the name of a collection"));
  const auto if_not_exists = [&]() -> Status {
    if (out.if_not_exists || !at_word("if")) return {};
    AURORA_TRY(advance());
    AURORA_TRY(expect_word("not", "behind 'if'"));
    out.if_not_exists = true;
    return expect_word("exists", "behind 'if not'");
  };
  AURORA_TRY(if_not_exists());
  AURORA_TRY(directives(out.directives));
  AURORA_TRY(if_not_exists());
  return field_definitions(out.fields, &out.rules);
}

Status Parser::alter_collection(SchemaStatement& out) {
  AURORA_TRY(name(out.collection, "the name of a collection"));
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and the changes"));
  if (at(TokenKind::kBraceClose)) return unexpected("'add', 'drop', 'rename' or 'modify'");
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(check_length(out.steps.size(), "the list of changes"));
    AURORA_TRY(alter_step(out.steps.emplace_back()));
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::alter_step(AlterStep& out) {
  out.at = here();
  if (at(TokenKind::kAt)) {
    out.kind = AlterStep::Kind::kAddRule;
    return rule(out.rule);
  }
  if (!at(TokenKind::kName)) return unexpected("'add', 'drop', 'rename', 'modify' or '}'");
  if (at_word("add")) {
    AURORA_TRY(advance());
    if (at(TokenKind::kAt)) {
      out.kind = AlterStep::Kind::kAddRule;
      return rule(out.rule);
    }
    out.kind = AlterStep::Kind::kAdd;
    return field_definition(out.field);
  }
  if (at_word("modify")) {
    AURORA_TRY(advance());
    out.kind = AlterStep::Kind::kModify;
    return field_definition(out.field);
  }
  if (at_word("drop")) {
    AURORA_TRY(advance());
    out.kind = AlterStep::Kind::kDrop;
    return name(out.name, "the field to drop");
  }
  if (!at_word("rename")) return unknown_word("change", {"add", "drop", "rename", "modify"});
  AURORA_TRY(advance());
  out.kind = AlterStep::Kind::kRename;
  AURORA_TRY(name(out.name, "the field to rename"));
  AURORA_TRY(expect_word("to", "and the new name"));
  return name(out.new_name, "the new name of the field");
}

}  // namespace aurora::aql
