// Uncommitted changes over a committed state, with savepoints. Used by the commit pipeline for a group of
// mutations and by interactive transactions. Threads: one thread at a time.
#pragma once

#include <aurora/commit/hash_chains.hpp>
#include <aurora/document/record.hpp>
#include <aurora/exec/write_view.hpp>

#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace aurora::commit {

/// Why a commit of more than `most` bytes is refused.
[[nodiscard]] Error transaction_too_large(std::uint64_t most);

class WriteSet {
 public:
  /// Position in the journals: everything after it can be undone or collected.
  using Mark = Savepoint;
  [[nodiscard]] Mark mark() const noexcept { return {journal_.size(), claims_.size()}; }
  void rollback(Mark mark);

  /// Sets the state of a document. `committed` is its committed record, used on first touch.
  void put(CollectionId collection, Ordinal ordinal, const RecordRef& committed, RecordRef after);

  /// True when the document was touched; `out` is then its current record (null: deleted).
  [[nodiscard]] bool find(CollectionId collection, Ordinal ordinal, RecordRef& out) const;

  /// Net changes since `mark`, in order of first touch; documents that came and went are left out.
  [[nodiscard]] std::vector<Change> collect(Mark mark) const;
  /// The touched documents of a collection as they are now; null when none was touched.
  [[nodiscard]] const PendingDocuments* pending(CollectionId collection) const;
  [[nodiscard]] bool empty() const noexcept { return journal_.empty(); }
  [[nodiscard]] std::size_t byte_size() const noexcept { return bytes_; }
  void clear();

  /// Ordinals given out beyond the committed next_ordinal.
  [[nodiscard]] Ordinal allocate(CollectionId collection, Ordinal committed_next);

  /// Documents that were added to the collection before `mark`.
  [[nodiscard]] std::size_t inserted_before(CollectionId collection, Mark mark) const;

  /// Calls `visit` with documents that claimed a unique key, until it returns true; gives whether it did. Callers must
  /// check that the claim still stands, and that it was of this key: those of other keys may be among them.
  template <class Visit>
  bool find_claim(std::uint32_t index_id, std::string_view key, const Visit& visit) const {
    return !claims_.empty() && claims_.find(claim_hash(index_id, key), visit);
  }
  void set_claim(std::uint32_t index_id, std::string_view key, Ordinal ordinal);

 private:
  struct Document {
    Ordinal ordinal;
    RecordRef committed;
    RecordRef now;
  };
  struct Collection {
    CollectionId id = 0;
    std::vector<Document> documents;                          // in order of first touch
    HashChains by_ordinal;                                    // made when `documents` outgrows a linear look
    Ordinal inserted = 0;                                     // ordinals allocated
    mutable PendingDocuments pending;
    mutable bool pending_fresh = false;
  };
  struct JournalEntry {
    std::uint32_t collection;   // index into collections_
    std::uint32_t document;     // index into documents
    RecordRef previous;         // before this put
    bool first_touch;
  };

  [[nodiscard]] static std::uint64_t claim_hash(std::uint32_t index_id, std::string_view key) noexcept;
  [[nodiscard]] std::uint32_t slot_of(CollectionId id);
  static void update_pending(PendingDocuments& pending, Ordinal ordinal, const RecordRef& after);
  [[nodiscard]] const Collection* collection_of(CollectionId id) const;
  [[nodiscard]] static const Document* document_of(const Collection& collection, Ordinal ordinal);

  std::vector<Collection> collections_;
  std::vector<JournalEntry> journal_;
  HashChains claims_;                                         // ordinals, by index and key
  std::size_t bytes_ = 0;
};

}  // namespace aurora::commit
