// What a mutation works on: a committed state with its own uncommitted changes on top, which it reads and
// extends. Used inside the pipeline (for a group of mutations) and by interactive transactions.
#pragma once

#include <aurora/commit/snapshot_view.hpp>
#include <aurora/commit/write_set.hpp>
#include <aurora/exec/write_view.hpp>

#include <map>
#include <set>
#include <string>

namespace aurora::commit {

/// An index built over the documents as they were at a point of the mutation.
struct BuiltIndex {
  CollectionId collection = 0;
  OrderedIndex index;
  Savepoint at;
};

/// What a mutation did to the catalog.
struct SchemaEdit {
  std::shared_ptr<const Catalog> catalog;                     ///< null: unchanged
  std::set<CollectionId> changed;                             ///< defined or altered
  std::set<CollectionId> dropped;
  std::map<std::uint32_t, BuiltIndex> built;                  ///< indexes built over existing documents, by id
};

/// Threads: one thread at a time. Owns: nothing of the engine; the write set is its caller's.
class WriteContext : public WriteView {
 public:
  WriteContext(Engine& engine, SnapshotView& base, WriteSet& writes);

  // ---- reading: committed state plus own changes
  [[nodiscard]] const Catalog& catalog() const override;
  [[nodiscard]] Sequence sequence() const override { return base_.sequence(); }
  [[nodiscard]] DateTime now() const override { return now_; }
  [[nodiscard]] Result<const CollectionVersion*> collection(CollectionId id) override;
  [[nodiscard]] Result<RecordRef> record(CollectionId id, Ordinal ordinal) override;
  [[nodiscard]] const PendingDocuments* pending(CollectionId id) override { return writes_.pending(id); }
  [[nodiscard]] Status scan(CollectionId id, const OrdinalSet& ordinals,
                            const std::function<bool(Ordinal, const RecordRef&)>& visit) override;
  /// None once the mutation changed a definition.
  [[nodiscard]] ColumnPool* columns() override { return overridden_.empty() ? base_.columns() : nullptr; }
  [[nodiscard]] Column field_column(CollectionId id, const ColumnAsk& ask) override {
    return base_.field_column(id, ask);
  }
  [[nodiscard]] FieldChunks field_chunks(CollectionId id, const ChunksAsk& ask) override {
    return base_.field_chunks(id, ask);
  }
  void on_read(CollectionId id, std::shared_ptr<const plan::Filter> filter) override;

  // ---- writing
  [[nodiscard]] Savepoint savepoint() const override { return writes_.mark(); }
  [[nodiscard]] bool keeps_reads() const override { return read_hook != nullptr; }
  void rollback(Savepoint to) override { writes_.rollback(to); }
  [[nodiscard]] std::vector<Change> changes_since(Savepoint since) const override { return writes_.collect(since); }
  [[nodiscard]] Result<Ordinal> insert(const CollectionDef& collection, RecordRef record) override;
  [[nodiscard]] Status replace(const CollectionDef& collection, Ordinal ordinal, RecordRef record) override;
  [[nodiscard]] Status erase(const CollectionDef& collection, Ordinal ordinal) override;
  [[nodiscard]] Status check_unique(Savepoint since) override;
  [[nodiscard]] Result<std::optional<Ordinal>> holder(const CollectionDef& collection, const IndexDef& index,
                                                      const std::string& key, Ordinal self) override;

  /// As `insert`, with the `_sid` a transaction gave out before. Requires: it is greater than every earlier one
  /// of the collection.
  [[nodiscard]] Result<Ordinal> insert_with_sid(const CollectionDef& collection, RecordRef record, const Uuid& sid);

  /// Documents added to the collection in this context before `mark`, by other mutations of the group.
  [[nodiscard]] std::size_t others_inserted(CollectionId id, Savepoint mark) const;

  // ---- schema
  [[nodiscard]] Status put_collection(CollectionDef definition) override;
  [[nodiscard]] Status drop_collection(const CollectionDef& definition) override;
  [[nodiscard]] Status build_index(const CollectionDef& collection, const IndexDef& index) override;
  /// Builds anew each built index whose documents changed since. For the pipeline, after the mutation.
  [[nodiscard]] Status renew_built_indexes();
  [[nodiscard]] DefinitionIds& schema_ids() override;
  [[nodiscard]] Uuid new_id() override;
  [[nodiscard]] std::uint32_t max_document_bytes() const override;
  [[nodiscard]] const SchemaEdit& schema_edit() const noexcept { return schema_; }
  [[nodiscard]] SchemaEdit& schema_edit() noexcept { return schema_; }
  [[nodiscard]] WriteSet& writes() noexcept { return writes_; }
  [[nodiscard]] Engine& engine() noexcept { return engine_; }
  /// The commit's sequence, stamped on records written from here on. A transaction that is not committing yet
  /// stamps its base sequence and restamps later.
  void set_commit_sequence(Sequence sequence, DateTime now);
  /// The instant of the statement, in the place of that of the commit.
  void set_now(DateTime now) noexcept { now_ = now; }
  /// Called for every read set; transactions keep them for validation.
  std::function<void(CollectionId, std::shared_ptr<const plan::Filter>)> read_hook;

 private:
  [[nodiscard]] Result<std::optional<Ordinal>> stored_holder(const CollectionDef& collection, const IndexDef& index,
                                                             const std::string& key, Ordinal self);
  [[nodiscard]] Status visit_all(const CollectionDef& collection,
                                 const std::function<bool(Ordinal, const RecordRef&)>& visit);

  Engine& engine_;
  SnapshotView& base_;
  WriteSet& writes_;
  SchemaEdit schema_;
  Sequence commit_sequence_ = 0;
  DateTime now_;
  // Collections whose definition differs from the base's in this context.
  std::map<CollectionId, std::unique_ptr<CollectionVersion>> overridden_;
  std::vector<std::string> keys_;   // scratch
};

}  // namespace aurora::commit
