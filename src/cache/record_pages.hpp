// Cached records by their ordinal, in dense pages: a read follows four pointers, takes no lock and writes nothing shared.
// Used by the record cache only.
//
//   collection id ─► Directory ─► Table ─► Part (256 pages) ─► Page (64 records)
//
// Invariants:
//   P1  a page's slots and `held` change under the page's own lock (`lock_of`); readers look under a guard of the epochs.
//   P2  what leaves a slot, an empty page and a table outgrown are retired to the epochs, never freed at once.
#pragma once

#include "bulk_memory.hpp"
#include "read_epochs.hpp"

#include <aurora/document/record.hpp>

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

namespace aurora {

class PagePool;

struct RecordPage {
  static constexpr std::uint32_t kRecords = 64;

  std::array<std::atomic<RecordRef::Handle>, kRecords> records{};
  std::array<std::atomic<std::uint8_t>, kRecords> uses{};   ///< since each last stood at the front of the eviction queue
  std::uint32_t held = 0;                                   ///< records in it
  PagePool* pool = nullptr;                                 ///< where it goes back to

  [[nodiscard]] RecordRef::Handle look(Ordinal ordinal) const noexcept {
    return records[ordinal % kRecords].load(std::memory_order_seq_cst);
  }
};

/// Where pages come from: side by side in large pieces, which are given back together. Threads: any.
class PagePool {
 public:
  [[nodiscard]] RecordPage* take();
  void give_back(RecordPage* page) noexcept;

 private:
  union Place {
    Place() noexcept : next(nullptr) {}
    ~Place() {}
    Place* next;
    RecordPage page;
  };
  std::mutex mutex_;
  Place* free_ = nullptr;                                // guarded by mutex_
  std::vector<std::unique_ptr<BulkMemory>> pieces_;      // guarded by mutex_
};

/// Threads: every call may come from any thread.
class RecordPages {
 public:
  /// Requires: the pool outlives the epochs, those outlive this.
  RecordPages(ReadEpochs& epochs, PagePool& pool) noexcept : epochs_(epochs), pool_(pool) {}
  ~RecordPages();
  RecordPages(const RecordPages&) = delete;
  RecordPages& operator=(const RecordPages&) = delete;

  /// Requires: a guard; the page may be used as long as that lives. Null when nothing of it is cached.
  [[nodiscard]] RecordPage* find(CollectionId collection, Ordinal ordinal) const noexcept;
  /// The lock of the page that holds the ordinal, or will.
  [[nodiscard]] std::mutex& lock_of(CollectionId collection, Ordinal ordinal) noexcept;
  /// Requires: a guard and its lock. The page is made when it is missing.
  [[nodiscard]] RecordPage& make(CollectionId collection, Ordinal ordinal);
  /// Requires: a guard and its lock, held == 0.
  void drop(CollectionId collection, Ordinal ordinal);
  /// Calls `visit(collection, first ordinal)` for every page there is; some may come and go meanwhile.
  template <class Visit>
  void for_each(Visit visit) const;

 private:
  static constexpr std::uint32_t kPartPages = 256;
  static constexpr std::uint32_t kPartOrdinals = kPartPages * RecordPage::kRecords;
  struct Part {
    std::array<std::atomic<RecordPage*>, kPartPages> pages{};
  };
  struct Table {
    explicit Table(std::uint32_t count) : size(count), parts(std::make_unique<std::atomic<Part*>[]>(count)) {}
    const std::uint32_t size;
    const std::unique_ptr<std::atomic<Part*>[]> parts;   // owned by the newest table
  };
  struct Directory {
    explicit Directory(CollectionId collection) : id(collection) {}
    const CollectionId id;
    std::atomic<Table*> table{nullptr};
    Directory* next = nullptr;                           // of the same bucket; set before it is published
  };

  [[nodiscard]] Directory* directory(CollectionId collection) const noexcept;
  [[nodiscard]] std::atomic<RecordPage*>* slot(CollectionId collection, Ordinal ordinal) const noexcept;
  [[nodiscard]] std::atomic<RecordPage*>& make_slot(CollectionId collection, Ordinal ordinal);

  ReadEpochs& epochs_;
  PagePool& pool_;
  std::array<std::atomic<Directory*>, 256> directories_{};
  std::mutex growing_;                                   // held while directories, tables and parts are made
  std::array<std::mutex, 64> locks_;
};

template <class Visit>
void RecordPages::for_each(Visit visit) const {
  for (const auto& bucket : directories_) {
    for (const auto* each = bucket.load(std::memory_order_acquire); each != nullptr; each = each->next) {
      const ReadEpochs::Guard guard(epochs_);
      const auto* const table = each->table.load(std::memory_order_seq_cst);
      for (std::uint32_t p = 0; table != nullptr && p < table->size; ++p) {
        const auto* const part = table->parts[p].load(std::memory_order_acquire);
        for (std::uint32_t i = 0; part != nullptr && i < kPartPages; ++i)
          if (part->pages[i].load(std::memory_order_seq_cst) != nullptr)
            visit(each->id, p * kPartOrdinals + i * RecordPage::kRecords);
      }
    }
  }
}

}  // namespace aurora
