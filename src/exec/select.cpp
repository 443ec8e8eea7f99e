// Body of document selection. Called by queries and mutations; calls the access planner and the view.
//
//   access ──► candidates ──► (uncommitted changes laid over) ──► filter ──► sort │ top-k │ index order ──► window
#include "column_filter.hpp"
#include "selector.hpp"

#include <aurora/base/try.hpp>
#include <aurora/exec/expiry.hpp>
#include <aurora/exec/key_search.hpp>
#include <aurora/exec/search.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>
#include <chrono>

namespace aurora::exec {

namespace {
// So few documents are read one by one, so that they stay hot; more are scanned, or told by columns.
constexpr std::uint64_t kPointReads = 64;
}  // namespace

Result<std::vector<Row>> Selector::rows() {
  const auto start = clock();
  if (query_.limit && *query_.limit == 0 && !query_.one_more && explanation_ == nullptr) return std::vector<Row>();
  std::vector<Row> found;
  AURORA_ASSIGN(const bool by_key, try_unique(found));
  if (by_key) return found;
  bool in_index_order = false;
  AURORA_ASSIGN(in_index_order, try_index_order(found));
  if (!in_index_order) {
    AURORA_TRY(choose());
    const bool stops_early = query_.limit && is_streamed();
    if (!stops_early) AURORA_TRY(narrow());
    if (is_streamed()) {
      const auto gather = [&](const RowAtHand& row) -> Status {
        if (found.empty()) found.reserve(row.most);
        found.push_back({row.ordinal, row.record, row.score});
        return {};
      };
      AURORA_TRY(stream(gather));
      if (walks_backward()) std::reverse(found.begin(), found.end());
    } else if (query_.search && query_.order.size() == 1 && query_.order.front().score && !query_.distinct) {
      AURORA_TRY(best_first(found));
    } else {
      AURORA_TRY(sort(found));
    }
  }
  finish(shown(query_, found.size()), start, shown(query_, found.size()));
  return found;
}

// One document by its primary or unique key, as most writes look for it: no sets are made, and nothing is chosen.
Result<bool> Selector::try_unique(std::vector<Row>& found) {
  const auto& root = query_.filter->root();
  const auto& collection = *query_.collection;
  const bool wanted = root.kind == FilterNode::Kind::kCompare && root.op == plan::FilterOp::kEq &&
                      root.subject == plan::Subject::kPath && root.field != nullptr && !root.multi_valued;
  if (!wanted || explanation_ != nullptr || pending_ != nullptr || query_.search || collection.ttl || query_.after ||
      query_.before || query_.offset > 0 || !settings_.use_indexes || query_.only_index != nullptr)
    return false;
  const auto key = root.operands.front().view();
  if (key.is_null() || key.type() == Type::kList || key.type() == Type::kObject) return false;
  const auto index = std::find_if(collection.indexes.begin(), collection.indexes.end(), [&](const IndexDef& each) {
    return is_unique(each.kind) && each.paths.size() == 1 && each.paths.front().field == root.path.field &&
           each.paths.front().rest == root.path.rest;
  });
  if (index == collection.indexes.end()) return false;
  const auto* entries = version_->index(index->id);
  if (entries == nullptr) return false;
  std::string bytes;
  append_key(bytes, key);
  cut_key(bytes);
  access_.indexes.push_back(index->name);
  if (const auto ordinal = entries->find_one(bytes)) {
    examined_ = 1;
    AURORA_ASSIGN(auto record, view_.record(collection.id, *ordinal));
    if (record && query_.filter->matches(root, record.view())) found.push_back({*ordinal, std::move(record), 0});
  }
  remember(found.size());
  return true;
}

Status Selector::each(const RowVisit& visit) {
  if (!is_streamed() || walks_backward()) {
    AURORA_ASSIGN(const auto found, rows());
    constexpr std::size_t kAhead = 8;   // records fetched before their turn
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (i + kAhead < found.size()) found[i + kAhead].record.prefetch();
      AURORA_TRY(visit({found[i].ordinal, found[i].record, found[i].score, found.size()}));
    }
    return {};
  }
  const auto start = clock();
  if (query_.limit && *query_.limit == 0 && !query_.one_more && explanation_ == nullptr) return {};
  AURORA_TRY(choose());
  if (!query_.limit) AURORA_TRY(narrow());
  AURORA_ASSIGN(const auto visited, stream(visit));
  finish(shown(query_, visited), start, shown(query_, visited));
  return {};
}

