// A view that can be written: what mutations and schema statements run on.
// Implemented by commit/ (WriteContext); used by the executor.
#pragma once

#include <aurora/exec/view.hpp>
#include <aurora/schema/build.hpp>

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace aurora {

/// A place to return to: what was written after it can be undone or checked.
struct Savepoint {
  std::size_t changes = 0;
  std::size_t claims = 0;
};

/// One document before and after. Null `before`: inserted; null `after`: deleted.
struct Change {
  CollectionId collection = 0;
  Ordinal ordinal = 0;
  RecordRef before;
  RecordRef after;
};

/// Threads: one thread at a time.
class WriteView : public View {
 public:
  [[nodiscard]] virtual Savepoint savepoint() const = 0;
  virtual void rollback(Savepoint to) = 0;
  /// The net changes since then, in order of first touch; documents that came and went are left out.
  [[nodiscard]] virtual std::vector<Change> changes_since(Savepoint since) const = 0;

  /// Adds a document. `record` is unsealed; its `_sid` is made here. Returns its ordinal.
  [[nodiscard]] virtual Result<Ordinal> insert(const CollectionDef& collection, RecordRef record) = 0;
  /// Replaces the document's fields, keeping `_sid`. Requires: it exists in this view; `record` is unsealed.
  [[nodiscard]] virtual Status replace(const CollectionDef& collection, Ordinal ordinal, RecordRef record) = 0;
  /// Removes the document. Requires: it exists in this view.
  [[nodiscard]] virtual Status erase(const CollectionDef& collection, Ordinal ordinal) = 0;
  /// Checks the unique indexes for everything written since `since`; part of the end of a statement (relations.hpp), so
  /// that values may trade places within one. Errors: UniqueConstraintViolation naming collection, field, value.
  [[nodiscard]] virtual Status check_unique(Savepoint since) = 0;
  /// Another document than `self` that holds `key` in a unique index now; nullopt when free.
  [[nodiscard]] virtual Result<std::optional<Ordinal>> holder(const CollectionDef& collection, const IndexDef& index,
                                                              const std::string& key, Ordinal self) = 0;

  /// Adds the collection, or puts the definition in the place of the one with its id.
  [[nodiscard]] virtual Status put_collection(CollectionDef definition) = 0;
  [[nodiscard]] virtual Status drop_collection(const CollectionDef& definition) = 0;
  /// Builds an index over the documents as they are in this view. Errors: UniqueConstraintViolation.
  [[nodiscard]] virtual Status build_index(const CollectionDef& collection, const IndexDef& index) = 0;
  /// Next ids of collections and indexes. Requires: an exclusive mutation.
  [[nodiscard]] virtual DefinitionIds& schema_ids() = 0;

  /// A fresh UUIDv7 for an omitted primary key.
  [[nodiscard]] virtual Uuid new_id() = 0;
  [[nodiscard]] virtual std::uint32_t max_document_bytes() const = 0;
};

}  // namespace aurora
