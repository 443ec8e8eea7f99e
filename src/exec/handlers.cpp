// Body of handlers. Called by mutations, migrations, document calls and the statement runner; calls the executor again for
// the actions.
#include <aurora/exec/handlers.hpp>

#include <aurora/aql/parser.hpp>
#include <aurora/base/nearest.hpp>
#include <aurora/base/try.hpp>
#include <aurora/exec/arguments.hpp>
#include <aurora/exec/document_write.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/plan/compiled_parts.hpp>
#include <aurora/plan/filter_compiler.hpp>
#include <aurora/schema/system_collections.hpp>

#include "handler_action.hpp"
#include "named_records.hpp"

#include <algorithm>
#include <array>
#include <map>

namespace aurora::exec {

using plan::Bindings;

/// As it runs. Immutable, but for what is compiled of it.
struct Handlers::Handler {
  std::string name;
  std::string event;        ///< insert, update, delete or *; enter, leave
  std::string query;        ///< of enter and leave: the named query; else empty
  std::string collection;   ///< empty: the query is gone
  aql::Literal filter;      ///< that of the query
  aql::Literal where;       ///< kNull: every change
  std::string text;         ///< that `action` was parsed from
  aql::Selection action;
  std::vector<Placeholder> placeholders;
  mutable plan::CompiledParts compiled;
};

namespace {

constexpr std::array<std::string_view, 6> kEvents{"insert", "update", "delete", "*", "enter", "leave"};

struct Event {
  std::string kind;
  std::string collection;   // of enter and leave: the named query
  [[nodiscard]] bool is_transition() const { return kind == "enter" || kind == "leave"; }
};

// "insert:orders" or "insert orders"; "enter:name of a query".
Result<Event> event_of(std::string_view on) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto malformed = [&](std::string hint) {
    return Error(ErrorCode::kInvalidDefinition,
                 "'on' takes an event and a collection, as \"insert:orders\", where the event is insert, update, "
                 "delete or *, or enter or leave and a named query, as \"enter:big\"; found \"" + std::string(on) + "\"" + hint);
  };
  auto rest = on.substr(std::min(on.find_first_not_of(kBlanks), on.size()));
  const auto end = std::min(rest.find_first_of(": \t\r\n"), rest.size());
  Event event{std::string(rest.substr(0, end)), {}};
  if (std::find(kEvents.begin(), kEvents.end(), event.kind) == kEvents.end())
    return malformed(did_you_mean(event.kind, kEvents));
  rest.remove_prefix(end);
  const auto skip_blanks = [&] { rest.remove_prefix(std::min(rest.find_first_not_of(kBlanks), rest.size())); };
  skip_blanks();
  if (rest.starts_with(':')) rest.remove_prefix(1);
  skip_blanks();
  const auto last = event.is_transition() ? rest.find_last_not_of(kBlanks) + 1 : rest.find_first_of(kBlanks);
  event.collection = rest.substr(0, std::min(last, rest.size()));
  rest.remove_prefix(event.collection.size());
  skip_blanks();
  if (event.collection.empty() || !rest.empty()) return malformed({});
  return event;
}

Result<std::shared_ptr<Handlers::Handler>> make_handler(std::string name, std::string_view on, const Value& where,
                                                        std::string_view action, const aql::Limits& limits) {
  auto handler = std::make_shared<Handlers::Handler>();
  handler->name = std::move(name);
  AURORA_ASSIGN(auto event, event_of(on));
  (event.is_transition() ? handler->query : handler->collection) = std::move(event.collection);
  handler->event = std::move(event.kind);
  handler->where = plan::to_literal(where, 0);
  handler->text = text_around(action);
  auto room = limits;   // what was accepted inside another text is accepted here
  room.text_bytes = std::max<std::size_t>(room.text_bytes, handler->text.size());
  AURORA_ASSIGN(auto document, aql::parse(handler->text, room));
  handler->action = std::move(document.operations.front().handler.action);
  AURORA_ASSIGN(handler->placeholders, take_placeholders(handler->action));
  return handler;
}

// Whether the change is of its kind; of enter and leave any may be.
bool may_fire(const Handlers::Handler& handler, const CollectionDef& collection, const Change& change) {
  if (handler.collection != collection.name) return false;
  if (handler.event == "*" || !handler.query.empty()) return true;
  return handler.event == (!change.before ? "insert" : !change.after ? "delete" : "update");
}

Error in_handler(const Handlers::Handler& handler, const Error& error) {
  if (error.message().starts_with("handler '")) return Error(error.code(), error.message());
  return Error(error.code(), "handler '" + handler.name + "': " + error.message());
}

// The collection and the filter of the query that an event names; the collection stays empty when there is none.
Status find_query(WriteView& view, Handlers::Handler& handler, const Bindings& bindings, const ExecSettings& settings) {
  AURORA_ASSIGN(const auto rows, named_records(view, kQueriesCollection, &handler.query, bindings, settings));
  if (rows.empty()) return {};
  const auto queries = view.catalog().find(kQueriesCollection);
  const auto record = rows.front().record.view();
  handler.collection = stored_text(*queries, "collection", record);
  handler.filter = plan::to_literal(Value(read_field(*queries, *queries->find("where"), record)), 0);
  return {};
}

// Errors: NotFound with the nearest name.
Status require_query(WriteView& view, const Handlers::Handler& handler, aql::Offset at, const Bindings& bindings,
                     const ExecSettings& settings) {
  if (handler.query.empty() || !handler.collection.empty()) return {};
  AURORA_ASSIGN(const auto all, named_records(view, kQueriesCollection, nullptr, bindings, settings));
  std::vector<std::string_view> names;
  for (const auto& row : all)
    names.push_back(stored_text(*view.catalog().find(kQueriesCollection), "name", row.record.view()));
  auto hint = did_you_mean(handler.query, names);
  if (hint.empty()) hint = "; define query \"" + handler.query + "\" { … } makes one";
  return bindings.error(at, ErrorCode::kNotFound, "there is no named query '" + handler.query + "'" + hint);
}

// Whether the document is in the query after the change and was not before, or the other way round.
Result<bool> crosses(const Handlers::Handler& handler, const Catalog::Entry& collection, const Change& change,
                     const Bindings& bindings) {
  const auto filter = plan::filter_of(collection, plan::Argument{&handler.filter, {}}, bindings);
  if (!filter) return filter.error();
  const bool was = change.before && (*filter)->matches(change.before.view());
  const bool is = change.after && (*filter)->matches(change.after.view());
  return handler.event == "enter" ? is && !was : was && !is;
}

}  // namespace

