// Small parts of selection and of the plans it reports. Private to selection.
#pragma once

#include <aurora/base/try.hpp>
#include <aurora/exec/indexed.hpp>
#include <aurora/exec/select.hpp>
#include <aurora/index/extract.hpp>
#include <aurora/index/key.hpp>
#include <aurora/plan/order.hpp>

#include "places.hpp"

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>

namespace aurora::exec {

using plan::PlanNode;
using Steady = std::chrono::steady_clock;

inline std::uint64_t micros_since(Steady::time_point start) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(Steady::now() - start).count());
}

inline PlanNode over(std::string op, std::string condition, PlanNode child) {
  PlanNode node;
  node.op = std::move(op);
  node.condition = std::move(condition);
  node.children.push_back(std::move(child));
  return node;
}

inline std::string order_text(const DocumentQuery& query) {
  std::string text;
  for (const auto& term : query.order) {
    if (!text.empty()) text += ", ";
    text += term.score ? "score" : term.subject == plan::Subject::kSid ? "_sid" : term.path.text();
    text += term.descending ? " DESC" : " ASC";
  }
  return text;
}

inline std::string limit_text(const DocumentQuery& query) {
  std::string text = query.limit ? "limit " + std::to_string(*query.limit) : std::string();
  if (query.offset > 0) text += (text.empty() ? "offset " : " offset ") + std::to_string(query.offset);
  return text;
}

/// How many rows, from the first on, the window of a query reaches over.
inline std::uint64_t window_end(const DocumentQuery& query) {
  if (!query.limit) return UINT64_MAX;
  const auto more = query.one_more ? 1 : 0;
  const auto end = query.offset + *query.limit + more;
  return *query.limit + more < *query.limit || end < query.offset ? UINT64_MAX : end;
}

inline void take_window(const DocumentQuery& query, std::vector<SortRow>& rows, std::vector<Row>& found) {
  const auto end = std::min<std::uint64_t>(window_end(query), rows.size());
  for (auto position = query.offset; position < end; ++position) found.push_back(std::move(rows[position].row));
}

/// Rows without the one that only tells that there are more.
inline std::uint64_t shown(const DocumentQuery& query, std::uint64_t found) {
  return query.limit && found > *query.limit ? *query.limit : found;
}

/// Reads documents one by one until `each` returns false.
inline Status read_each(View& view, CollectionId id, const OrdinalSet& set, bool backward,
                        const std::function<bool(Ordinal, const RecordRef&)>& each) {
  std::vector<Ordinal> ordinals;
  set.append_to(ordinals);
  if (backward) std::reverse(ordinals.begin(), ordinals.end());
  for (const auto ordinal : ordinals) {
    AURORA_ASSIGN(const auto record, view.record(id, ordinal));
    if (record && !each(ordinal, record)) break;
  }
  return {};
}

/// The documents `ordinals`, which stand in any order, in that order.
inline Result<std::vector<Row>> read_in_order(View& view, CollectionId id, const std::vector<Ordinal>& ordinals) {
  std::vector<Row> rows;
  rows.reserve(ordinals.size());
  constexpr std::size_t kPointReads = 64;   // up to here they are read one by one, so that they stay hot
  if (ordinals.size() <= kPointReads) {
    for (const auto ordinal : ordinals) {
      AURORA_ASSIGN(auto record, view.record(id, ordinal));
      if (record) rows.push_back({ordinal, std::move(record), 0});
    }
    return rows;
  }
  std::vector<std::pair<Ordinal, std::size_t>> places;
  places.reserve(ordinals.size());
  for (const auto ordinal : ordinals) {
    places.emplace_back(ordinal, rows.size());
    rows.push_back({ordinal, RecordRef(), 0});
  }
  std::sort(places.begin(), places.end());
  auto next = places.begin();
  AURORA_TRY(view.scan(id, OrdinalSet::of_unsorted(ordinals), [&](Ordinal ordinal, const RecordRef& record) {
    while (next->first != ordinal) ++next;
    rows[next->second].record = record;
    return true;
  }));
  std::erase_if(rows, [](const Row& row) { return !row.record; });
  return rows;
}

