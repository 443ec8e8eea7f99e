// Body of document selection. Called by queries and mutations; calls the access planner and the view.
//
//   access ──► candidates ──► (uncommitted changes laid over) ──► filter ──► sort │ top-k │ index order ──► window
#include <aurora/exec/select.hpp>

#include <aurora/base/try.hpp>
#include <aurora/exec/expiry.hpp>
#include <aurora/exec/key_search.hpp>
#include <aurora/exec/search.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/ttl.hpp>

#include "computed_view.hpp"
#include "found_text.hpp"
#include "places.hpp"
#include "select_plan.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace aurora::exec {

namespace {

using plan::Access;
using plan::FilterNode;

class Selector {
 public:
  Selector(View& view, const DocumentQuery& query, const ExecSettings& settings, plan::Explanation* explanation)
      : computed_(view, query),
        view_(computed_.is_needed() ? static_cast<View&>(computed_) : view),
        query_(query),
        settings_(settings),
        explanation_(explanation) {}

  Status prepare() {
    if (query_.after) after_.emplace(*query_.after);
    if (query_.before) before_.emplace(*query_.before);
    view_.on_read(query_.collection->id, query_.filter);
    AURORA_ASSIGN(version_, view_.collection(query_.collection->id));
    pending_ = view_.pending(query_.collection->id);
    return check_deadline(settings_);
  }

  Result<std::vector<Row>> rows() {
    const auto start = Steady::now();
    if (query_.limit && *query_.limit == 0 && !query_.one_more && explanation_ == nullptr) return std::vector<Row>();
    std::vector<Row> found;
    bool in_index_order = false;
    AURORA_ASSIGN(in_index_order, try_index_order(found));
    if (!in_index_order) {
      AURORA_TRY(choose());
      if (query_.order.empty() && !query_.distinct) {
        AURORA_TRY(stream(found));
      } else if (query_.search && query_.order.size() == 1 && query_.order.front().score && !query_.distinct) {
        AURORA_TRY(best_first(found));
      } else {
        AURORA_TRY(sort(found));
      }
    }
    finish(shown(query_, found.size()), start);
    return found;
  }

  // Every match counts here, on whatever page it stands.
  Status each_match(const std::function<Status(const Row&)>& visit) {
    whole_ = true;
    const auto start = Steady::now();
    AURORA_TRY(choose());
    std::uint64_t matching = 0;
    Status failed;
    AURORA_TRY(visit_matches([&](Ordinal ordinal, const RecordRef& record) {
      ++matching;
      failed = visit({ordinal, record, score_of(ordinal)});
      return failed.has_value();
    }));
    AURORA_TRY(failed);
    finish(matching, start);
    return {};
  }

