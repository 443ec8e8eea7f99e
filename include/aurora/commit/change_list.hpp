// The change log as the collection `_changes`: one document a change, made when it is looked at.
// Owned by the snapshot view that was asked for the collection; reads the log once, up to the view's sequence.
#pragma once

#include <aurora/commit/log_codec.hpp>
#include <aurora/exec/view.hpp>
#include <aurora/storage/store.hpp>

#include <functional>
#include <memory>
#include <vector>

namespace aurora::commit {

/// Changes of the system's own collections and of dropped ones are left out.
/// Threads: one thread at a time. Cost: the log is read whole; old states stay in memory while the list lives.
class ChangeList {
 public:
  /// Reads a document that no later change of the log knows: as `view` sees it.
  using Current = std::function<Result<RecordRef>(CollectionId, Ordinal)>;

  /// Errors: Corruption of the log.
  [[nodiscard]] static Result<std::unique_ptr<ChangeList>> read(storage::Store& store, const Catalog& catalog,
                                                                Sequence upto);

  /// The changes as a collection without indexes; ordinals count from the oldest change kept.
  [[nodiscard]] const CollectionVersion& version() const noexcept { return version_; }
  /// The document of one change. Requires: the ordinal is live.
  [[nodiscard]] Result<RecordRef> record(Ordinal ordinal, const Catalog& catalog, const Current& current) const;

 private:
  static constexpr std::uint32_t kNone = UINT32_MAX;
  struct Entry {
    Sequence sequence;
    std::uint32_t place;                   ///< within its commit
    ChangeKind kind;
    CollectionId collection;
    Ordinal ordinal;
    RecordRef before;                      ///< null for an insert
    std::uint32_t next = kNone;            ///< the next change of the same document
  };

  CollectionVersion version_;
  std::vector<Entry> entries_;
};

}  // namespace aurora::commit
