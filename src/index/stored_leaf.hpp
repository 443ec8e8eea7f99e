// Leaves that stand in the tree before their page was read (U1 in stored_pages.hpp), and the reference that reads them.
// Held by tree; made by index_pages.
//
// A StoredLeaf is a Leaf without keys. The tree reaches leaves by LeafRef alone, which goes on from a stored leaf to
// the one that was read; that one is held by the stored leaf, so both live as long as any version that has the page.
#pragma once

#include <aurora/index/stored_pages.hpp>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "index/leaf.hpp"
#include "index/page_codec.hpp"

namespace aurora::index {

class LeafStore;

class StoredLeaf final : public Leaf {
 public:
  StoredLeaf(std::shared_ptr<LeafStore> store, std::uint32_t row);
  ~StoredLeaf();
  StoredLeaf(const StoredLeaf&) = delete;
  StoredLeaf& operator=(const StoredLeaf&) = delete;

  /// What the directory says of the page.
  [[nodiscard]] const DirectoryRow& row() const noexcept;
  /// Null when it was not read yet.
  [[nodiscard]] Leaf* leaf() const noexcept { return leaf_.load(std::memory_order_acquire); }
  /// Reads the page when nobody did. Throws the Error when it can be neither read nor recovered.
  [[nodiscard]] Leaf& read() const {
    Leaf* known = leaf();
    return known != nullptr ? *known : read_first();
  }
  [[nodiscard]] std::size_t memory_bytes() const noexcept;

 private:
  friend class LeafStore;
  [[nodiscard]] Leaf& read_first() const;

  const std::shared_ptr<LeafStore> store_;
  const std::uint32_t row_;
  mutable Ref<Leaf> held_;                      // set once, under the store's mutex
  mutable std::atomic<Leaf*> leaf_{nullptr};    // of held_
};

/// The pages of one index, as its directory lists them, and who still waits for them.
class LeafStore final : public StoredPages, public std::enable_shared_from_this<LeafStore> {
 public:
  LeafStore(std::vector<DirectoryRow> rows, std::shared_ptr<PageSource> source);

  /// The leaf that stands for a page. Requires: called once for each row.
  [[nodiscard]] Ref<Leaf> leaf(std::uint32_t row);
  [[nodiscard]] const std::vector<DirectoryRow>& rows() const noexcept { return rows_; }

  [[nodiscard]] bool is_whole() const noexcept override { return unread_.load(std::memory_order_acquire) == 0; }
  [[nodiscard]] Result<bool> read_next() override;

 private:
  friend class StoredLeaf;
  [[nodiscard]] Result<Ref<Leaf>> read(std::uint32_t row) const;
  [[nodiscard]] Result<Ref<Leaf>> recover(std::uint32_t row, const Error& why) const;
  [[nodiscard]] Result<Ref<Leaf>> read_or_recover(std::uint32_t row) const;
  [[nodiscard]] Status fill(const StoredLeaf& leaf);
  void forget(std::uint32_t row) noexcept;

  const std::vector<DirectoryRow> rows_;
  const std::shared_ptr<PageSource> source_;
  std::mutex mutex_;                            // never held while a page is read
  std::vector<StoredLeaf*> waiting_;            // guarded by mutex_: by row; null once read or gone
  std::size_t next_ = 0;                        // guarded by mutex_: nobody before it waits
  std::atomic<std::size_t> unread_{0};          // changed under mutex_
};

/// A counted reference to a leaf, wherever its page is.
class LeafRef {
 public:
  LeafRef() noexcept = default;
  LeafRef(Ref<Leaf> leaf) noexcept : held_(std::move(leaf)) {}   // not explicit: a leaf is a leaf

  [[nodiscard]] explicit operator bool() const noexcept { return static_cast<bool>(held_); }
  /// Reads the page when nobody did; throws what StoredLeaf::read throws.
  [[nodiscard]] Leaf& operator*() const {
    Leaf& leaf = *held_;
    if (!leaf.is_stored()) [[likely]]
      return leaf;
    return static_cast<const StoredLeaf&>(leaf).read();
  }
  [[nodiscard]] Leaf* operator->() const { return &**this; }

  /// Of the page, without reading it.
  [[nodiscard]] std::uint32_t page_id() const noexcept { return held_->page_id; }
  /// Null when the leaf was never stored, or has been let go of.
  [[nodiscard]] const StoredLeaf* stored() const noexcept {
    return held_->is_stored() ? static_cast<const StoredLeaf*>(&*held_) : nullptr;
  }

 private:
  Ref<Leaf> held_;
};

}  // namespace aurora::index