  Result<std::uint64_t> total() {
    whole_ = true;
    const auto start = Steady::now();
    AURORA_TRY(choose());
    std::uint64_t matching = 0;
    if (access_.exact && pending_ == nullptr && !checks_expiry()) {
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
    finish(1, start);
    return matching;
  }

 private:
  Status choose() {
    plan::AccessSource source;
    source.definition = query_.collection.get();
    source.live = &version_->live;
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
    access_ = plan::choose_access(*query_.filter, source, options);
    if (query_.collection->ttl && settings_.use_indexes) hide_expired(access_, *version_, view_.now(), options.explain);
    return query_.search ? search() : Status();
  }

  // What the search finds among the candidates; from here on those are the candidates.
  Status search() {
    const auto start = Steady::now();
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

  [[nodiscard]] double score_of(Ordinal ordinal) const { return found_ ? found_->score(ordinal) : 0; }

  // The best hits, as many as the window takes; only documents that are shown, or filtered, are opened.
  Status best_first(std::vector<Row>& found) {
    const auto start = Steady::now();
    const bool check = !access_.exact || pending_ != nullptr;
    BestFirst best(query_, found_->take([&](const text::Hit& hit) {
      return is_within_bounds({ValueView::of(hit.score)}, hit.ordinal);
    }));
    const auto matching = best.size();
    const auto end = window_end(query_);
    for (std::uint64_t position = 0; position < end && best.size() > 0 && !is_late();) {
      const auto hit = best.next();
      AURORA_ASSIGN(auto record, view_.record(query_.collection->id, hit.ordinal));
      if (!record || (check && !query_.filter->matches(query_.filter->root(), record.view()))) continue;
      if (checks_expiry() && is_expired(*query_.collection, record.view(), view_.now())) continue;
      if (position++ >= query_.offset) found.push_back({hit.ordinal, std::move(record), hit.score});
    }
    AURORA_TRY(late_);
    if (query_.backward) std::reverse(found.begin(), found.end());
    if (explanation_ == nullptr) return {};
    node_ = std::move(access_.node);
    if (check && query_.filter->root().kind != FilterNode::Kind::kTrue) {
      node_ = over("Filter", query_.filter->root().text(), std::move(node_));
      measure(node_, found.size(), start);
    }
    node_ = over(query_.limit ? "TopK" : "Sort", order_text(query_), std::move(node_));
    measure(node_, query_.limit ? found.size() : matching, start);
    limit_node(found.size(), start);
    return {};
  }

  void limit_node(std::uint64_t rows, Steady::time_point start) {
    if (explanation_ == nullptr || (!query_.limit && query_.offset == 0)) return;
    node_ = over("Limit", limit_text(query_), std::move(node_));
    measure(node_, shown(query_, rows), start);
  }

  // True when documents must be looked at to tell whether they are expired: no index knows them.
  [[nodiscard]] bool checks_expiry() const {
    return query_.collection->ttl && (pending_ != nullptr || !settings_.use_indexes);
  }

  // Candidates as this view sees them.
  OrdinalSet candidates() {
    OrdinalSet set = access_.candidates ? std::move(*access_.candidates) : version_->live;
    if (pending_ != nullptr && !found_) pending_->lay_over(set);
    return set;
  }

  Status visit_matches(const std::function<bool(Ordinal, const RecordRef&)>& visit) {
    const bool check = !access_.exact || pending_ != nullptr;
    const bool expires = checks_expiry();
    auto set = candidates();
    cut_to_bounds(set);
    const auto start = Steady::now();
    std::uint64_t matched = 0;
    const auto each = [&](Ordinal ordinal, const RecordRef& record) {
      if (is_late()) return false;
      if (check && !query_.filter->matches(query_.filter->root(), record.view())) return true;
      if (expires && is_expired(*query_.collection, record.view(), view_.now())) return true;
      ++matched;
      return visit(ordinal, record);
    };
    // A few documents are read one by one, so that they stay hot; many are scanned.
    constexpr std::uint64_t kPointReads = 64;
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

  // Only the rows between the bounds, as far as natural order tells.
  void cut_to_bounds(OrdinalSet& set) const {
    if (!query_.order.empty() || query_.distinct || whole_) return;
    if (after_) set -= OrdinalSet::range(0, std::uint64_t{after_->ordinal} + 1);
    if (before_) set -= OrdinalSet::range(before_->ordinal, std::uint64_t{UINT32_MAX} + 1);
  }

  [[nodiscard]] bool is_within_bounds(const std::vector<ValueView>& values, Ordinal ordinal) const {
    const auto& order = query_.order;
    return (!after_ || compare_places(order, values, ordinal, after_->values, after_->ordinal) > 0) &&
           (!before_ || compare_places(order, values, ordinal, before_->values, before_->ordinal) < 0);
  }

  // The last rows in natural order are found from the end.
  [[nodiscard]] bool walks_backward() const {
    return query_.backward && query_.order.empty() && !query_.distinct && !whole_;
  }

  // Counts a document, and looks at the clock now and then.
  bool is_late() {
    if (++examined_ % 256 == 0) late_ = check_deadline(settings_);
    return !late_;
  }

  Status stream(std::vector<Row>& found) {
    const auto start = Steady::now();
    const auto end = window_end(query_);
    std::uint64_t position = 0;
    if (end > 0)
      AURORA_TRY(visit_matches([&](Ordinal ordinal, const RecordRef& record) {
        if (position++ >= query_.offset) found.push_back({ordinal, record, score_of(ordinal)});
        return position < end;
      }));
    else if (explanation_ != nullptr)
      node_ = std::move(access_.node);
    if (walks_backward()) std::reverse(found.begin(), found.end());
    limit_node(found.size(), start);
    return {};
  }

  [[nodiscard]] SortRow sort_row(Ordinal ordinal, const RecordRef& record) const {
    SortRow row{{ordinal, record, score_of(ordinal)}, {}};
    row.values.reserve(query_.order.size());
    for (const auto& term : query_.order) row.values.push_back(sort_value(query_, term, row.row));
    return row;
  }

  // The first row of each value in query order, sorted. Pages are cut from these, so that a value stands on one page
  // only. Memory: a row a value.
  Status gather_distinct(std::vector<SortRow>& rows) {
    std::unordered_map<std::string, SortRow> firsts;
    std::uint64_t bytes = 0;
    AURORA_TRY(visit_matches([&](Ordinal ordinal, const RecordRef& record) {
      std::string key;
      append_key(key, read_path(*query_.collection, *query_.distinct, record.view()));
      auto row = sort_row(ordinal, record);
      const auto [at, fresh] = firsts.try_emplace(std::move(key));
      auto& first = at->second;
      if (!fresh && !sorts_before(query_.order, row, first)) return true;
      if (fresh)
        bytes += at->first.size() + sizeof(SortRow) + row.values.size() * sizeof(ValueView) + 64;
      else
        bytes -= first.row.record.memory_bytes();
      bytes += record.memory_bytes();
      first = std::move(row);
      return bytes <= settings_.sort_bytes;
    }));
    if (bytes > settings_.sort_bytes) return too_large_to_sort(settings_.sort_bytes);
    for (auto& [key, row] : firsts)
      if (is_within_bounds(row.values, row.row.ordinal)) rows.push_back(std::move(row));
    std::sort(rows.begin(), rows.end(), [&](const SortRow& a, const SortRow& b) { return comes_before(a, b); });
    return {};
  }

  // In the direction of the walk.
  [[nodiscard]] bool comes_before(const SortRow& a, const SortRow& b) const {
    return query_.backward ? sorts_before(query_.order, b, a) : sorts_before(query_.order, a, b);
  }

  // All rows, sorted; or only the best as far as the page goes.
  Status gather(std::vector<SortRow>& rows, bool top_k) {
    const auto end = window_end(query_);
    const auto before = [&](const SortRow& a, const SortRow& b) { return comes_before(a, b); };
    std::uint64_t bytes = 0;
    AURORA_TRY(visit_matches([&](Ordinal ordinal, const RecordRef& record) {
      auto row = sort_row(ordinal, record);
      if (!is_within_bounds(row.values, ordinal)) return true;
      if (top_k) {
        // A heap of the best `end` rows, the worst of them on top.
        if (rows.size() == end) {
          if (end == 0 || !before(row, rows.front())) return true;
          std::pop_heap(rows.begin(), rows.end(), before);
          rows.back() = std::move(row);
        } else {
          rows.push_back(std::move(row));
        }
        std::push_heap(rows.begin(), rows.end(), before);
        return true;
      }
      bytes += record.memory_bytes() + sizeof(SortRow) + row.values.size() * sizeof(ValueView);
      rows.push_back(std::move(row));
      return bytes <= settings_.sort_bytes;
    }));
    if (bytes > settings_.sort_bytes) return too_large_to_sort(settings_.sort_bytes);
    std::sort(rows.begin(), rows.end(), before);
    return {};
  }

  Status sort(std::vector<Row>& found) {
    const auto start = Steady::now();
    const bool top_k = window_end(query_) < 100'000 && !query_.distinct;
    std::vector<SortRow> rows;
    AURORA_TRY(query_.distinct ? gather_distinct(rows) : gather(rows, top_k));
    if (explanation_ != nullptr && !query_.order.empty()) {
      node_ = over(top_k ? "TopK" : "Sort", order_text(query_), std::move(node_));
      measure(node_, rows.size(), start);
    }
    take_window(query_, rows, found);
    if (query_.backward) std::reverse(found.begin(), found.end());
    if (explanation_ != nullptr && query_.distinct) {
      node_ = over("Filter", "distinct " + query_.distinct->text(), std::move(node_));
      measure(node_, found.size(), start);
    }
    limit_node(found.size(), start);
    return {};
  }

  Result<bool> try_index_order(std::vector<Row>& found) {
    const auto* index = pending_ != nullptr || query_.search ? nullptr : ordering_index(query_, settings_, *version_);
    if (index == nullptr) return false;
    AURORA_TRY(choose());
    constexpr std::uint64_t kWorthSorting = 1024;
    const auto start = Steady::now();
    if (access_.candidates && access_.candidates->size() <= std::max(kWorthSorting, window_end(query_))) return false;
    const bool check = !access_.exact;
    const auto end = window_end(query_);
    const auto direction = query_.order.front().descending ? IndexVersion::Direction::kBackward
                                                           : IndexVersion::Direction::kForward;
    const bool bounded = after_ || before_;
    std::uint64_t position = 0;
    bool unusable = false;
    Status failed;
    const auto visit = [&](Ordinal ordinal) {
      if (access_.candidates && !access_.candidates->contains(ordinal)) return true;
      auto record = view_.record(query_.collection->id, ordinal);
      if (!record) {
        failed = record.error();
        return false;
      }
      if (!*record) return true;
      if (is_late()) return false;
      if (bounded && !is_within_bounds({sort_value(query_, query_.order.front(), Row{ordinal, *record})}, ordinal))
        return true;
      if (check && !query_.filter->matches(query_.filter->root(), record->view())) return true;
      if (position++ >= query_.offset) found.push_back({ordinal, *std::move(record), 0});
      return position < end;
    };
    if (end > 0)
      version_->index(index->id)->scan(range_behind(after_, direction), direction, [&](const IndexVersion::Entry& entry) {
        unusable = entry.key.size() >= kMaxKeyBytes;   // cut keys are not in order
        if (unusable) return false;
        for (const auto ordinal : entry.inline_ordinals)
          if (!visit(ordinal)) return false;
        bool go_on = true;
        if (entry.set != nullptr) entry.set->for_each([&](Ordinal ordinal) { return go_on = visit(ordinal); });
        return go_on;
      });
    AURORA_TRY(failed);
    AURORA_TRY(late_);
    if (unusable) {
      found.clear();
      examined_ = 0;
      return false;
    }
    if (explanation_ == nullptr) return true;
    PlanNode order;
    order.op = "IndexOrder";
    order.condition = order_text(query_);
    order.index = index->name;
    order.estimated_rows = version_->live.size();
    measure(order, examined_, start);
    if (access_.candidates) order.children.push_back(std::move(access_.node));
    if (check) {
      order = over("Filter", query_.filter->root().text(), std::move(order));
      measure(order, position, start);
    }
    node_ = over("Limit", limit_text(query_), std::move(order));
    measure(node_, shown(query_, found.size()), start);
    access_.indexes.push_back(index->name);
    return true;
  }

  void measure(PlanNode& node, std::uint64_t rows, Steady::time_point start) const {
    if (!explanation_->analyze) return;
    node.rows = rows;
    node.time_us = micros_since(start);
  }

  void finish(std::uint64_t returned, Steady::time_point start) {
    if (explanation_ == nullptr) return;
    explanation_->estimated_rows = estimated_rows(node_);
    explanation_->root = std::move(node_);
    explanation_->indexes = access_.indexes;
    explanation_->index_used = !access_.indexes.empty();
    explanation_->rows_examined = examined_;
    explanation_->rows_returned = returned;
    explanation_->time_us = micros_since(start);
  }

  ComputedView computed_;
  View& view_;
  const DocumentQuery& query_;
  const ExecSettings& settings_;
  plan::Explanation* explanation_;
  const CollectionVersion* version_ = nullptr;
  const PendingDocuments* pending_ = nullptr;
  Access access_;
  std::optional<FoundText> found_;    // what the search found
  PlanNode node_;
  std::uint64_t examined_ = 0;
  Status late_;                       // Timeout once the deadline passed
  std::optional<Bound> after_;
  std::optional<Bound> before_;
  bool whole_ = false;                // aggregates and counts see all matches
};

}  // namespace

Result<std::vector<Row>> select(View& view, const DocumentQuery& query, const ExecSettings& settings,
                                plan::Explanation* explanation) {
  Selector selector(view, query, settings, explanation);
  AURORA_TRY(selector.prepare());
  return selector.rows();
}

Status visit_matches(View& view, const DocumentQuery& query, bool ordered, const ExecSettings& settings,
                     plan::Explanation* explanation, const std::function<Status(const Row&)>& visit) {
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
  return selector.each_match(visit);
}

Result<std::uint64_t> count(View& view, const DocumentQuery& query, const ExecSettings& settings,
                            plan::Explanation* explanation) {
  Selector selector(view, query, settings, explanation);
  AURORA_TRY(selector.prepare());
  return selector.total();
}

}  // namespace aurora::exec
