// Body of the record pages. Called by the record cache.
#include "record_pages.hpp"

#include <algorithm>
#include <memory>
#include <new>

namespace aurora {

// Small pieces first: most databases of tests and tools hold few documents.
RecordPage* PagePool::take() {
  constexpr std::size_t kLeast = std::size_t{32} << 10;
  const std::lock_guard lock(mutex_);
  if (free_ == nullptr) {
    const auto bytes = pieces_.empty() ? kLeast : std::min(2 * pieces_.back()->size(), BulkMemory::kHuge);
    pieces_.push_back(std::make_unique<BulkMemory>(bytes));
    auto* const places = reinterpret_cast<Place*>(pieces_.back()->data());
    for (std::size_t i = bytes / sizeof(Place); i-- > 0;) {
      auto* const place = new (places + i) Place;
      place->next = free_;
      free_ = place;
    }
  }
  auto* const place = free_;
  free_ = place->next;
  auto* const page = new (&place->page) RecordPage;
  page->pool = this;
  return page;
}

void PagePool::give_back(RecordPage* page) noexcept {
  auto* const place = new (page) Place;
  const std::lock_guard lock(mutex_);
  place->next = free_;
  free_ = place;
}

RecordPages::~RecordPages() {
  for (auto& bucket : directories_) {
    for (auto* each = bucket.load(); each != nullptr;) {
      const std::unique_ptr<Directory> gone(each);
      each = each->next;
      const std::unique_ptr<Table> table(gone->table.load());
      for (std::uint32_t p = 0; table && p < table->size; ++p) {
        const std::unique_ptr<Part> part(table->parts[p].load());
        if (!part) continue;
        for (auto& place : part->pages) {
          auto* const page = place.load();   // its memory is the pool's
          if (page == nullptr) continue;
          for (auto& record : page->records) static_cast<void>(RecordRef::adopt(record.load()));
        }
      }
    }
  }
}

RecordPages::Directory* RecordPages::directory(CollectionId collection) const noexcept {
  auto* each = directories_[collection % directories_.size()].load(std::memory_order_acquire);
  while (each != nullptr && each->id != collection) each = each->next;
  return each;
}

std::atomic<RecordPage*>* RecordPages::slot(CollectionId collection, Ordinal ordinal) const noexcept {
  const auto* const found = directory(collection);
  if (found == nullptr) return nullptr;
  const auto* const table = found->table.load(std::memory_order_seq_cst);
  const auto number = ordinal / kPartOrdinals;
  if (table == nullptr || number >= table->size) return nullptr;
  auto* const part = table->parts[number].load(std::memory_order_acquire);
  return part != nullptr ? &part->pages[ordinal / RecordPage::kRecords % kPartPages] : nullptr;
}

RecordPage* RecordPages::find(CollectionId collection, Ordinal ordinal) const noexcept {
  const auto* const place = slot(collection, ordinal);
  return place != nullptr ? place->load(std::memory_order_seq_cst) : nullptr;
}

std::mutex& RecordPages::lock_of(CollectionId collection, Ordinal ordinal) noexcept {
  const auto page = (std::uint64_t{collection} << 32 | ordinal) / RecordPage::kRecords;
  return locks_[(page * 0x9E3779B97F4A7C15ull) >> 58];
}

std::atomic<RecordPage*>& RecordPages::make_slot(CollectionId collection, Ordinal ordinal) {
  const std::lock_guard lock(growing_);
  auto* found = directory(collection);
  if (found == nullptr) {
    auto& bucket = directories_[collection % directories_.size()];
    auto made = std::make_unique<Directory>(collection);
    made->next = bucket.load(std::memory_order_relaxed);
    found = made.release();
    bucket.store(found, std::memory_order_release);
  }
  const auto number = ordinal / kPartOrdinals;
  auto* table = found->table.load(std::memory_order_relaxed);
  if (table == nullptr || number >= table->size) {
    const auto had = table != nullptr ? table->size : 0;
    auto larger = std::make_unique<Table>(std::max(number + 1, 2 * had));
    for (std::uint32_t i = 0; i < had; ++i)
      larger->parts[i].store(table->parts[i].load(std::memory_order_relaxed), std::memory_order_relaxed);
    auto* const outgrown = table;
    table = larger.release();
    found->table.store(table, std::memory_order_seq_cst);
    if (outgrown != nullptr)
      epochs_.retire(outgrown, [](const void* gone) noexcept { delete static_cast<const Table*>(gone); });
  }
  auto* part = table->parts[number].load(std::memory_order_relaxed);
  if (part == nullptr) {
    part = new Part;
    table->parts[number].store(part, std::memory_order_release);
  }
  return part->pages[ordinal / RecordPage::kRecords % kPartPages];
}

RecordPage& RecordPages::make(CollectionId collection, Ordinal ordinal) {
  auto* place = slot(collection, ordinal);
  if (place == nullptr) place = &make_slot(collection, ordinal);
  if (auto* const page = place->load(std::memory_order_relaxed)) return *page;
  auto* const page = pool_.take();
  place->store(page, std::memory_order_seq_cst);
  return *page;
}

void RecordPages::drop(CollectionId collection, Ordinal ordinal) {
  const RecordPage* const page = slot(collection, ordinal)->exchange(nullptr, std::memory_order_seq_cst);
  epochs_.retire(page, [](const void* gone) noexcept {
    auto* const mine = static_cast<RecordPage*>(const_cast<void*>(gone));
    mine->pool->give_back(mine);
  });
}

}  // namespace aurora
