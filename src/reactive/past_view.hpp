// The state at an earlier sequence than the current one: the current state with the later commits undone on top.
// Made for live queries that are some commits behind; reads the snapshot beneath.
#pragma once

#include <aurora/commit/change_tail.hpp>
#include <aurora/commit/snapshot_view.hpp>

#include <deque>
#include <memory>
#include <unordered_map>

namespace aurora::reactive {

/// Owns the snapshot. Threads: one thread at a time. Searches rank by the texts of the current state.
/// Cost: one entry for each document that the later commits changed; they are left out of indexes and columns.
class PastView final : public View {
 public:
  /// `later`: all commits after `sequence` up to that of `current`, rising; none of them changed the catalog.
  PastView(commit::SnapshotView current, Sequence sequence, const std::deque<std::shared_ptr<const commit::Commit>>& later);

  [[nodiscard]] const Catalog& catalog() const override { return current_.catalog(); }
  [[nodiscard]] Sequence sequence() const override { return sequence_; }
  [[nodiscard]] DateTime now() const override { return current_.now(); }
  [[nodiscard]] Result<const CollectionVersion*> collection(CollectionId id) override { return current_.collection(id); }
  [[nodiscard]] Result<RecordRef> record(CollectionId id, Ordinal ordinal) override;
  [[nodiscard]] const PendingDocuments* pending(CollectionId id) override;
  [[nodiscard]] Status scan(CollectionId id, const OrdinalSet& ordinals,
                            const std::function<bool(Ordinal, const RecordRef&)>& visit) override;
  [[nodiscard]] ColumnPool* columns() override { return current_.columns(); }
  [[nodiscard]] Column field_column(CollectionId id, const ColumnAsk& ask) override {
    return current_.field_column(id, ask);
  }
  void on_read(CollectionId, std::shared_ptr<const plan::Filter>) override {}

 private:
  commit::SnapshotView current_;
  const Sequence sequence_;
  std::unordered_map<CollectionId, PendingDocuments> undone_;
};

}  // namespace aurora::reactive
