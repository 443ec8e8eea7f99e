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

#include <algorithm>
#include <array>
#include <map>

namespace aurora::exec {

using plan::Bindings;

/// As it runs. Immutable, but for what is compiled of it.
struct Handlers::Handler {
  std::string name;
  std::string event;        ///< insert, update, delete or *
  std::string collection;
  aql::Literal where;       ///< kNull: every change
  std::string text;         ///< that `action` was parsed from
  aql::Selection action;
  std::vector<Placeholder> placeholders;
  mutable plan::CompiledParts compiled;
};

namespace {

constexpr std::array<std::string_view, 4> kEvents{"insert", "update", "delete", "*"};

struct Event {
  std::string kind;
  std::string collection;
};

// "insert:orders" or "insert orders".
Result<Event> event_of(std::string_view on) {
  constexpr std::string_view kBlanks = " \t\r\n";
  const auto malformed = [&](std::string hint) {
    return Error(ErrorCode::kInvalidDefinition,
                 "'on' takes an event and a collection, as \"insert:orders\", where the event is insert, update, "
                 "delete or *; found \"" + std::string(on) + "\"" + hint);
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
  event.collection = rest.substr(0, std::min(rest.find_first_of(kBlanks), rest.size()));
  rest.remove_prefix(event.collection.size());
  skip_blanks();
  if (event.collection.empty() || !rest.empty()) return malformed({});
  return event;
}

// A stored action is one mutation; the grammar has a place for it inside a handler.
std::string text_around(std::string_view action) {
  return "define handler \"h\" { on: \"*\" action: { " + std::string(action) + " } }";
}

Result<std::shared_ptr<Handlers::Handler>> make_handler(std::string name, std::string_view on, const Value& where,
                                                        std::string_view action, const aql::Limits& limits) {
  auto handler = std::make_shared<Handlers::Handler>();
  handler->name = std::move(name);
  AURORA_ASSIGN(auto event, event_of(on));
  handler->event = std::move(event.kind);
  handler->collection = std::move(event.collection);
  handler->where = plan::to_literal(where, 0);
  handler->text = text_around(action);
  auto room = limits;   // what was accepted inside another text is accepted here
  room.text_bytes = std::max<std::size_t>(room.text_bytes, handler->text.size());
  AURORA_ASSIGN(auto document, aql::parse(handler->text, room));
  handler->action = std::move(document.operations.front().handler.action);
  AURORA_ASSIGN(handler->placeholders, take_placeholders(handler->action));
  return handler;
}

bool fires(const Handlers::Handler& handler, const CollectionDef& collection, const Change& change) {
  if (handler.collection != collection.name) return false;
  if (handler.event == "*") return true;
  return handler.event == (!change.before ? "insert" : !change.after ? "delete" : "update");
}

Error in_handler(const Handlers::Handler& handler, const Error& error) {
  if (error.message().starts_with("handler '")) return Error(error.code(), error.message());
  return Error(error.code(), "handler '" + handler.name + "': " + error.message());
}

// The collections that the action names must be there when it is defined.
Status check_collections(const Catalog& catalog, const aql::Selection& action, const Bindings& bindings,
                         aql::Offset at) {
  if (action.name.text == "transaction") {
    for (const auto& step : action.selections) AURORA_TRY(check_collections(catalog, step, bindings, at));
    return {};
  }
  for (const auto& argument : action.arguments) {
    if (argument.name.text != "collection" || argument.value.kind != aql::Literal::Kind::kString) continue;
    if (const auto found = catalog.require(argument.value.text); !found)
      return bindings.error(at, found.error().code(), found.error().message());
  }
  return {};
}

Result<std::vector<Row>> stored_handlers(WriteView& view, const std::string* name, const Bindings& bindings,
                                         const ExecSettings& settings) {
  DocumentQuery query;
  query.collection = view.catalog().find(kHandlersCollection);
  query.filter = plan::match_all(query.collection);
  if (name != nullptr) {
    auto own = bindings;
    own.compiled = nullptr;   // it knows parts by their place in the text's own tree
    const Value wanted(Object{{"name", Value(*name)}});
    AURORA_ASSIGN(query.filter, plan::compile_filter(query.collection, plan::to_literal(wanted, 0), own));
  }
  return select(view, query, settings, nullptr);
}

std::string answer(std::string_view name, std::string_view status) {
  std::string json = "{\"name\":";
  append_json_string(json, name);
  return json + ",\"status\":\"" + std::string(status) + "\"}";
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

  const auto handlers = view.catalog().find(kHandlersCollection);
  Object fields{{"name", Value(handler.name)},
                {"on", Value(handler.event + ":" + handler.collection)},
                {"where", std::move(where)},
                {"action", Value(written.action_text)},
                {"created_at", Value(view.now())}};
  AURORA_ASSIGN(const auto rows, stored_handlers(view, &handler.name, bindings, settings));
  if (rows.empty()) {
    const auto mark = view.savepoint();
    AURORA_ASSIGN(auto record, make_record(view, *handlers, fields));
    AURORA_TRY(view.insert(*handlers, std::move(record)));
    AURORA_TRY(view.check_unique(mark));
    return answer(handler.name, "created");
  }
  const auto& row = rows.front();
  AURORA_ASSIGN(const auto changed, check_update(*handlers, std::move(fields), view.now()));
  AURORA_ASSIGN(auto record, merge_record(*handlers, row.record.view(), changed, view.max_document_bytes()));
  AURORA_TRY(view.replace(*handlers, row.ordinal, std::move(record)));
  return answer(handler.name, "replaced");
}

Result<std::string> drop_handler(WriteView& view, const aql::Name& name, const Bindings& bindings,
                                 const ExecSettings& settings) {
  const auto handlers = view.catalog().find(kHandlersCollection);
  AURORA_ASSIGN(const auto rows, stored_handlers(view, &name.text, bindings, settings));
  if (!rows.empty()) {
    AURORA_TRY(view.erase(*handlers, rows.front().ordinal));
    return answer(name.text, "dropped");
  }
  AURORA_ASSIGN(const auto all, stored_handlers(view, nullptr, bindings, settings));
  std::vector<std::string_view> names;
  for (const auto& row : all)
    names.push_back(stored_text(*handlers, "name", row.record.view()));
  return bindings.error(name.at, ErrorCode::kNotFound,
                        "there is no handler '" + name.text + "'" + did_you_mean(name.text, names));
}

Result<std::shared_ptr<const Handlers::Set>> Handlers::load(WriteView& view, const aql::Limits& limits) const {
  AURORA_ASSIGN(const auto* version, view.collection(kHandlersCollection));
  if (view.keeps_reads()) view.on_read(kHandlersCollection, plan::match_all(version->definition));
  const auto* pending = view.pending(kHandlersCollection);
  if (pending == nullptr) {
    if (version->live.empty()) return std::shared_ptr<const Set>();
    const std::lock_guard lock(mutex_);
    if (known_ && known_at_ == version->changed_at) return known_;
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
                                text("action"), limits);
    if (!handler)
      return Error(ErrorCode::kCorruption, "a stored handler cannot be read: " + handler.error().message());
    set->push_back(*std::move(handler));
  }
  if (pending == nullptr) {
    const std::lock_guard lock(mutex_);
    known_ = set;
    known_at_ = version->changed_at;
  }
  return std::shared_ptr<const Set>(std::move(set));
}

Status Handlers::fire(WriteView& view, Savepoint since, const Bindings& bindings, const ExecSettings& settings,
                      std::size_t depth) const {
  AURORA_ASSIGN(const auto set, load(view, bindings.limits));
  if (!set || set->empty()) return {};
  const std::vector<aql::FragmentDefinition> no_fragments;
  for (const auto& change : view.changes_since(since)) {
    const auto collection = view.catalog().find(change.collection);
    if (!collection || collection->system) continue;
    for (const auto& handler : *set) {
      if (!fires(*handler, *collection, change)) continue;
      Bindings own;
      own.text = handler->text;
      own.now = bindings.now;
      own.limits = bindings.limits;
      own.role = bindings.role;
      own.writing = true;
      own.compiled = &handler->compiled;
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
