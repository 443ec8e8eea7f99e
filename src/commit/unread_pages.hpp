// Index pages that were not read when their collection was loaded. Private to the commit room; kept in Engine::Heads.
#pragma once

#include <aurora/index/ordered_index.hpp>
#include <aurora/index/stored_pages.hpp>
#include <aurora/schema/definition.hpp>

#include <atomic>
#include <memory>
#include <vector>

namespace aurora::commit {

class Engine;

/// Of the indexes of one collection. As long as there are any, a commit to it is built beside readers, so that no page is
/// read under the lock of the snapshots.
/// Threads: opened by the thread that loads the collection; then any.
class UnreadPages {
 public:
  /// Opens an index of which no page is read. Errors: NotFound when it has none, Corruption of its directory.
  [[nodiscard]] Result<OrderedIndex> open(Engine& engine, const CollectionDef& definition, const IndexDef& index);

  /// True from when on no page of theirs will be read any more.
  [[nodiscard]] bool is_whole() const;
  /// Appends those of which there are some: they are to be read without a lock.
  void append_to(std::vector<std::shared_ptr<StoredPages>>& pages) const;

  struct Index {
    std::uint32_t id;
    std::weak_ptr<StoredPages> pages;
    std::shared_ptr<std::atomic<bool>> recovered;   ///< pages were made anew: the index is to be written whole
  };
  [[nodiscard]] const std::vector<Index>& indexes() const noexcept { return indexes_; }

 private:
  std::vector<Index> indexes_;
  mutable std::atomic<bool> whole_{true};   // false: it must be looked at
};

/// Of the collections that `wanted` chooses. `heads`: by collection, guarded by the caller.
template <class Heads, class Wanted>
[[nodiscard]] std::vector<std::shared_ptr<StoredPages>> unread_of(const Heads& heads, const Wanted& wanted) {
  std::vector<std::shared_ptr<StoredPages>> pages;
  for (const auto& [id, of] : heads)
    if (wanted(id)) of->unread.append_to(pages);
  return pages;
}

/// Reads all that was not read yet. Errors: those of the source, of a page that could not be recovered either.
[[nodiscard]] Status read_rest(StoredPages& pages);

}  // namespace aurora::commit
