// Body of the hot cache over pages of records. Called by views and the commit pipeline.
#include <aurora/cache/record_cache.hpp>

#include "eviction_queue.hpp"
#include "record_pages.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <new>

namespace aurora {

namespace {

std::uint64_t key_of(CollectionId collection, Ordinal ordinal) noexcept {
  return (std::uint64_t{collection} << 32) | ordinal;
}
CollectionId collection_of(std::uint64_t key) noexcept { return static_cast<CollectionId>(key >> 32); }
Ordinal ordinal_of(std::uint64_t key) noexcept { return static_cast<Ordinal>(key); }

std::uint64_t mix(std::uint64_t key) noexcept {
  key ^= key >> 32;
  key *= 0x9E3779B97F4A7C15ull;
  key ^= key >> 29;
  key *= 0xBF58476D1CE4E5B9ull;
  return key ^ (key >> 32);
}

// Bookkeeping a cached entry costs beside its record and its page: what the allocator keeps before a block, and the
// place in the eviction queue.
constexpr std::size_t kEntryOverhead = 24;
constexpr std::size_t kStampSlots = 1u << 14;
// How many used entries one eviction passes over before it takes what comes: bounds what a read or a write may cost.
constexpr int kMostChances = 32;

std::int64_t signed_capacity(std::uint64_t bytes) noexcept {
  return static_cast<std::int64_t>(std::min<std::uint64_t>(bytes, INT64_MAX));
}

// As many as there would be records of 512 bytes; four bytes each.
std::size_t ghosts_for(std::uint64_t capacity_bytes) noexcept {
  return std::bit_ceil(std::clamp<std::uint64_t>(capacity_bytes / 512, 1u << 8, 1u << 20));
}

void drop_record(const void* handle) noexcept { static_cast<void>(RecordRef::adopt(handle)); }

void prefetch_record(RecordRef::Handle handle) noexcept {
  constexpr std::size_t kLine = 64;
  const auto* const bytes = static_cast<const char*>(handle);
  __builtin_prefetch(bytes, 1);   // its count of references will be written
  for (std::size_t line = 1; line < 4; ++line) __builtin_prefetch(bytes + line * kLine);
}

// What threads count, each in a line of its own; the last one is for threads without a lane.
class LaneCounters {
 public:
  void add(std::size_t which) noexcept {
    const auto lane = ThreadLane::mine();
    auto& value = lanes_[lane].values[which];
    if (lane == ThreadLane::kShared)
      value.fetch_add(1, std::memory_order_relaxed);
    else
      value.store(value.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  std::uint64_t sum(std::size_t which) const noexcept {
    std::uint64_t all = lanes_[ThreadLane::kShared].values[which].load(std::memory_order_relaxed);
    for (unsigned i = 0; i < ThreadLane::end(); ++i) all += lanes_[i].values[which].load(std::memory_order_relaxed);
    return all;
  }

 private:
  struct alignas(64) Lane {
    std::array<std::atomic<std::uint64_t>, 2> values{};
  };
  std::array<Lane, ThreadLane::kMost + 1> lanes_{};
};
constexpr std::size_t kHits = 0;
constexpr std::size_t kMisses = 1;

}  // namespace

struct RecordCache::State {
  State(std::uint64_t capacity_bytes, EvictionPolicy policy)
      : capacity(signed_capacity(capacity_bytes)),
        queue(policy, ghosts_for(capacity_bytes)),
        most_uses(queue.most_uses()) {}

  PagePool pool;       // outlives the epochs, to which pages are retired
  ReadEpochs epochs;   // outlives the pages
  RecordPages pages{epochs, pool};
  const std::int64_t capacity;
  std::atomic<std::int64_t> bytes{0};      // of records and pages
  std::atomic<std::int64_t> entries{0};

  // Sequence of the last write begun, by slot. Several records may share a slot; that only refuses fills
  // without need.
  mutable std::array<std::atomic<Sequence>, kStampSlots> last_written{};

  EvictionQueue queue;                       // of the keys of entries, and of some that are gone
  const std::uint8_t most_uses;
  std::atomic<std::uint32_t> removed{0};     // without their turn, since the queue was last compacted
  LaneCounters counters;
  std::atomic<std::uint64_t> evictions{0};

  std::atomic<Sequence>& last_write(std::uint64_t key) const noexcept { return last_written[mix(key) % kStampSlots]; }

  static std::int64_t cost(const RecordRef& record) noexcept {
    return static_cast<std::int64_t>(record.memory_bytes() + kEntryOverhead);
  }
  static std::int64_t cost(RecordRef::Handle handle) noexcept { return cost(BorrowedRecord(handle).ref()); }

  bool over_capacity() const noexcept { return bytes.load(std::memory_order_relaxed) > capacity; }

