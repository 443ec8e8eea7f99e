// Body of live queries. Called by watchers; calls the compilers of queries and the kinds of live results.
#include <aurora/reactive/live_query.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/directives.hpp>
#include <aurora/exec/projection.hpp>
#include <aurora/exec/query_arguments.hpp>
#include <aurora/reactive/live_read.hpp>
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
  return stands_in(text.operation.directives) || stands_in(text.operation.selections.front().directives);
}

// @skip, @include and the roles; what else may stand on a query means nothing here.
Status check_directives(const LiveText& text, const std::vector<aql::Directive>& directives) {
  for (const auto& directive : directives) {
    if (directive.name.text == "useIndex") continue;
    if (directive.name.text == "explain")
      return text.bindings.error(directive.name.at, ErrorCode::kInvalidOperation,
                                 "@explain has no meaning for a watched query; explain the query itself");
    AURORA_ASSIGN(const bool included, exec::is_included(std::span(&directive, 1), text.bindings));
    if (!included)
      return text.bindings.error(directive.name.at, ErrorCode::kInvalidOperation,
                                 "@skip or @include left nothing of the watched query");
  }
  return {};
}

}  // namespace

Status LiveQuery::check_watchable() const {
  const auto& operation = text_.operation;
  if (operation.selections.size() != 1)
    return text_.bindings.error(operation.selections[1].at, ErrorCode::kInvalidOperation,
                                "a watched query has one root field; watch '" + operation.selections[1].key() +
                                    "' by itself");
  const auto& field = operation.selections.front();
  if (field.name.text == "__schema")
    return text_.bindings.error(field.at, ErrorCode::kInvalidOperation,
                                "'__schema' cannot be watched; listen to the changes of a collection");
  AURORA_TRY(check_directives(text_, operation.directives));
  return check_directives(text_, field.directives);
}

Result<std::unique_ptr<LiveResult>> LiveQuery::make(const Catalog& catalog) const {
  const auto& field = text_.operation.selections.front();
  const auto& bindings = text_.bindings;
  auto found = catalog.require(field.name.text);
  if (!found) return bindings.error(field.name.at, found.error().code(), found.error().message());
  const auto collection = *std::move(found);
  if (collection->id == kChangesCollection)
    return bindings.error(field.name.at, ErrorCode::kInvalidOperation,
                          "'_changes' is the log of changes and has none itself; watch a collection");
  AURORA_ASSIGN(auto query, exec::read_query_arguments(collection, field, bindings));
  std::unique_ptr<LiveResult> read = std::make_unique<LiveRead>(text_, query.search != nullptr);
  if (has_directive(text_, "useIndex")) return read;
  exec::Projection projection;
  if (!field.has_selections) {
    projection = exec::Projection::all_fields(*collection, bindings);
  } else {
    AURORA_ASSIGN(const auto selections,
                  exec::expand_selections(field.selections, collection->name, bindings, text_.fragments));
    const bool whole = std::any_of(selections.begin(), selections.end(), [&](const aql::Selection* selection) {
      return exec::is_collective(*collection, *selection);
    });
    if (whole) {
      AURORA_ASSIGN(auto totals, LiveTotals::make(std::move(query), selections, text_));
      return totals ? std::unique_ptr<LiveResult>(std::move(totals)) : std::move(read);
    }
    if (!LiveRows::suits(query)) return read;
    AURORA_ASSIGN(projection,
                  exec::Projection::compile(*collection, selections, {catalog, bindings, text_.fragments, true}));
  }
  if (!LiveRows::suits(query) || !projection.windows().empty()) return read;
  return std::unique_ptr<LiveResult>(std::make_unique<LiveRows>(std::move(query), std::move(projection), text_.settings));
}

Result<std::unique_ptr<LiveResult>> LiveQuery::read(View& view) const {
  AURORA_ASSIGN(auto result, make(view.catalog()));
  AURORA_TRY(result->read(view));
  return result;
}

Result<std::unique_ptr<LiveQuery>> LiveQuery::open(const LiveText& text, View& view) {
  std::unique_ptr<LiveQuery> live(new LiveQuery(text));
  AURORA_TRY(live->check_watchable());
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
  const auto& field = text_.operation.selections.front();
  stale_ = true;
  auto fresh = read(view);
  if (!fresh) return fresh.error().path().empty() ? fresh.error().under(field.key()) : fresh.error();
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
