// Body of past_view.hpp. Called by watchers.
#include "reactive/past_view.hpp"

#include <aurora/exec/pending_scan.hpp>

#include <algorithm>

namespace aurora::reactive {

PastView::PastView(commit::SnapshotView current, Sequence sequence,
                   const std::deque<std::shared_ptr<const commit::Commit>>& later)
    : current_(std::move(current)), sequence_(sequence) {
  for (const auto& commit : later)
    for (const auto& change : commit->changes) {
      // What stood before its first change stands there again.
      auto& undone = undone_[change.collection];
      if (undone.touched.contains(change.ordinal)) continue;
      undone.touched.add(change.ordinal);
      if (change.before) undone.documents.emplace_back(change.ordinal, change.before);
    }
  for (auto& [collection, undone] : undone_)
    std::sort(undone.documents.begin(), undone.documents.end(),
              [](const auto& a, const auto& b) { return a.first < b.first; });
}

const PendingDocuments* PastView::pending(CollectionId id) {
  const auto found = undone_.find(id);
  return found == undone_.end() ? nullptr : &found->second;
}

Result<RecordRef> PastView::record(CollectionId id, Ordinal ordinal) {
  const auto* undone = pending(id);
  if (undone == nullptr || !undone->touched.contains(ordinal)) return current_.record(id, ordinal);
  const auto& documents = undone->documents;
  const auto at = std::lower_bound(documents.begin(), documents.end(), ordinal,
                                   [](const auto& entry, Ordinal wanted) { return entry.first < wanted; });
  return at != documents.end() && at->first == ordinal ? at->second : RecordRef();
}

Status PastView::scan(CollectionId id, const OrdinalSet& ordinals,
                      const std::function<bool(Ordinal, const RecordRef&)>& visit) {
  return scan_with_pending(pending(id), ordinals, visit,
                           [&](const OrdinalSet& untouched, const auto& each) { return current_.scan(id, untouched, each); });
}

}  // namespace aurora::reactive
