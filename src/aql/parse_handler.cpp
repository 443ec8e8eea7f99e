// `define handler` and `drop handler`.
// Called at the top of the grammar; the action is a mutation field.
#include "aql/parse.hpp"
#include "aql/unique.hpp"

#include <aurora/base/try.hpp>

namespace aurora::aql {

namespace {

constexpr std::string_view kCollectionHint =
    "'handler'; collections are defined and dropped inside 'schema { … }'";

}  // namespace

Status Parser::define_handler(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.kind = Operation::Kind::kDefineHandler;
  operation.at = here();
  AURORA_TRY(advance());
  HandlerDefinition& handler = operation.handler;
  handler.at = here();
  if (at_word("collection")) return unexpected(kCollectionHint);
  AURORA_TRY(expect_word("handler", "behind 'define'"));
  AURORA_TRY(quoted_name(handler.name, "the name of the handler in quotes"));
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{'"));
  std::vector<Name> given;
  while (!at(TokenKind::kBraceClose)) {
    AURORA_TRY(handler_property(handler, given));
    for (std::size_t i = 0; i + 1 < given.size(); ++i)
      if (given[i].text == given.back().text)
        return fail(given.back().at, "'" + given.back().text + "' is given twice");
  }
  for (const std::string_view needed : {"on", "action"}) {
    bool found = false;
    for (const Name& property : given) found = found || property.text == needed;
    if (!found) return unexpected("'" + std::string(needed) + ":', which every handler has");
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::handler_property(HandlerDefinition& out, std::vector<Name>& given) {
  if (!at(TokenKind::kName)) return unexpected("'on', 'where', 'action' or '}'");
  if (!at_word("on") && !at_word("where") && !at_word("action"))
    return unknown_word("handler property", {"on", "where", "action"});
  Name& property = given.emplace_back();
  AURORA_TRY(name(property, "a property"));
  if (!at(TokenKind::kColon)) return unexpected("':' after '" + property.text + "'");
  AURORA_TRY(advance());
  if (property.text == "action") return handler_action(out);
  if (property.text == "where") {
    if (!at(TokenKind::kBraceOpen)) return unexpected("'{' and conditions behind 'where:'");
    return literal(out.where.emplace(), "where");
  }
  Name on;
  AURORA_TRY(quoted_name(on, "an event in quotes, as \"insert:orders\""));
  out.on = std::move(on.text);
  out.on_at = on.at;
  return {};
}

Status Parser::handler_action(HandlerDefinition& out) {
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and a mutation"));
  if (at(TokenKind::kBraceClose)) return unexpected("a mutation");
  const Offset begin = token_.at;
  in_action_ = true;
  AURORA_TRY(selection(out.action, Site::kAction));
  in_action_ = false;
  if (!at(TokenKind::kBraceClose))
    return unexpected("'}': a handler has one action, which may be a transaction");
  out.action_text = lexer_.source().text.substr(begin, previous_end_ - begin);
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::drop_handler(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.kind = Operation::Kind::kDropHandler;
  operation.at = here();
  AURORA_TRY(advance());
  operation.handler.at = here();
  if (at_word("collection")) return unexpected(kCollectionHint);
  AURORA_TRY(expect_word("handler", "behind 'drop'"));
  return quoted_name(operation.handler.name, "the name of the handler in quotes");
}

}  // namespace aurora::aql