/// What found the matches, with the step that walks an index for its keys above it; `used` gets the names of all
/// indexes read. Columns over all documents are the scan's condition.
inline PlanNode indexed_node(const IndexedMatches& matches, PlanNode access, std::vector<std::string>& used) {
  const auto note = [&](const std::string& name) {
    if (std::find(used.begin(), used.end(), name) == used.end()) used.push_back(name);
  };
  if (!matches.keys_of.empty()) note(matches.keys_of);
  for (const auto& name : matches.columns_of.indexes) note(name);
  if (!matches.all && matches.keys_of.empty()) return access;
  PlanNode node;
  node.estimated_rows = matches.ordinals.size();
  if (!matches.keys_of.empty()) {
    node.op = "IndexOrder";
    node.condition = "keys of " + matches.keys_of;
    node.index = matches.keys_of;
  } else {
    node.op = "Scan";
    if (!matches.columns_of.indexes.empty()) node.index = matches.columns_of.indexes.front();
  }
  if (const auto columns = matches.columns_of.text(); !columns.empty())
    node.condition += (node.condition.empty() ? "" : ", ") + columns;
  if (!matches.all) node.children.push_back(std::move(access));
  return node;
}

/// What the plan expected of the step that made the candidates.
inline std::uint64_t estimated_rows(const PlanNode& root) {
  const auto* deepest = &root;
  while (!deepest->children.empty() && deepest->op != "BitmapAnd" && deepest->op != "BitmapOr" &&
         deepest->op != "BitmapNot" && deepest->op != "IndexOrder")
    deepest = &deepest->children.front();
  return deepest->estimated_rows.value_or(0);
}

/// Errors: Timeout.
inline Status check_deadline(const ExecSettings& settings) {
  if (!settings.deadline || Steady::now() < *settings.deadline) return {};
  return Error(ErrorCode::kTimeout, "the deadline passed before everything was read; allow more time, or read less by "
                                    "an index or a limit");
}

inline Error too_large_to_sort(std::uint64_t bytes) {
  return Error(ErrorCode::kLimitExceeded, "sorting needs more than " + std::to_string(bytes) +
                                              " bytes (max_sort_bytes); add a limit, a filter or an index");
}

/// Where an index has the documents in the wanted order, when stopping early pays: a limit, and no other direction than
/// that of keys. Nothing when there is none.
inline std::optional<plan::OrderedRange> ordering_range(const DocumentQuery& query, const ExecSettings& settings,
                                                        const CollectionVersion& version) {
  if (!settings.use_indexes || query.order.empty() || query.distinct || !query.limit || query.backward)
    return std::nullopt;
  std::vector<const FieldPath*> terms;
  for (const auto& term : query.order) {
    if (term.score || term.subject != plan::Subject::kPath || term.nulls_first == term.descending ||
        term.descending != query.order.front().descending)
      return std::nullopt;
    terms.push_back(&term.path);
  }
  for (auto& range : plan::ordered_ranges(*query.collection, query.filter->root(), terms, query.only_index)) {
    // A unique index lacks the documents with a null in one of its fields.
    const auto* state = version.index(range.index->id);
    if (state != nullptr && (!is_unique(range.index->kind) || state->entry_count() == version.live.size()))
      return std::move(range);
  }
  return std::nullopt;
}

/// The part of it that can hold rows behind `after`.
inline KeyRange range_behind(const plan::OrderedRange& order, const std::optional<Bound>& after,
                             IndexVersion::Direction direction) {
  KeyRange range{order.prefix, order.prefix.empty() ? std::string() : prefix_end(order.prefix)};
  if (!after) return range;
  std::string key = order.prefix;
  for (const auto& value : after->values) append_key(key, value);
  if (cut_key(key)) return range;
  if (direction == IndexVersion::Direction::kForward)
    range.lower = std::move(key);
  else
    range.upper = key + '\0';
  return range;
}

}  // namespace aurora::exec
