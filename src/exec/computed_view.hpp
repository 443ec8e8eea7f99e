// A view that adds virtual computed fields to the records of one collection, so that conditions, sort terms and
// groups read them like any other. Private to selection.
#pragma once

#include <aurora/exec/select.hpp>
#include <aurora/exec/view.hpp>

#include <vector>

namespace aurora::exec {

/// Borrows the view under it and the query. Threads: one thread at a time.
class ComputedView final : public View {
 public:
  /// Adds what the query's filter, order, distinct and `computed` read.
  ComputedView(View& base, const DocumentQuery& query);

  /// False when the records can be read as they are.
  [[nodiscard]] bool is_needed() const noexcept { return !fields_.empty(); }

  [[nodiscard]] const Catalog& catalog() const override { return base_.catalog(); }
  [[nodiscard]] Sequence sequence() const override { return base_.sequence(); }
  [[nodiscard]] DateTime now() const override { return base_.now(); }
  [[nodiscard]] Result<const CollectionVersion*> collection(CollectionId id) override { return base_.collection(id); }
  /// Errors: those of expressions too.
  [[nodiscard]] Result<RecordRef> record(CollectionId id, Ordinal ordinal) override;
  [[nodiscard]] const PendingDocuments* pending(CollectionId id) override { return base_.pending(id); }
  /// Errors: those of expressions too.
  [[nodiscard]] Status scan(CollectionId id, const OrdinalSet& ordinals,
                            const std::function<bool(Ordinal, const RecordRef&)>& visit) override;
  [[nodiscard]] ColumnPool* columns() override { return base_.columns(); }
  [[nodiscard]] Column field_column(CollectionId id, const ColumnAsk& ask) override { return base_.field_column(id, ask); }
  void on_read(CollectionId id, std::shared_ptr<const plan::Filter> filter) override;
  [[nodiscard]] bool keeps_reads() const override { return base_.keeps_reads(); }

 private:
  [[nodiscard]] Result<RecordRef> extended(const RecordRef& record) const;

  View& base_;
  const CollectionDef& definition_;
  std::vector<FieldId> fields_;
};

}  // namespace aurora::exec