Status Selector::each_match(const std::function<Status(const Row&)>& visit,
                  const std::function<Result<bool>(IndexedMatches&)>& visit_all) {
  whole_ = true;
  const auto start = clock();
  AURORA_TRY(choose());
  AURORA_TRY(narrow());
  AURORA_ASSIGN(const bool done, try_visit_all(visit_all, start));
  if (done) return {};
  std::uint64_t matching = 0;
  Status failed;
  AURORA_TRY(visit_matches([&](Ordinal ordinal, const RecordRef& record) {
    ++matching;
    failed = visit({ordinal, record, score_of(ordinal)});
    return failed.has_value();
  }));
  AURORA_TRY(failed);
  finish(matching, start, matching);
  return {};
}

Result<bool> Selector::try_visit_all(const std::function<Result<bool>(IndexedMatches&)>& visit_all, Steady::time_point start) {
  if (!visit_all || !may_use_columns() || !access_.exact) return false;
  const auto& found_ordinals = committed();
  IndexedMatches matches{*query_.collection, *version_, found_ordinals, !access_.candidates,
                         column_source(found_ordinals.size())};
  AURORA_ASSIGN(const bool done, visit_all(matches));
  if (!done) return done;
  const auto found = matches.ordinals.size();
  if (!matches.columns_of.fields.empty()) looked_at_ = std::max(looked_at_, found);
  if (explanation_ == nullptr) {
    if (settings_.shapes != nullptr) {
      if (!matches.keys_of.empty()) note_indexes({matches.keys_of});
      note_indexes(matches.columns_of.indexes);
    }
    remember(found);
    return true;
  }
  node_ = indexed_node(matches, std::move(access_.node), access_.indexes);
  measure(node_, found, start);
  finish(found, start, found);
  return true;
}

Result<std::uint64_t> Selector::total() {
  whole_ = true;
  const auto start = clock();
  AURORA_TRY(choose(true));
  if (!access_.count) AURORA_TRY(narrow());
  std::uint64_t matching = 0;
  if (access_.count) {
    matching = *access_.count;
  } else if (access_.exact && pending_ == nullptr && !checks_expiry()) {
    matching = access_.candidates ? access_.candidates->size() : version_->live.size();
    if (explanation_ != nullptr) {
      node_ = std::move(access_.node);
      measure(node_, matching, start);
    }
  } else {
    AURORA_TRY(visit_matches([&](Ordinal, const RecordRef&) {
      ++matching;
      return true;
    }));
  }
  if (explanation_ != nullptr) {
    node_ = over("Aggregate", "count", std::move(node_));
    measure(node_, 1, start);
  }
  finish(1, start, matching);
  return matching;
}

Status Selector::choose(bool count_only) {
  if (chosen_) return {};
  chosen_ = true;
  plan::AccessSource source;
  source.definition = query_.collection.get();
  source.live = &version_->live.get();
  source.index = [this](const IndexDef& index) { return version_->index(index.id); };
  source.first_by_sid = [this](const Uuid& sid) -> std::optional<std::uint64_t> {
    // Documents that were changed here have their place all the same: they are checked one by one.
    const auto id = query_.collection->id;
    const auto at = pending_ != nullptr ? first_by_sid(view_, id, version_->live - pending_->touched, sid)
                                        : first_by_sid(view_, id, version_->live, sid);
    return at ? std::optional(*at) : std::nullopt;
  };
  plan::AccessOptions options;
  options.use_indexes = settings_.use_indexes;
  options.only = query_.only_index;
  options.explain = explanation_ != nullptr;
  options.analyze = explanation_ != nullptr && explanation_->analyze;
  options.count_only = count_only && explanation_ == nullptr && pending_ == nullptr && !query_.search &&
                       !query_.collection->ttl;
  access_ = plan::choose_access(*query_.filter, source, options);
  if (query_.collection->ttl && settings_.use_indexes) hide_expired(access_, *version_, view_.now(), options.explain);
  return query_.search ? search() : Status();
}

// Asks columns for what indexes did not tell.
Status Selector::narrow() {
  if (narrowed_ || access_.exact || !may_use_columns()) return {};
  narrowed_ = true;
  const auto start = clock();
  const auto& candidates = committed();
  if (candidates.size() <= kPointReads) return {};
  AURORA_ASSIGN(auto narrowed, narrow_by_columns(*query_.filter, candidates, column_source(candidates.size())));
  if (!narrowed) return {};
  looked_at_ = candidates.size();
  note_indexes(narrowed->columns.indexes);
  if (explanation_ != nullptr) {
    auto scan = std::move(access_.node);
    if (access_.candidates) {
      scan = over("Scan", narrowed->columns.text(), std::move(scan));
    } else {
      scan.condition = narrowed->columns.text();
    }
    scan.estimated_rows = candidates.size();
    measure(scan, candidates.size(), start);
    if (narrowed->exact) {
      scan = over("Filter", query_.filter->root().text(), std::move(scan));
      measure(scan, narrowed->left.size(), start);
    }
    access_.node = std::move(scan);
  }
  access_.candidates = std::move(narrowed->left);
  access_.exact = narrowed->exact;
  return {};
}

