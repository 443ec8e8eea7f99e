// Body of live queries. Called by watchers; calls the compilers of queries and the kinds of live results.
#include <aurora/reactive/live_query.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/directives.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query_arguments.hpp>
#include <aurora/reactive/live_read.hpp>
#include <aurora/reactive/live_roots.hpp>
#include <aurora/reactive/live_rows.hpp>
#include <aurora/reactive/live_totals.hpp>
#include <aurora/schema/system_collections.hpp>

#include <algorithm>

namespace aurora::reactive {

namespace {

bool has_directive(const LiveText& text, std::string_view name) {
  const auto stands_in = [&](const std::vector<aql::Directive>& directives) {
    return std::any_of(directives.begin(), directives.end(),
                       [&](const aql::Directive& directive) { return directive.name.text == name; });
  };
  return stands_in(text.operation.directives) || stands_in(text.field->directives);
}

// @skip, @include and the roles; what else may stand on a query means nothing here. False: it is left out.
Result<bool> check_directives(const LiveText& text, const std::vector<aql::Directive>& directives) {
  bool included = true;
  for (const auto& directive : directives) {
    if (directive.name.text == "useIndex") continue;
    if (directive.name.text == "explain")
      return text.bindings.error(directive.name.at, ErrorCode::kInvalidOperation,
                                 "@explain has no meaning for a watched query; explain the query itself");
    AURORA_ASSIGN(const bool wanted, exec::is_included(std::span(&directive, 1), text.bindings));
    included = included && wanted;
  }
  return included;
}

std::optional<LiveRead::Searched> searched_by(const exec::DocumentQuery& query) {
  if (!query.search) return std::nullopt;
  LiveRead::Searched searched{query.collection, {}, true};
  for (const auto& field : query.search->fields()) searched.fields.push_back(field.path);
  for (const auto& term : query.order) searched.by_score = searched.by_score && term.score;
  if (query.distinct) searched.by_score = false;
  return searched;
}

}  // namespace

LiveQuery::LiveQuery(const LiveText& text) : text_(text) {}

Status LiveQuery::find_fields() {
  const auto& operation = text_.operation;
  AURORA_ASSIGN(bool included, check_directives(text_, operation.directives));
  for (const auto& field : operation.selections) {
    if (field.name.text == "__schema")
      return text_.bindings.error(field.at, ErrorCode::kInvalidOperation,
                                  "'__schema' cannot be watched; listen to the changes of a collection");
    for (const auto* other : fields_)
      if (other->key() == field.key())
        return text_.bindings.error(field.at, ErrorCode::kInvalidQuery,
                                    "'" + field.key() + "' stands twice in the watched query; give one an alias");
    AURORA_ASSIGN(const bool wanted, check_directives(text_, field.directives));
    if (included && wanted) fields_.push_back(&field);
  }
  if (fields_.empty())
    return text_.bindings.error(operation.selections.front().at, ErrorCode::kInvalidOperation,
                                "@skip or @include left nothing of the watched query");
  if (operation.selections.size() == 1) text_.field = fields_.front();
  return {};
}

Result<std::unique_ptr<LiveResult>> LiveQuery::make(const Catalog& catalog) const {
  if (text_.field != nullptr) return make_root(text_, catalog);
  auto roots = std::make_unique<LiveRoots>(text_);
  for (const auto* field : fields_) {
    auto& root = roots->add(*field);
    auto made = make_root(root.text, catalog);
    if (!made) return made.error().path().empty() ? made.error().under(field->key()) : made.error();
    root.result = *std::move(made);
  }
  return std::unique_ptr<LiveResult>(std::move(roots));
}

Result<std::unique_ptr<LiveResult>> LiveQuery::make_root(const LiveText& text, const Catalog& catalog) {
  const auto& field = *text.field;
  const auto& bindings = text.bindings;
  auto found = catalog.require(field.name.text);
  if (!found) return bindings.error(field.name.at, found.error().code(), found.error().message());
  const auto collection = *std::move(found);
  if (collection->id == kChangesCollection)
    return bindings.error(field.name.at, ErrorCode::kInvalidOperation,
                          "'_changes' is the log of changes and has none itself; watch a collection");
  AURORA_ASSIGN(auto query, exec::read_query_arguments(collection, field, bindings));
  std::unique_ptr<LiveResult> read = std::make_unique<LiveRead>(text, searched_by(query));
  if (has_directive(text, "useIndex")) return read;
  exec::Projection projection;
  if (!field.has_selections) {
    projection = exec::Projection::all_fields(*collection, bindings);
  } else {
    AURORA_ASSIGN(const auto selections,
                  exec::expand_selections(field.selections, collection->name, bindings, text.fragments));
    const bool whole = std::any_of(selections.begin(), selections.end(), [&](const aql::Selection* selection) {
      return exec::is_collective(*collection, *selection);
    });
    if (whole) {
      AURORA_ASSIGN(auto totals, LiveTotals::make(std::move(query), selections, text));
      return totals ? std::unique_ptr<LiveResult>(std::move(totals)) : std::move(read);
    }
    if (!LiveRows::suits(query)) return read;
    AURORA_ASSIGN(projection,
                  exec::Projection::compile(*collection, selections, {catalog, bindings, text.fragments, true}));
  }
  if (!LiveRows::suits(query) || !projection.windows().empty()) return read;
  return std::unique_ptr<LiveResult>(std::make_unique<LiveRows>(std::move(query), std::move(projection), text.settings));
}

Result<std::unique_ptr<LiveResult>> LiveQuery::read(View& view) const {
  AURORA_ASSIGN(auto result, make(view.catalog()));
  AURORA_TRY(result->read(view));
  return result;
}

Result<std::unique_ptr<LiveQuery>> LiveQuery::open(const LiveText& text, View& view) {
  std::unique_ptr<LiveQuery> live(new LiveQuery(text));
  AURORA_TRY(live->find_fields());
  LiveBatch first;
  AURORA_TRY(live->refresh(view, first));
  live->figures_ = {};
  return live;
}

bool LiveQuery::is_redefined(const Catalog& catalog) const {
  return std::any_of(definitions_.begin(), definitions_.end(), [&](const Catalog::Entry& definition) {
    return catalog.find(definition->id) != definition;
  });
}

Result<bool> LiveQuery::apply(const commit::Commit& commit, const ViewAt& view_at, LiveBatch& batch) {
  if (stale_) return false;
  if (commit.sequence <= sequence_) return true;
  ++figures_.commits;
  if (commit.catalog_changed && is_redefined(*commit.catalog)) {
    stale_ = true;
    return false;
  }
  auto effect = result_->apply(commit, view_at, batch.changes);
  if (!effect || *effect == LiveResult::Effect::kUnknown) {
    stale_ = true;
    return false;
  }
  if (*effect == LiveResult::Effect::kChanged) ++figures_.edits;
  if (*effect == LiveResult::Effect::kReread) ++figures_.requeries;
  sequence_ = batch.sequence = commit.sequence;
  return true;
}

Status LiveQuery::refresh(View& view, LiveBatch& batch) {
  stale_ = true;
  auto fresh = read(view);
  if (!fresh)
    return fresh.error().path().empty() && text_.field != nullptr ? fresh.error().under(text_.field->key()) : fresh.error();
  std::vector<Catalog::Entry> definitions;
  for (const auto& collection : view.catalog().collections())
    if ((*fresh)->depends_on(collection->id)) definitions.push_back(collection);
  if (result_) batch.changes = compare_lists(result_->list(), (*fresh)->list());
  result_ = *std::move(fresh);
  definitions_ = std::move(definitions);
  sequence_ = batch.sequence = view.sequence();
  stale_ = false;
  ++figures_.requeries;
  return {};
}

}  // namespace aurora::reactive