  void note_use(RecordPage& page, Ordinal ordinal) const noexcept {
    auto& uses = page.uses[ordinal % RecordPage::kRecords];
    const auto counted = uses.load(std::memory_order_relaxed);
    if (counted < most_uses) uses.store(static_cast<std::uint8_t>(counted + 1), std::memory_order_relaxed);
  }

  // Puts `record` (null: nothing) in its place and returns what stood there. Requires: a guard and the page's lock.
  RecordRef::Handle put(std::uint64_t key, RecordRef record) {
    const auto collection = collection_of(key);
    const auto ordinal = ordinal_of(key);
    auto* page = pages.find(collection, ordinal);
    if (page == nullptr) {
      if (!record) return nullptr;
      page = &pages.make(collection, ordinal);
      bytes.fetch_add(sizeof(RecordPage), std::memory_order_relaxed);
    }
    const bool comes = static_cast<bool>(record);
    if (comes) bytes.fetch_add(cost(record), std::memory_order_relaxed);
    const auto place = ordinal % RecordPage::kRecords;
    const auto before = page->records[place].exchange(record.release(), std::memory_order_seq_cst);
    if (before != nullptr) bytes.fetch_sub(cost(before), std::memory_order_relaxed);
    if ((before != nullptr) == comes) return before;
    entries.fetch_add(comes ? 1 : -1, std::memory_order_relaxed);
    page->held += comes ? 1 : -1u;
    page->uses[place].store(0, std::memory_order_relaxed);
    if (page->held == 0) {
      bytes.fetch_sub(sizeof(RecordPage), std::memory_order_relaxed);
      pages.drop(collection, ordinal);
    }
    return before;
  }

  void retire(RecordRef::Handle handle) noexcept {
    if (handle != nullptr) epochs.retire(handle, &drop_record);
  }

  bool contains(std::uint64_t key) const noexcept {
    const ReadEpochs::Guard guard(epochs);
    const auto* const page = pages.find(collection_of(key), ordinal_of(key));
    return page != nullptr && page->look(ordinal_of(key)) != nullptr;
  }

  // An entry went without its turn: its key stays queued, until too many do.
  void note_removal() {
    constexpr std::uint32_t kSweep = 4096;
    if (removed.fetch_add(1, std::memory_order_relaxed) < kSweep) return;
    removed.store(0, std::memory_order_relaxed);
    sweep_queue();
  }
  void sweep_queue() {
    queue.compact(static_cast<std::size_t>(std::max<std::int64_t>(0, entries.load(std::memory_order_relaxed))),
                  [this](std::uint64_t key) { return contains(key); });
  }

  // What becomes of the entry whose turn it is.
  enum class Verdict : std::uint8_t { kGone, kEvicted, kStays };
  Verdict judge(const EvictionQueue::Candidate& candidate, bool forced) {
    const auto collection = collection_of(candidate.key);
    const auto ordinal = ordinal_of(candidate.key);
    RecordRef::Handle evicted = nullptr;
    {
      const ReadEpochs::Guard guard(epochs);
      const std::lock_guard lock(pages.lock_of(collection, ordinal));
      auto* const page = pages.find(collection, ordinal);
      if (page == nullptr || page->look(ordinal) == nullptr) return Verdict::kGone;
      auto& uses = page->uses[ordinal % RecordPage::kRecords];
      const auto left = queue.judge(candidate, uses.load(std::memory_order_relaxed));
      if (!forced && left) {
        uses.store(*left, std::memory_order_relaxed);
        return Verdict::kStays;
      }
      evicted = put(candidate.key, RecordRef());
    }
    retire(evicted);
    return Verdict::kEvicted;
  }

