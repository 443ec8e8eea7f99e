// Selection in an order: an index walked in it, the best hits of a search, heaps and sorts, distinct values.
// Called by select.cpp.
#include "column_order.hpp"
#include "selector.hpp"

#include <aurora/base/try.hpp>
#include <aurora/index/key.hpp>
#include <aurora/schema/ttl.hpp>

#include <algorithm>
#include <array>
#include <unordered_map>

namespace aurora::exec {

Result<bool> Selector::try_index_order(std::vector<Row>& found) {
  if (pending_ != nullptr || query_.search) return false;
  const auto range = ordering_range(query_, settings_, *version_);
  if (!range) return false;
  const auto* index = range->index;
  const auto start = clock();
  // When the range is the filter, and nothing is hidden, no other index need tell what matches.
  const bool whole = range->whole && !query_.collection->ttl;
  if (!whole) AURORA_TRY(choose());
  constexpr std::uint64_t kWorthSorting = 1024;
  if (!whole && access_.candidates && access_.candidates->size() <= std::max(kWorthSorting, window_end(query_))) return false;
  const bool check = !whole && !access_.exact;
  const auto end = window_end(query_);
  const auto direction = query_.order.front().descending ? IndexVersion::Direction::kBackward
                                                         : IndexVersion::Direction::kForward;
  const bool bounded = after_ || before_;
  std::uint64_t position = 0;
  bool unusable = false;
  Status failed;
  constexpr std::uint64_t kReserved = 64;
  if (end > query_.offset) found.reserve(std::min(end - query_.offset, kReserved));
  std::vector<ValueView> place;
  const auto visit = [&](Ordinal ordinal) {
    if (access_.candidates && !access_.candidates->contains(ordinal)) return true;
    auto record = view_.record(query_.collection->id, ordinal);
    if (!record) {
      failed = record.error();
      return false;
    }
    if (!*record) return true;
    if (is_late()) return false;
    if (bounded) {
      place.clear();
      for (const auto& term : query_.order) place.push_back(read_path(*query_.collection, term.path, record->view()));
      if (!is_within_bounds(place, ordinal)) return true;
    }
    if (check && !query_.filter->matches(query_.filter->root(), record->view())) return true;
    if (position++ >= query_.offset) found.push_back({ordinal, *std::move(record), 0});
    return position < end;
  };
  if (end > 0)
    version_->index(index->id)->scan(range_behind(*range, after_, direction), direction, [&](const IndexVersion::Entry& entry) {
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
  access_.indexes.push_back(index->name);
  if (explanation_ == nullptr) return true;
  PlanNode order;
  order.op = "IndexOrder";
  order.condition = order_text(query_);
  if (range->equalities > 0) {
    for (std::size_t i = 0; i < range->equalities; ++i)
      order.condition += (i == 0 ? " where " : " and ") + index->paths[i].text() + " eq";
  }
  order.index = index->name;
  order.estimated_rows = whole && range->equalities > 0 ? end : version_->live.size();
  measure(order, examined_, start);
  if (access_.candidates) order.children.push_back(std::move(access_.node));
  if (check) {
    order = over("Filter", query_.filter->root().text(), std::move(order));
    measure(order, position, start);
  }
  node_ = over("Limit", limit_text(query_), std::move(order));
  measure(node_, shown(query_, found.size()), start);
  return true;
}

// The best hits, as many as the window takes; only documents that are shown, or filtered, are opened.
Status Selector::best_first(std::vector<Row>& found) {
  const auto start = clock();
  const bool check = !access_.exact || pending_ != nullptr;
  BestFirst best(query_, found_->take([&](const text::Hit& hit) {
    return is_within_bounds(std::array{ValueView::of(hit.score)}, hit.ordinal);
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

// The first row of each value in query order, sorted. Pages are cut from these, so that a value stands on one page
// only. Memory: a row a value.
Status Selector::gather_distinct(std::vector<SortRow>& rows) {
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

// All rows, sorted; or only the best as far as the page goes.
Status Selector::gather(std::vector<SortRow>& rows, bool top_k) {
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

// The best rows, if columns tell which they are: only those are read.
Result<bool> Selector::try_columns(std::vector<SortRow>& rows) {
  if (!access_.exact || !may_use_columns() || query_.search) return false;
  const auto start = clock();
  const auto& matches = committed();
  ColumnNotes columns;
  AURORA_ASSIGN(const auto best, best_by_columns(query_, matches, window_end(query_), {after_, before_},
                                                 column_source(matches.size()), columns));
  if (!best) return false;
  AURORA_ASSIGN(auto records, read_in_order(view_, query_.collection->id, *best));
  examined_ += records.size();
  for (auto& row : records) rows.push_back({std::move(row), {}});
  looked_at_ = std::max(looked_at_, matches.size());
  note_indexes(columns.indexes);
  if (explanation_ == nullptr) return true;
  node_ = std::move(access_.node);
  if (!access_.candidates) {
    node_.condition = columns.text();
    measure(node_, matches.size(), start);
  } else {
    node_ = over("Scan", columns.text(), std::move(node_));
    measure(node_, matches.size(), start);
  }
  return true;
}

Status Selector::sort(std::vector<Row>& found) {
  const auto start = clock();
  const bool top_k = window_end(query_) < 100'000 && !query_.distinct;
  std::vector<SortRow> rows;
  bool done = false;
  if (top_k) {
    AURORA_ASSIGN(done, try_columns(rows));
  }
  if (!done) AURORA_TRY(query_.distinct ? gather_distinct(rows) : gather(rows, top_k));
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

}  // namespace aurora::exec
