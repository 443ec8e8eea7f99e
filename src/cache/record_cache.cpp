// Body of the hot cache over boost::concurrent_flat_map. Called by views and the commit pipeline.
#include <aurora/cache/record_cache.hpp>

#include "eviction_queue.hpp"
#include "scan_blocks.hpp"

#include <boost/unordered/concurrent_flat_map.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>

namespace aurora {

namespace {

std::uint64_t key_of(CollectionId collection, Ordinal ordinal) noexcept {
  return (std::uint64_t{collection} << 32) | ordinal;
}

struct KeyHash {
  using is_avalanching = void;
  std::size_t operator()(std::uint64_t key) const noexcept {
    key ^= key >> 32;
    key *= 0x9E3779B97F4A7C15ull;
    key ^= key >> 29;
    key *= 0xBF58476D1CE4E5B9ull;
    return key ^ (key >> 32);
  }
};

// What a reader found in the store, to be cached only if no later write began on its slot (K1). The check runs where the map constructs the entry, under the map's own lock: nobody can see a stale record.
struct Fill {
  const RecordRef& record;
  const std::atomic<Sequence>& last_written;
  Sequence fresh_as_of;
  bool& accepted;
};

struct Entry {
  RecordRef record;  // null: a fill that came too late, about to be erased; reads treat it as absent
  mutable std::atomic<std::uint8_t> uses{0};   // since it last stood at the front of the eviction queue

  explicit Entry(RecordRef r) : record(std::move(r)) {}
  explicit Entry(const Fill& fill) {
    fill.accepted = fill.last_written.load(std::memory_order_acquire) <= fill.fresh_as_of;
    if (fill.accepted) record = fill.record;
  }
  Entry(const Entry& other) : record(other.record), uses(other.uses.load(std::memory_order_relaxed)) {}
  Entry(Entry&& other) noexcept
      : record(std::move(other.record)), uses(other.uses.load(std::memory_order_relaxed)) {}
  Entry& operator=(const Entry&) = delete;
};

// Bookkeeping a cached entry costs beside its record: the map slot, the places in the eviction queue and in a block.
constexpr std::size_t kEntryOverhead = 56;
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

}  // namespace

struct RecordCache::State {
  State(std::uint64_t capacity_bytes, EvictionPolicy policy)
      : capacity(signed_capacity(capacity_bytes)),
        queue(policy, ghosts_for(capacity_bytes)),
        most_uses(queue.most_uses()) {}

  boost::concurrent_flat_map<std::uint64_t, Entry, KeyHash> map;
  ScanBlocks blocks;
  const std::int64_t capacity;
  // May dip below zero for a moment: a writer can replace what a filler has not counted yet.
  std::atomic<std::int64_t> bytes{0};

  // Sequence of the last write begun, by slot. Several records may share a slot; that only refuses fills
  // without need.
  std::array<std::atomic<Sequence>, kStampSlots> last_written{};

  EvictionQueue queue;                       // of the keys of the map, and of some that are gone
  const std::uint8_t most_uses;
  std::atomic<std::uint32_t> removed{0};     // without their turn, since the queue was last compacted

  // Counters are split so that two readers do not share a line.
  struct alignas(64) Counter {
    std::atomic<std::uint64_t> value{0};
  };
  std::array<Counter, 16> hits;
  std::array<Counter, 16> misses;
  std::atomic<std::uint64_t> evictions{0};

  static std::size_t lane() noexcept {
    static std::atomic<std::size_t> next{0};
    thread_local const std::size_t mine = next.fetch_add(1, std::memory_order_relaxed) % 16;
    return mine;
  }

  std::atomic<Sequence>& last_write(std::uint64_t key) noexcept {
    return last_written[KeyHash{}(key) % kStampSlots];
  }

  static std::int64_t cost(const RecordRef& record) noexcept {
    return static_cast<std::int64_t>(record.memory_bytes() + kEntryOverhead);
  }

  bool over_capacity() const noexcept { return bytes.load(std::memory_order_relaxed) > capacity; }

  void note_use(const Entry& entry) const noexcept {
    const auto uses = entry.uses.load(std::memory_order_relaxed);
    if (uses < most_uses) entry.uses.store(static_cast<std::uint8_t>(uses + 1), std::memory_order_relaxed);
  }

  // An entry went without its turn: its key stays queued, until too many do.
  void note_removal() {
    constexpr std::uint32_t kSweep = 4096;
    if (removed.fetch_add(1, std::memory_order_relaxed) < kSweep) return;
    removed.store(0, std::memory_order_relaxed);
    queue.compact(map.size(), [this](std::uint64_t key) { return map.contains(key); });
  }

