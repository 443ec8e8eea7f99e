// `define handler`, `define query` and `drop` of what was defined so.
// Called at the top of the grammar; the action is a mutation field.
#include "aql/parse.hpp"
#include "aql/unique.hpp"

#include <aurora/base/try.hpp>

namespace aurora::aql {

namespace {

constexpr std::string_view kCollectionHint =
    "'handler'; collections are defined and dropped inside 'schema { … }'";

}  // namespace

Status Parser::define_operation(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.at = here();
  AURORA_TRY(advance());
  operation.handler.at = here();
  if (at_word("collection")) return unexpected(kCollectionHint);
  if (at_word("query")) return define_query(operation);
  operation.kind = Operation::Kind::kDefineHandler;
  AURORA_TRY(expect_word("handler", "behind 'define'"));
  return define_handler(operation);
}

Status Parser::drop_operation(Document& out) {
  Operation& operation = out.operations.emplace_back();
  operation.at = here();
  AURORA_TRY(advance());
  operation.handler.at = here();
  if (at_word("collection")) return unexpected(kCollectionHint);
  if (at_word("schedule")) {
    operation.kind = Operation::Kind::kDropSchedule;
    AURORA_TRY(advance());
    return quoted_name(operation.handler.name, "the name of the schedule in quotes");
  }
  if (at_word("query")) {
    operation.kind = Operation::Kind::kDropQuery;
    AURORA_TRY(advance());
    return quoted_name(operation.handler.name, "the name of the query in quotes");
  }
  operation.kind = Operation::Kind::kDropHandler;
  AURORA_TRY(expect_word("handler", "behind 'drop'"));
  return quoted_name(operation.handler.name, "the name of the handler in quotes");
}

/// `{ name: … name: … }`; each word at most once, those of `needed` given. `owner` is what has them.
Status Parser::properties(std::string_view owner, std::initializer_list<std::string_view> known,
                          std::initializer_list<std::string_view> needed,
                          const std::function<Status(Name& property)>& each) {
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{'"));
  std::vector<Name> given;
  while (!at(TokenKind::kBraceClose)) {
    if (!at(TokenKind::kName)) {
      std::string words;
      for (const auto word : known) words.append("'").append(word).append("', ");
      words.replace(words.size() - 2, 2, " or '}'");
      return unexpected(words);
    }
    bool is_known = false;
    for (const auto word : known) is_known = is_known || at_word(word);
    if (!is_known) return unknown_word(std::string(owner) + " property", known);
    Name& property = given.emplace_back();
    AURORA_TRY(name(property, "a property"));
    if (!at(TokenKind::kColon)) return unexpected("':' after '" + property.text + "'");
    AURORA_TRY(advance());
    AURORA_TRY(each(property));
    for (std::size_t i = 0; i + 1 < given.size(); ++i)
      if (given[i].text == given.back().text)
        return fail(given.back().at, "'" + given.back().text + "' is given twice");
  }
  for (const std::string_view word : needed) {
    bool found = false;
    for (const Name& property : given) found = found || property.text == word;
    if (!found)
      return unexpected("'" + std::string(word) + ":', which every " + std::string(owner) + " has");
  }
  return close(TokenKind::kBraceClose, "'}'");
}

Status Parser::define_handler(Operation& operation) {
  HandlerDefinition& handler = operation.handler;
  AURORA_TRY(quoted_name(handler.name, "the name of the handler in quotes"));
  return properties("handler", {"on", "where", "action"}, {"on", "action"},
                    [&](Name& property) { return handler_property(handler, property); });
}

Status Parser::handler_property(HandlerDefinition& out, Name& property) {
  if (property.text == "action") return action(out, "handler");
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

Status Parser::action(HandlerDefinition& out, std::string_view owner) {
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and a mutation"));
  if (at(TokenKind::kBraceClose)) return unexpected("a mutation");
  const Offset begin = token_.at;
  in_action_ = true;
  AURORA_TRY(selection(out.action, Site::kAction));
  in_action_ = false;
  if (!at(TokenKind::kBraceClose))
    return unexpected("'}': a " + std::string(owner) +
                      " has one action, which may be a transaction");
  out.action_text = lexer_.source().text.substr(begin, previous_end_ - begin);
  return close(TokenKind::kBraceClose, "'}'");
}

/// A name for a filter: `define query "big" { orders(where: {…}) }`.
Status Parser::define_query(Operation& operation) {
  operation.kind = Operation::Kind::kDefineQuery;
  AURORA_TRY(advance());
  AURORA_TRY(quoted_name(operation.handler.name, "the name of the query in quotes"));
  AURORA_TRY(open(TokenKind::kBraceOpen, "'{' and a collection with its 'where'"));
  if (at(TokenKind::kBraceClose)) return unexpected("a collection with its 'where'");
  AURORA_TRY(selection(operation.selections.emplace_back(), Site::kQuery));
  if (!at(TokenKind::kBraceClose)) return unexpected("'}': a named query is of one collection");
  return close(TokenKind::kBraceClose, "'}'");
}

}  // namespace aurora::aql
