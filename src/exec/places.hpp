// Rows with their sort values, and how two of them compare in a query's order. Private to selection.
#pragma once

#include <aurora/exec/select.hpp>

#include <span>
#include <vector>

namespace aurora::exec {

inline ValueView sort_value(const DocumentQuery& query, const SortTerm& term, const Row& row) {
  if (term.score) return ValueView::of(row.score);
  const auto record = row.record.view();
  return term.subject == plan::Subject::kSid ? record.sid_view() : read_path(*query.collection, term.path, record);
}

// A row with its sort values at hand; they point into the record.
struct SortRow {
  Row row;
  std::vector<ValueView> values;
};

// Negative when the first stands before the second in the wanted order.
inline int compare_places(const std::vector<SortTerm>& order, std::span<const ValueView> a, Ordinal a_ordinal,
                          std::span<const ValueView> b, Ordinal b_ordinal) {
  for (std::size_t i = 0; i < order.size(); ++i) {
    const auto& term = order[i];
    if (a[i].is_null() || b[i].is_null()) {
      if (a[i].is_null() == b[i].is_null()) continue;
      return a[i].is_null() == term.nulls_first ? -1 : 1;
    }
    const auto relation = compare(a[i], b[i]);
    if (relation != 0) return (relation < 0) != term.descending ? -1 : 1;
  }
  return a_ordinal < b_ordinal ? -1 : a_ordinal > b_ordinal ? 1 : 0;
}

inline bool sorts_before(const std::vector<SortTerm>& order, const SortRow& a, const SortRow& b) {
  return compare_places(order, a.values, a.row.ordinal, b.values, b.row.ordinal) < 0;
}

// A position with its values at hand.
struct Bound {
  explicit Bound(const Position& position) : ordinal(position.ordinal) {
    for (const auto& value : position.values) encoded.emplace_back(value);
    for (const auto& value : encoded) values.push_back(value.view());
  }
  std::vector<EncodedValue> encoded;
  std::vector<ValueView> values;
  Ordinal ordinal;
};

}  // namespace aurora::exec