  void evict() {
    int chances = 0;
    while (over_capacity()) {
      const auto candidate = queue.next();
      if (!candidate) return;
      bool stays = false;
      bool went = false;
      const bool forced = ++chances > kMostChances;
      map.erase_if(candidate->key, [&](auto& slot) {
        const auto left = queue.judge(*candidate, slot.second.uses.load(std::memory_order_relaxed));
        if (!forced && left) {
          slot.second.uses.store(*left, std::memory_order_relaxed);
          stays = true;
          return false;
        }
        if (!slot.second.record) return true;   // a refused fill, whose bytes were never counted
        bytes.fetch_sub(cost(slot.second.record), std::memory_order_relaxed);
        evictions.fetch_add(1, std::memory_order_relaxed);
        went = true;
        return true;
      });
      if (stays) {
        queue.keep(*candidate);
        continue;
      }
      if (went) {
        queue.forget(*candidate);
        chances = 0;
      }
      blocks.drop(static_cast<CollectionId>(candidate->key >> 32), static_cast<Ordinal>(candidate->key));
    }
  }
};

RecordCache::RecordCache(std::uint64_t capacity_bytes, EvictionPolicy policy)
    : state_(std::make_unique<State>(capacity_bytes, policy)) {}
RecordCache::~RecordCache() = default;

RecordRef RecordCache::get(CollectionId collection, Ordinal ordinal) {
  RecordRef found;
  state_->map.cvisit(key_of(collection, ordinal), [&](const auto& slot) {
    found = slot.second.record;
    state_->note_use(slot.second);
  });
  auto& counters = found ? state_->hits : state_->misses;
  counters[State::lane()].value.fetch_add(1, std::memory_order_relaxed);
  return found;
}

RecordRef RecordCache::peek(CollectionId collection, Ordinal ordinal) const {
  RecordRef found;
  state_->map.cvisit(key_of(collection, ordinal), [&](const auto& slot) { found = slot.second.record; });
  return found;
}

std::shared_ptr<const RecordBlock> RecordCache::block(CollectionId collection, std::uint32_t number) const {
  return state_->blocks.find(collection, number);
}

std::uint64_t RecordCache::block_version(CollectionId collection, std::uint32_t number) const noexcept {
  return state_->blocks.version(collection, number);
}

void RecordCache::offer_block(CollectionId collection, std::uint32_t number,
                              std::shared_ptr<const RecordBlock> block, std::uint64_t version) {
  state_->blocks.offer(collection, number, std::move(block), version);
}

void RecordCache::fill(CollectionId collection, Ordinal ordinal, const RecordRef& record,
                       Sequence fresh_as_of) {
  const auto cost = State::cost(record);
  if (cost > state_->capacity) return;
  const auto key = key_of(collection, ordinal);
  bool accepted = false;
  if (!state_->map.try_emplace(key, Fill{record, state_->last_write(key), fresh_as_of, accepted})) return;
  if (!accepted) {
    state_->map.erase_if(key, [](auto& slot) { return !slot.second.record; });
    return;
  }
  state_->bytes.fetch_add(cost, std::memory_order_relaxed);
  state_->queue.insert(key);
  if (state_->over_capacity()) state_->evict();
}

bool RecordCache::has_room(std::size_t bytes) const noexcept {
  return state_->bytes.load(std::memory_order_relaxed) + static_cast<std::int64_t>(bytes + kEntryOverhead) <=
         state_->capacity;
}

void RecordCache::begin_write(CollectionId collection, Ordinal ordinal, Sequence sequence) noexcept {
  state_->last_write(key_of(collection, ordinal)).store(sequence, std::memory_order_release);
}

void RecordCache::end_write(CollectionId collection, Ordinal ordinal, const RecordRef& record) {
  const auto key = key_of(collection, ordinal);
  const bool keep = record && State::cost(record) <= state_->capacity;
  std::int64_t freed = 0;
  if (!keep) {
    state_->map.erase_if(key, [&](auto& slot) {
      if (slot.second.record) freed = State::cost(slot.second.record);
      return true;
    });
    if (freed > 0) state_->note_removal();
  } else {
    bool queued = false;  // an entry with a record stands in the queue already
    const bool absent = state_->map.emplace_or_visit(key, Entry(record), [&](auto& slot) {
      if (slot.second.record) {
        freed = State::cost(slot.second.record);
        queued = true;
      }
      slot.second.record = record;
    });
    if (absent || !queued) state_->queue.insert(key);
    state_->bytes.fetch_add(State::cost(record), std::memory_order_relaxed);
  }
  state_->blocks.drop(collection, ordinal);
  state_->bytes.fetch_sub(freed, std::memory_order_relaxed);
  if (state_->over_capacity()) state_->evict();
}

void RecordCache::clear() {
  state_->map.erase_if([&](auto& slot) {
    if (slot.second.record) state_->bytes.fetch_sub(State::cost(slot.second.record), std::memory_order_relaxed);
    return true;
  });
  state_->queue.compact(0, [this](std::uint64_t key) { return state_->map.contains(key); });
  state_->blocks.clear();
}

CacheStats RecordCache::stats() const {
  CacheStats stats;
  for (const auto& counter : state_->hits) stats.hits += counter.value.load(std::memory_order_relaxed);
  for (const auto& counter : state_->misses) stats.misses += counter.value.load(std::memory_order_relaxed);
  stats.evictions = state_->evictions.load(std::memory_order_relaxed);
  stats.entries = state_->map.size();
  stats.bytes = static_cast<std::uint64_t>(std::max<std::int64_t>(0, state_->bytes.load(std::memory_order_relaxed)));
  stats.capacity_bytes = static_cast<std::uint64_t>(state_->capacity);
  return stats;
}

}  // namespace aurora