Result<std::string> define_handler(WriteView& view, const aql::HandlerDefinition& written, const Bindings& bindings,
                                   const ExecSettings& settings) {
  const auto placed = [&](aql::Offset at, const Error& error) {
    return bindings.error(at, error.code(), error.message());
  };
  Value where;
  if (written.where) {
    AURORA_ASSIGN(where, plan::resolve(*written.where, bindings));
  }
  const auto event = event_of(written.on);
  if (!event) return placed(written.on_at, event.error());
  auto made = make_handler(written.name.text, written.on, where, written.action_text, bindings.limits);
  if (!made) return placed(written.action.at, made.error());
  if (!(*made)->query.empty()) {
    AURORA_TRY(find_query(view, **made, bindings, settings));
    AURORA_TRY(require_query(view, **made, written.on_at, bindings, settings));
  }
  const auto& handler = **made;
  const auto collection = view.catalog().require(handler.collection);
  if (!collection) return placed(written.on_at, collection.error());
  if ((*collection)->system)
    return bindings.error(written.on_at, ErrorCode::kInvalidOperation,
                          "a handler cannot listen to the system collection '" + handler.collection + "'");
  auto own = bindings;
  own.compiled = nullptr;   // the definition runs once
  if (written.where) AURORA_TRY(plan::compile_filter(*collection, *written.where, own));
  if (const auto known = check_placeholders(handler.placeholders, **collection); !known)
    return placed(written.action.at, known.error());
  AURORA_TRY(check_collections(view.catalog(), handler.action, bindings, written.action.at));

  Object fields{{"name", Value(handler.name)},
                {"on", Value(handler.event + ":" + (handler.query.empty() ? handler.collection : handler.query))},
                {"where", std::move(where)},
                {"action", Value(written.action_text)},
                {"created_at", Value(view.now())}};
  AURORA_ASSIGN(const auto rows, named_records(view, kHandlersCollection, &handler.name, bindings, settings));
  AURORA_TRY(put_named(view, kHandlersCollection, rows.empty() ? nullptr : &rows.front(), std::move(fields)));
  return named_answer(handler.name, rows.empty() ? "created" : "replaced");
}

