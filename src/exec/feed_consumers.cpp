// One pass over the matches of a query for all its aggregates and groups. Called by queries; calls selection.
#include <aurora/base/try.hpp>
#include <aurora/exec/group.hpp>
#include <aurora/expr/computed_fields.hpp>

#include <algorithm>

namespace aurora::exec {

Result<bool> Consumer::exchange(const Row*, const Row*) { return false; }

Status feed_consumers(View& view, DocumentQuery& query, std::vector<Consumer*> consumers, const ExecSettings& settings,
                      plan::Explanation* explanation) {
  const bool ordered =
      std::any_of(consumers.begin(), consumers.end(), [](const auto* consumer) { return consumer->needs_order(); });
  for (const auto* consumer : consumers)
    for (const auto field : consumer->reads()) add_if_virtual(*query.collection, field, query.computed);
  const auto from_documents = [&](const Row& row) -> Status {
    for (auto* consumer : consumers) AURORA_TRY(consumer->add(row));
    return {};
  };
  // Those that indexes satisfy need no documents any more.
  const auto from_indexes = [&](IndexedMatches& matches) -> Result<bool> {
    std::vector<Consumer*> left;
    for (auto* consumer : consumers) {
      AURORA_ASSIGN(const bool done, consumer->add_indexed(matches));
      if (!done) left.push_back(consumer);
    }
    consumers = std::move(left);
    return consumers.empty();
  };
  return visit_matches(view, query, ordered, settings, explanation, from_documents, from_indexes);
}

}  // namespace aurora::exec
