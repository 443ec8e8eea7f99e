// What a search found, for selection: scores by document, best first, and its node of the plan. Private to selection.
#pragma once

#include <aurora/exec/select.hpp>
#include <aurora/plan/explain.hpp>

#include "places.hpp"

#include <algorithm>
#include <vector>

namespace aurora::exec {

/// Hits by rising ordinal.
class FoundText {
 public:
  explicit FoundText(std::vector<text::Hit> hits) : hits_(std::move(hits)) {}

  [[nodiscard]] std::size_t size() const noexcept { return hits_.size(); }
  [[nodiscard]] OrdinalSet ordinals() const {
    std::vector<Ordinal> all;
    all.reserve(hits_.size());
    for (const auto& hit : hits_) all.push_back(hit.ordinal);
    return OrdinalSet::of_sorted(all);
  }
  /// 0 for a document that was not found.
  [[nodiscard]] double score(Ordinal ordinal) const {
    const auto* hit = find(ordinal);
    return hit != nullptr ? hit->score : 0;
  }
  /// Every commit moves scores a little: the row of a cursor counts with the score it has now.
  void renew(const std::vector<SortTerm>& order, Bound& bound) const {
    const auto* hit = find(bound.ordinal);
    for (std::size_t i = 0; hit != nullptr && i < order.size(); ++i)
      if (order[i].score) bound.values[i] = ValueView::of(hit->score);
  }
  /// Gives the hits away that pass; the scores are gone then.
  template <class Pass>
  [[nodiscard]] std::vector<text::Hit> take(const Pass& pass) {
    std::erase_if(hits_, [&](const text::Hit& hit) { return !pass(hit); });
    return std::move(hits_);
  }

 private:
  [[nodiscard]] const text::Hit* find(Ordinal ordinal) const {
    const auto found = std::lower_bound(hits_.begin(), hits_.end(), ordinal,
                                        [](const text::Hit& hit, Ordinal wanted) { return hit.ordinal < wanted; });
    return found != hits_.end() && found->ordinal == ordinal ? &*found : nullptr;
  }

  std::vector<text::Hit> hits_;
};

/// Hits in the order of a query that sorts by score alone, as many as are asked for. Cost: a heap of all.
class BestFirst {
 public:
  BestFirst(const DocumentQuery& query, std::vector<text::Hit> hits)
      : hits_(std::move(hits)),
        down_(query.order.front().descending != query.backward),
        backward_(query.backward) {
    std::make_heap(hits_.begin(), hits_.end(), Worse{this});
  }
  [[nodiscard]] std::size_t size() const noexcept { return hits_.size(); }
  /// Requires: size() > 0.
  [[nodiscard]] text::Hit next() {
    std::pop_heap(hits_.begin(), hits_.end(), Worse{this});
    const auto hit = hits_.back();
    hits_.pop_back();
    return hit;
  }

 private:
  struct Worse {
    const BestFirst* self;
    bool operator()(const text::Hit& a, const text::Hit& b) const noexcept {
      if (a.score != b.score) return (a.score < b.score) == self->down_;
      return (a.ordinal > b.ordinal) != self->backward_;
    }
  };

  std::vector<text::Hit> hits_;
  bool down_;
  bool backward_;
};

[[nodiscard]] inline plan::PlanNode search_node(const text::Search& search, std::size_t found) {
  plan::PlanNode node;
  node.op = "SearchIndex";
  node.condition = search.description();
  for (const auto& field : search.fields()) node.index += (node.index.empty() ? "" : ", ") + field.index->name;
  node.estimated_rows = found;
  return node;
}

}  // namespace aurora::exec