// What the search finds among the candidates; from here on those are the candidates.
Status Selector::search() {
  const auto start = clock();
  std::optional<OrdinalSet> allowed;
  if (access_.candidates) allowed = candidates();
  AURORA_ASSIGN(auto hits, run_search(view_, *query_.search, allowed ? &*allowed : nullptr));
  found_.emplace(std::move(hits));
  access_.candidates = found_->ordinals();
  if (after_) found_->renew(query_.order, *after_);
  if (before_) found_->renew(query_.order, *before_);
  for (const auto& field : query_.search->fields()) access_.indexes.push_back(field.index->name);
  if (explanation_ == nullptr) return {};
  PlanNode node = search_node(*query_.search, found_->size());
  measure(node, found_->size(), start);
  if (allowed) node.children.push_back(std::move(access_.node));
  access_.node = std::move(node);
  return {};
}

Status Selector::visit_matches(const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  const bool check = !access_.exact || pending_ != nullptr;
  const bool expires = checks_expiry();
  auto set = candidates();
  cut_to_bounds(set);
  const auto start = clock();
  std::uint64_t matched = 0;
  const auto each = [&](Ordinal ordinal, const RecordRef& record) {
    if (is_late()) return false;
    if (check && !query_.filter->matches(query_.filter->root(), record.view())) return true;
    if (expires && is_expired(*query_.collection, record.view(), view_.now())) return true;
    ++matched;
    return visit(ordinal, record);
  };
  if (walks_backward() || set.size() <= kPointReads) {
    AURORA_TRY(read_each(view_, query_.collection->id, set, walks_backward(), each));
  } else {
    AURORA_TRY(view_.scan(query_.collection->id, set, each));
  }
  AURORA_TRY(late_);
  if (explanation_ == nullptr) return {};
  node_ = std::move(access_.node);
  if (!access_.candidates) measure(node_, examined_, start);   // sets were measured when they were made
  if (check && query_.filter->root().kind != FilterNode::Kind::kTrue) {
    node_ = over("Filter", query_.filter->root().text(), std::move(node_));
    measure(node_, matched, start);
  }
  return {};
}

Result<std::uint64_t> Selector::stream(const RowVisit& visit) {
  const auto start = clock();
  const auto end = window_end(query_);
  const auto most = access_.exact && end > query_.offset ? std::min(end - query_.offset, committed().size()) : 0;
  std::uint64_t position = 0;
  std::uint64_t visited = 0;
  Status failed;
  if (end > 0)
    AURORA_TRY(visit_matches([&](Ordinal ordinal, const RecordRef& record) {
      if (position++ >= query_.offset) {
        ++visited;
        failed = visit({ordinal, record, score_of(ordinal), most});
      }
      return failed && position < end;
    }));
  else if (explanation_ != nullptr)
    node_ = std::move(access_.node);
  AURORA_TRY(failed);
  limit_node(visited, start);
  return visited;
}

Result<std::vector<Row>> select(View& view, const DocumentQuery& query, const ExecSettings& settings,
                                plan::Explanation* explanation) {
  Selector selector(view, query, settings, explanation);
  AURORA_TRY(selector.prepare());
  return selector.rows();
}

Status each_row(View& view, const DocumentQuery& query, const ExecSettings& settings, const RowVisit& visit) {
  Selector selector(view, query, settings, nullptr);
  AURORA_TRY(selector.prepare());
  return selector.each(visit);
}

Status visit_matches(View& view, const DocumentQuery& query, bool ordered, const ExecSettings& settings,
                     plan::Explanation* explanation, const std::function<Status(const Row&)>& visit,
                     const std::function<Result<bool>(IndexedMatches&)>& visit_all) {
  auto all = query;
  all.limit.reset();
  all.after.reset();
  all.before.reset();
  all.backward = false;
  all.offset = 0;
  all.distinct.reset();
  if (ordered && !all.order.empty()) {
    AURORA_ASSIGN(const auto rows, select(view, all, settings, explanation));
    for (const auto& row : rows) AURORA_TRY(visit(row));
    return {};
  }
  Selector selector(view, all, settings, explanation);
  AURORA_TRY(selector.prepare());
  return selector.each_match(visit, visit_all);
}

Result<std::uint64_t> count(View& view, const DocumentQuery& query, const ExecSettings& settings,
                            plan::Explanation* explanation) {
  Selector selector(view, query, settings, explanation);
  AURORA_TRY(selector.prepare());
  return selector.total();
}

}  // namespace aurora::exec
