// The selection of one query under way: access, candidates, walks, window. Private to selection; its bodies are in
// select.cpp (finding) and select_order.cpp (orders).
#pragma once

#include <aurora/exec/indexed.hpp>
#include <aurora/exec/read_shapes.hpp>
#include <aurora/exec/select.hpp>

#include "computed_view.hpp"
#include "found_text.hpp"
#include "places.hpp"
#include "select_plan.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace aurora::exec {

using plan::Access;
using plan::FilterNode;

/// Borrows what it is made with. Threads: one thread at a time.
class Selector {
 public:
  Selector(View& view, const DocumentQuery& query, const ExecSettings& settings, plan::Explanation* explanation)
      : computed_(view, query),
        view_(computed_.is_needed() ? static_cast<View&>(computed_) : view),
        query_(query),
        settings_(settings),
        explanation_(explanation) {}

  /// To be called first. Errors: Timeout, those of the view.
  Status prepare() {
    if (query_.after) after_.emplace(*query_.after);
    if (query_.before) before_.emplace(*query_.before);
    view_.on_read(query_.collection->id, query_.filter);
    AURORA_ASSIGN(version_, view_.collection(query_.collection->id));
    pending_ = view_.pending(query_.collection->id);
    return check_deadline(settings_);
  }

  /// The window of the query.
  Result<std::vector<Row>> rows();
  /// The same, row by row. As each_row of select.hpp.
  Status each(const RowVisit& visit);
  /// Fields of each row of it. As each_fields of select.hpp.
  Status each_fields(std::span<const FieldPath> fields, const FieldsVisit& visit);
  /// Every match counts here, on whatever page it stands. As visit_matches of select.hpp.
  Status each_match(const std::function<Status(const Row&)>& visit,
                    const std::function<Result<bool>(IndexedMatches&)>& visit_all);
  Result<std::uint64_t> total();

 private:
  Result<bool> try_unique(std::vector<Row>& found);
  Status choose(bool count_only = false);
  Status narrow();
  Status search();
  Result<bool> try_visit_all(const std::function<Result<bool>(IndexedMatches&)>& visit_all, Steady::time_point start);
  Status visit_matches(const std::function<bool(Ordinal, const RecordRef&)>& visit);
  Result<std::uint64_t> stream(const RowVisit& visit);
  // select_fields.cpp:
  Result<bool> try_field_columns(std::span<const FieldPath> fields, const FieldsVisit& visit);
  // select_order.cpp:
  Result<bool> try_index_order(std::vector<Row>& found);
  Status best_first(std::vector<Row>& found);
  Status gather_distinct(std::vector<SortRow>& rows);
  Status gather(std::vector<SortRow>& rows, bool top_k);
  Result<bool> try_columns(std::vector<SortRow>& rows);
  Status sort(std::vector<Row>& found);

  // True when nothing but the natural order is wanted: rows need not be gathered first.
  [[nodiscard]] bool is_streamed() const { return query_.order.empty() && !query_.distinct; }

  [[nodiscard]] double score_of(Ordinal ordinal) const { return found_ ? found_->score(ordinal) : 0; }

  void limit_node(std::uint64_t rows, Steady::time_point start) {
    if (explanation_ == nullptr || (!query_.limit && query_.offset == 0)) return;
    node_ = over("Limit", limit_text(query_), std::move(node_));
    measure(node_, shown(query_, rows), start);
  }

  // True when documents must be looked at to tell whether they are expired: no index knows them.
  [[nodiscard]] bool checks_expiry() const {
    return query_.collection->ttl && (pending_ != nullptr || !settings_.use_indexes);
  }

  // True when what indexes and columns tell of the committed documents holds here.
  [[nodiscard]] bool may_use_columns() const {
    return settings_.use_indexes && query_.only_index == nullptr && pending_ == nullptr && !found_ && !checks_expiry() &&
           view_.columns() != nullptr;
  }
  [[nodiscard]] ColumnSource column_source(std::uint64_t documents) const {
    return {view_, *version_, documents, settings_};
  }

  // The committed candidates.
  [[nodiscard]] const OrdinalSet& committed() const {
    return access_.candidates ? *access_.candidates : version_->live.get();
  }

  // Candidates as this view sees them.
  OrdinalSet candidates() {
    OrdinalSet set = access_.candidates ? std::move(*access_.candidates) : version_->live;
    if (pending_ != nullptr && !found_) pending_->lay_over(set);
    return set;
  }

  // Only the rows between the bounds, as far as natural order tells.
  void cut_to_bounds(OrdinalSet& set) const {
    if (!query_.order.empty() || query_.distinct || whole_) return;
    if (after_) set -= OrdinalSet::range(0, std::uint64_t{after_->ordinal} + 1);
    if (before_ && !set.empty()) set -= OrdinalSet::range(before_->ordinal, std::uint64_t{set.max()} + 1);
  }

  [[nodiscard]] bool is_within_bounds(std::span<const ValueView> values, Ordinal ordinal) const {
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

  [[nodiscard]] SortRow sort_row(Ordinal ordinal, const RecordRef& record) const {
    SortRow row{{ordinal, record, score_of(ordinal)}, {}};
    row.values.reserve(query_.order.size());
    for (const auto& term : query_.order) row.values.push_back(sort_value(query_, term, row.row));
    return row;
  }

  // In the direction of the walk.
  [[nodiscard]] bool comes_before(const SortRow& a, const SortRow& b) const {
    return query_.backward ? sorts_before(query_.order, b, a) : sorts_before(query_.order, a, b);
  }

  // Only explain wants to know.
  [[nodiscard]] Steady::time_point clock() const {
    return explanation_ != nullptr ? Steady::now() : Steady::time_point();
  }

  void measure(PlanNode& node, std::uint64_t rows, Steady::time_point start) const {
    if (!explanation_->analyze) return;
    node.rows = rows;
    node.time_us = micros_since(start);
  }

  // Documents, whether they or only columns of them were looked at.
  [[nodiscard]] std::uint64_t examined() const { return std::max(examined_, looked_at_); }

  // For proposals of indexes. A forced index is its user's decision.
  void remember(std::uint64_t found) const {
    if (settings_.shapes == nullptr || !settings_.use_indexes) return;
    settings_.shapes->record(query_, access_.indexes, examined(), found);
  }

  void note_indexes(const std::vector<std::string>& names) {
    for (const auto& name : names)
      if (std::find(access_.indexes.begin(), access_.indexes.end(), name) == access_.indexes.end())
        access_.indexes.push_back(name);
  }

  // `found`: the matches behind what is returned, as far as they were wanted.
  void finish(std::uint64_t returned, Steady::time_point start, std::uint64_t found) {
    remember(found);
    if (explanation_ == nullptr) return;
    explanation_->estimated_rows = estimated_rows(node_);
    explanation_->root = std::move(node_);
    explanation_->indexes = access_.indexes;
    explanation_->index_used = !access_.indexes.empty();
    explanation_->rows_examined = examined();
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
  bool chosen_ = false;               // access_ is made
  bool narrowed_ = false;             // columns were asked for what it leaves open
  std::optional<FoundText> found_;    // what the search found
  PlanNode node_;
  std::uint64_t examined_ = 0;
  std::uint64_t looked_at_ = 0;       // documents of which columns told
  Status late_;                       // Timeout once the deadline passed
  std::optional<Bound> after_;
  std::optional<Bound> before_;
  bool whole_ = false;                // aggregates and counts see all matches
};

}  // namespace aurora::exec
