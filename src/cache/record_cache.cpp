// Body of the hot cache over boost::concurrent_flat_map. Called by views and the commit pipeline.
#include <aurora/cache/record_cache.hpp>

#include "scan_blocks.hpp"

#include <boost/unordered/concurrent_flat_map.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <deque>
#include <mutex>

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
  mutable std::atomic<bool> used{false};

  explicit Entry(RecordRef r) : record(std::move(r)) {}
  explicit Entry(const Fill& fill) {
    fill.accepted = fill.last_written.load(std::memory_order_acquire) <= fill.fresh_as_of;
    if (fill.accepted) record = fill.record;
  }
  Entry(const Entry& other) : record(other.record), used(other.used.load(std::memory_order_relaxed)) {}
  Entry(Entry&& other) noexcept
      : record(std::move(other.record)), used(other.used.load(std::memory_order_relaxed)) {}
  Entry& operator=(const Entry&) = delete;
};

// Bookkeeping a cached entry costs beside its record: the map slot, the places in the eviction queue and in a block.
constexpr std::size_t kEntryOverhead = 56;
constexpr std::size_t kStampSlots = 1u << 14;

}  // namespace

struct RecordCache::State {
  explicit State(std::uint64_t capacity_bytes) : capacity(static_cast<std::int64_t>(capacity_bytes)) {}

  boost::concurrent_flat_map<std::uint64_t, Entry, KeyHash> map;
  ScanBlocks blocks;
  const std::int64_t capacity;
  // May dip below zero for a moment: a writer can replace what a filler has not counted yet.
  std::atomic<std::int64_t> bytes{0};

  // Sequence of the last write begun, by slot. Several records may share a slot; that only refuses fills
  // without need.
  std::array<std::atomic<Sequence>, kStampSlots> last_written{};

  std::mutex queue_mutex;
  std::deque<std::uint64_t> queue;  // guarded by queue_mutex; keys in the order they came

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

  void enqueue(std::uint64_t key) {
    std::lock_guard lock(queue_mutex);
    queue.push_back(key);
  }

  // Evicts until the bytes fit, giving used entries a second chance. Bounded: after two rounds over what was
  // queued at the start it takes entries whether used or not.
  void evict() {
    std::uint64_t chances = 0;
    std::uint64_t limit = 0;
    while (over_capacity()) {
      std::uint64_t key = 0;
      {
        std::lock_guard lock(queue_mutex);
        if (queue.empty()) return;
        if (limit == 0) limit = 2 * queue.size();
        key = queue.front();
        queue.pop_front();
      }
      bool keep = false;
      const bool forced = ++chances > limit;
      map.erase_if(key, [&](auto& slot) {
        if (!forced && slot.second.used.exchange(false, std::memory_order_relaxed)) {
          keep = true;
          return false;
        }
        bytes.fetch_sub(cost(slot.second.record), std::memory_order_relaxed);
        evictions.fetch_add(1, std::memory_order_relaxed);
        return true;
      });
      if (keep)
        enqueue(key);
      else
        blocks.drop(static_cast<CollectionId>(key >> 32), static_cast<Ordinal>(key));
    }
  }
};

RecordCache::RecordCache(std::uint64_t capacity_bytes) : state_(std::make_unique<State>(capacity_bytes)) {}
RecordCache::~RecordCache() = default;

RecordRef RecordCache::get(CollectionId collection, Ordinal ordinal) {
  RecordRef found;
  state_->map.cvisit(key_of(collection, ordinal), [&](const auto& slot) {
    found = slot.second.record;
    if (!slot.second.used.load(std::memory_order_relaxed))
      slot.second.used.store(true, std::memory_order_relaxed);
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
  state_->enqueue(key);
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
  } else {
    bool queued = false;  // an entry with a record stands in the queue already
    const bool absent = state_->map.emplace_or_visit(key, Entry(record), [&](auto& slot) {
      if (slot.second.record) {
        freed = State::cost(slot.second.record);
        queued = true;
      }
      slot.second.record = record;
    });
    if (absent || !queued) state_->enqueue(key);
    state_->bytes.fetch_add(State::cost(record), std::memory_order_relaxed);
  }
  state_->blocks.drop(collection, ordinal);
  state_->bytes.fetch_sub(freed, std::memory_order_relaxed);
  if (state_->over_capacity()) state_->evict();
}

void RecordCache::clear() {
  std::lock_guard lock(state_->queue_mutex);
  for (const auto key : state_->queue)
    state_->map.erase_if(key, [&](auto& slot) {
      state_->bytes.fetch_sub(State::cost(slot.second.record), std::memory_order_relaxed);
      return true;
    });
  state_->queue.clear();
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
