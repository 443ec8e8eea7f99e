// What a query sees: one consistent state of the database (I3), with or without uncommitted changes on top.
// Implemented by commit/ (snapshots, mutations, transactions); asked by the executor.
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/index/field_columns.hpp>
#include <aurora/index/ordered_index.hpp>
#include <aurora/index/live_set.hpp>
#include <aurora/index/ordinal_set.hpp>
#include <aurora/schema/catalog.hpp>
#include <aurora/schema/definition.hpp>
#include <aurora/text/lengths.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace aurora {

namespace plan {
class Filter;
}

/// One collection at one sequence. Immutable while a view holds it.
struct CollectionVersion {
  std::shared_ptr<const CollectionDef> definition;
  LiveSet live;                            ///< ordinals that hold a document
  std::vector<IndexVersion> indexes;       ///< as definition->indexes
  /// As definition->indexes: the document lengths beside full-text indexes, null beside others.
  std::vector<std::shared_ptr<const text::Lengths>> lengths;
  Ordinal next_ordinal = 0;
  Sequence changed_at = 0;                 ///< of the last commit that touched it

  /// Null when the collection has no such index.
  [[nodiscard]] const IndexVersion* index(std::uint32_t index_id) const noexcept {
    for (std::size_t i = 0; i < indexes.size(); ++i)
      if (definition->indexes[i].id == index_id) return &indexes[i];
    return nullptr;
  }
  /// Adds the index that comes next in `definition`.
  void add_index(const IndexDef& index, IndexVersion version) {
    lengths.push_back(index.kind == IndexKind::kSearch ? text::Lengths::of(version) : nullptr);
    indexes.push_back(std::move(version));
  }
};

/// Uncommitted changes of one collection: what stands over its CollectionVersion.
struct PendingDocuments {
  OrdinalSet touched;                                          ///< base ordinals to leave out
  std::vector<std::pair<Ordinal, RecordRef>> documents;        ///< present now, in natural order

  /// Takes the ordinals they replace out of `set` and puts in those that are present.
  void lay_over(OrdinalSet& set) const {
    set -= touched;
    for (const auto& [ordinal, record] : documents) set.add(ordinal);
  }
};

/// The documents of a collection as a view with these uncommitted changes (null: none) sees them.
[[nodiscard]] inline OrdinalSet all_documents(const CollectionVersion& version, const PendingDocuments* pending) {
  OrdinalSet all = version.live;
  if (pending != nullptr) pending->lay_over(all);
  return all;
}

/// Threads: one thread at a time.
class View {
 public:
  virtual ~View() = default;

  [[nodiscard]] virtual const Catalog& catalog() const = 0;
  [[nodiscard]] virtual Sequence sequence() const = 0;
  [[nodiscard]] virtual DateTime now() const = 0;

  /// The committed part of the collection. Loads its indexes on first use. Requires: `id` is in catalog().
  [[nodiscard]] virtual Result<const CollectionVersion*> collection(CollectionId id) = 0;
  /// The document as this view sees it; null when there is none.
  [[nodiscard]] virtual Result<RecordRef> record(CollectionId id, Ordinal ordinal) = 0;
  /// Uncommitted changes over `collection(id)`; null when there are none.
  [[nodiscard]] virtual const PendingDocuments* pending(CollectionId id) = 0;

  /// Calls `visit` for each document of `ordinals` (rising) until it returns false. For many documents:
  /// reads in order and keeps the hot cache as it is.
  [[nodiscard]] virtual Status scan(CollectionId id, const OrdinalSet& ordinals,
                                    const std::function<bool(Ordinal, const RecordRef&)>& visit) = 0;

  /// The memory of forward columns; null when this view uses none.
  [[nodiscard]] virtual ColumnPool* columns() { return nullptr; }
  /// The values of a field without an index, or of texts, for the documents of `collection(id)`; null when there is no
  /// such column now (FieldColumns::column). Requires: columns() is not null, and the collection has nothing pending.
  [[nodiscard]] virtual Column field_column(CollectionId, const ColumnAsk&) { return {}; }
  /// Values of several fields for some documents of `collection(id)`, as far as columns have them; nothing when none is
  /// kept (FieldColumns::chunks). Requires: as field_column.
  [[nodiscard]] virtual FieldChunks field_chunks(CollectionId, const ChunksAsk&) { return {}; }

  /// Told of every set of documents a statement depends on, so that a transaction can be validated.
  virtual void on_read(CollectionId id, std::shared_ptr<const plan::Filter> filter) = 0;
  /// True when somebody keeps what `on_read` is told.
  [[nodiscard]] virtual bool keeps_reads() const { return false; }
};

}  // namespace aurora