Result<std::string> drop_handler(WriteView& view, const aql::Name& name, const Bindings& bindings,
                                 const ExecSettings& settings) {
  return drop_named(view, kHandlersCollection, "handler", name, bindings, settings);
}

Result<std::shared_ptr<const Handlers::Set>> Handlers::load(WriteView& view, const Bindings& bindings,
                                                                  const ExecSettings& settings) const {
  AURORA_ASSIGN(const auto* version, view.collection(kHandlersCollection));
  if (view.keeps_reads()) view.on_read(kHandlersCollection, plan::match_all(version->definition));
  const auto* pending = view.pending(kHandlersCollection);
  AURORA_ASSIGN(const auto* queries, view.collection(kQueriesCollection));
  const bool is_committed = pending == nullptr && view.pending(kQueriesCollection) == nullptr;
  const auto state = std::max(version->changed_at, queries->changed_at);
  if (pending == nullptr && version->live.empty()) return std::shared_ptr<const Set>();
  if (is_committed) {
    const std::lock_guard lock(mutex_);
    if (known_ && known_at_ == state) return known_;
  }
  std::map<Ordinal, RecordRef> records;   // in the order of their definition
  AURORA_TRY(view.scan(kHandlersCollection, all_documents(*version, pending), [&](Ordinal ordinal, const RecordRef& record) {
    records.emplace(ordinal, record);
    return true;
  }));
  auto set = std::make_shared<Set>();
  const auto& collection = *version->definition;
  for (const auto& [ordinal, record] : records) {
    const auto text = [&, &stored = record](std::string_view name) {
      return stored_text(collection, name, stored.view());
    };
    auto handler = make_handler(std::string(text("name")), text("on"),
                                Value(read_field(collection, *collection.find("where"), record.view())),
                                text("action"), bindings.limits);
    if (!handler)
      return Error(ErrorCode::kCorruption, "a stored handler cannot be read: " + handler.error().message());
    if (!(*handler)->query.empty()) {
      if (view.keeps_reads()) view.on_read(kQueriesCollection, plan::match_all(queries->definition));
      AURORA_TRY(find_query(view, **handler, bindings, settings));
    }
    set->push_back(*std::move(handler));
  }
  if (is_committed) {
    const std::lock_guard lock(mutex_);
    known_ = set;
    known_at_ = state;
  }
  return std::shared_ptr<const Set>(std::move(set));
}

Status Handlers::fire(WriteView& view, Savepoint since, const Bindings& bindings, const ExecSettings& settings,
                      std::size_t depth) const {
  AURORA_ASSIGN(const auto set, load(view, bindings, settings));
  if (!set || set->empty()) return {};
  const std::vector<aql::FragmentDefinition> no_fragments;
  for (const auto& change : view.changes_since(since)) {
    const auto collection = view.catalog().find(change.collection);
    if (!collection || collection->system) continue;
    for (const auto& handler : *set) {
      if (!may_fire(*handler, *collection, change)) continue;
      Bindings own;
      own.text = handler->text;
      own.now = bindings.now;
      own.limits = bindings.limits;
      own.role = bindings.role;
      own.writing = true;
      own.compiled = &handler->compiled;
      if (!handler->query.empty()) {
        const auto crossed = crosses(*handler, collection, change, own);
        if (!crossed) return in_handler(*handler, crossed.error());
        if (!*crossed) continue;
      }
      if (handler->where.kind != aql::Literal::Kind::kNull) {
        const auto filter = plan::filter_of(collection, plan::Argument{&handler->where, {}}, own);
        if (!filter) return in_handler(*handler, filter.error());
        if (!(*filter)->matches((change.after ? change.after : change.before).view())) continue;
      }
      if (depth >= kMaxDepth)
        return Error(ErrorCode::kLimitExceeded, "handler '" + handler->name + "' is more than " +
                                                    std::to_string(kMaxDepth) +
                                                    " handlers deep, each fired by the one before");
      const auto variables = fill_placeholders(handler->placeholders, view.catalog(), *collection, change, own.now);
      if (!variables) return in_handler(*handler, variables.error());
      own.variables = &*variables;
      const auto included = is_included(handler->action.directives, own);
      if (!included) return in_handler(*handler, included.error());
      if (!*included) continue;
      const auto done = run_mutation(view, handler->action,
                                     {own, no_fragments, settings, transfer_, this, depth + 1});
      if (!done) return in_handler(*handler, done.error());
    }
  }
  return {};
}

}  // namespace aurora::exec