  void evict() {
    int chances = 0;
    while (over_capacity()) {
      const auto candidate = queue.next();
      if (!candidate) return;
      switch (judge(*candidate, ++chances > kMostChances)) {
        case Verdict::kGone: break;
        case Verdict::kStays: queue.keep(*candidate); break;
        case Verdict::kEvicted:
          evictions.fetch_add(1, std::memory_order_relaxed);
          queue.forget(*candidate);
          chances = 0;
          break;
      }
    }
  }
};

RecordCache::RecordCache(std::uint64_t capacity_bytes, EvictionPolicy policy)
    : state_(std::make_unique<State>(capacity_bytes, policy)) {}
RecordCache::~RecordCache() = default;

RecordRef RecordCache::get(CollectionId collection, Ordinal ordinal) {
  RecordRef found;
  {
    const ReadEpochs::Guard guard(state_->epochs);
    auto* const page = state_->pages.find(collection, ordinal);
    if (const auto handle = page != nullptr ? page->look(ordinal) : nullptr) {
      // Counting the reference waits for the record's first line, and all that follows for that: fetch the others
      // beside it, and look at the uses meanwhile.
      prefetch_record(handle);
      state_->note_use(*page, ordinal);
      found = RecordRef::share(handle);
    }
  }
  state_->counters.add(found ? kHits : kMisses);
  return found;
}

void RecordCache::count_hit() noexcept { state_->counters.add(kHits); }

RecordRef RecordCache::peek(CollectionId collection, Ordinal ordinal) const {
  const ReadEpochs::Guard guard(state_->epochs);
  const auto* const page = state_->pages.find(collection, ordinal);
  return page != nullptr ? RecordRef::share(page->look(ordinal)) : RecordRef();
}

RecordCache::Reading::Reading(const RecordCache& cache) noexcept : cache_(cache) {
  static_assert(sizeof(ReadEpochs::Guard) <= sizeof(guard_) && alignof(ReadEpochs::Guard) <= 8);
  new (guard_) ReadEpochs::Guard(cache.state_->epochs);
}

RecordCache::Reading::~Reading() { std::launder(reinterpret_cast<ReadEpochs::Guard*>(guard_))->~Guard(); }

void RecordCache::Reading::look(CollectionId collection, std::span<const Ordinal> ordinals,
                                RecordRef::Handle* out) const noexcept {
  const auto& pages = cache_.state_->pages;
  const RecordPage* page = nullptr;
  std::uint64_t number = UINT64_MAX;
  for (const auto ordinal : ordinals) {
    if (ordinal / RecordPage::kRecords != number) {
      number = ordinal / RecordPage::kRecords;
      page = pages.find(collection, ordinal);
    }
    *out++ = page != nullptr ? page->look(ordinal) : nullptr;
  }
}

// The lock orders this with end_write: either that comes after and replaces what is put here, or it came before and
// then its stamp is seen.
void RecordCache::fill(CollectionId collection, Ordinal ordinal, const RecordRef& record,
                       Sequence fresh_as_of) {
  if (State::cost(record) > state_->capacity) return;
  const auto key = key_of(collection, ordinal);
  {
    const ReadEpochs::Guard guard(state_->epochs);
    const std::lock_guard lock(state_->pages.lock_of(collection, ordinal));
    const auto* const page = state_->pages.find(collection, ordinal);
    if (page != nullptr && page->look(ordinal) != nullptr) return;
    if (state_->last_write(key).load(std::memory_order_acquire) > fresh_as_of) return;
    static_cast<void>(state_->put(key, record));
  }
  state_->queue.insert(key);
  if (state_->over_capacity()) state_->evict();
}

bool RecordCache::has_room(std::size_t bytes) const noexcept {
  return state_->bytes.load(std::memory_order_relaxed) +
             static_cast<std::int64_t>(bytes + kEntryOverhead + sizeof(RecordPage)) <=
         state_->capacity;
}

void RecordCache::begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept {
  state_->last_write(key_of(collection, ordinal)).store(sequence, std::memory_order_seq_cst);
}

const std::atomic<Sequence>& RecordCache::stamp(CollectionId collection, Ordinal ordinal) const noexcept {
  return state_->last_write(key_of(collection, ordinal));
}

void RecordCache::end_write(CollectionId collection, Ordinal ordinal, const RecordRef& record) {
  const auto key = key_of(collection, ordinal);
  const bool keep = record && State::cost(record) <= state_->capacity;
  RecordRef::Handle before = nullptr;
  {
    const ReadEpochs::Guard guard(state_->epochs);
    const std::lock_guard lock(state_->pages.lock_of(collection, ordinal));
    try {
      before = state_->put(key, keep ? record : RecordRef());
    } catch (const std::bad_alloc&) {   // there was no page, so nothing that is outdated
      return;
    }
  }
  state_->retire(before);
  try {
    if (keep && before == nullptr) state_->queue.insert(key);   // an entry that was there stands in the queue already
    if (!keep && before != nullptr) state_->note_removal();
    if (state_->over_capacity()) state_->evict();
  } catch (const std::bad_alloc&) {   // what is in no queue stays until it is written again
  }
}

void RecordCache::clear() {
  state_->pages.for_each([&](CollectionId collection, Ordinal first) {
    for (Ordinal i = 0; i < RecordPage::kRecords; ++i) {
      RecordRef::Handle before = nullptr;
      {
        const std::lock_guard lock(state_->pages.lock_of(collection, first));
        before = state_->put(key_of(collection, first + i), RecordRef());
      }
      state_->retire(before);
    }
  });
  state_->sweep_queue();
}

CacheStats RecordCache::stats() const {
  CacheStats stats;
  stats.hits = state_->counters.sum(kHits);
  stats.misses = state_->counters.sum(kMisses);
  stats.evictions = state_->evictions.load(std::memory_order_relaxed);
  stats.entries = static_cast<std::uint64_t>(std::max<std::int64_t>(0, state_->entries.load(std::memory_order_relaxed)));
  stats.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, state_->bytes.load(std::memory_order_relaxed)));
  stats.capacity_bytes = static_cast<std::uint64_t>(state_->capacity);
  return stats;
}

}  // namespace aurora
