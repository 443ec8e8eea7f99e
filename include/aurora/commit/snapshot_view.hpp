// A view of one published snapshot: what every query without a transaction reads.
#pragma once

#include <aurora/commit/change_list.hpp>
#include <aurora/commit/records.hpp>
#include <aurora/commit/snapshots.hpp>

namespace aurora::commit {

class Engine;

/// Threads: one thread at a time. Owns: the pin. Requires: the engine outlives it.
class SnapshotView : public View {
 public:
  /// `now`: the instant of the statement that reads.
  SnapshotView(Engine& engine, SnapshotList::Pin pin, DateTime now) : engine_(engine), pin_(std::move(pin)), now_(now) {}

  [[nodiscard]] const Catalog& catalog() const override { return *pin_->catalog; }
  [[nodiscard]] Sequence sequence() const override { return pin_->sequence; }
  [[nodiscard]] DateTime now() const override { return now_; }
  [[nodiscard]] Result<const CollectionVersion*> collection(CollectionId id) override;
  [[nodiscard]] Result<RecordRef> record(CollectionId id, Ordinal ordinal) override;
  [[nodiscard]] const PendingDocuments* pending(CollectionId) override { return nullptr; }
  [[nodiscard]] Status scan(CollectionId id, const OrdinalSet& ordinals,
                            const std::function<bool(Ordinal, const RecordRef&)>& visit) override;
  [[nodiscard]] ColumnPool* columns() override;
  [[nodiscard]] Column field_column(CollectionId id, const ColumnAsk& ask) override;
  [[nodiscard]] FieldChunks field_chunks(CollectionId id, const ChunksAsk& ask) override;
  void on_read(CollectionId, std::shared_ptr<const plan::Filter>) override {}

  [[nodiscard]] std::shared_ptr<const Catalog> catalog_ref() const { return pin_->catalog; }

 private:
  [[nodiscard]] FieldColumns::Source column_source(const CollectionVersion& version);
  [[nodiscard]] Result<const CollectionVersion*> changes();
  [[nodiscard]] Result<RecordRef> change(Ordinal ordinal) const;

  Engine& engine_;
  SnapshotList::Pin pin_;
  DateTime now_;
  // Collections looked up so far: spares the list's lock on every access.
  std::vector<std::pair<CollectionId, const CollectionVersion*>> seen_;
  std::unique_ptr<ChangeList> changes_;   // of `_changes`, once it was asked for
};

}  // namespace aurora::commit
