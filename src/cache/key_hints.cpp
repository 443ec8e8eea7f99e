// Body of the key hints. Called by the commit pipeline and by point reads.
#include <aurora/cache/key_hints.hpp>

#include "bulk_memory.hpp"

#include <aurora/base/checksum.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <new>
#include <span>

namespace aurora {

namespace {

constexpr std::uint64_t kPlaces = 8;            // in a line
constexpr std::uint64_t kLeastLines = 64;
constexpr std::uint64_t kMostLines = 1u << 24;   // so that tags of one line are told apart by eight bits still
constexpr std::uint64_t kMostKeys = kMostLines * kPlaces;
constexpr std::uint64_t kGrowth = 4;

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ull) * (b ^ 0xE7037ED1A0B428DBull);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Of a hash, the upper half with its lowest bit set; it names the line, too, so that a table can be made from another.
std::uint32_t tag_of(std::uint64_t hash) noexcept { return static_cast<std::uint32_t>(hash >> 32) | 1; }

}  // namespace

struct KeyHints::Table {
  // A tag above its ordinal; 0: free.
  struct alignas(64) Line {
    std::array<std::atomic<std::uint64_t>, kPlaces> places;
  };
  // The records of a line's places. One may be of another key than its place for a moment: they are only fetched (H2).
  struct alignas(64) Records {
    std::array<std::atomic<const void*>, kPlaces> places;
  };
  // Requires: a power of two, from two on.
  explicit Table(std::uint64_t count)
      : memory(count * (sizeof(Line) + sizeof(Records))),
        lines(new (memory.data()) Line[count], count),
        records(new (memory.data() + count * sizeof(Line)) Records[count], count),
        shift(32 - std::countr_zero(count)) {}

  // True when a place was free and there are not many any more.
  bool put(std::uint32_t tag, Hint hint) noexcept {
    const auto at = tag >> shift;
    auto& places = lines[at].places;
    std::size_t chosen = hint.ordinal % kPlaces;   // of a full line, any may go
    bool fresh = false;
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const auto had = places[i].load(std::memory_order_relaxed);
      if (had != 0 && had >> 32 != tag) continue;
      chosen = i;
      fresh = had == 0;
      if (!fresh) break;
    }
    records[at].places[chosen].store(hint.record, std::memory_order_relaxed);
    places[chosen].store(std::uint64_t{tag} << 32 | hint.ordinal, std::memory_order_relaxed);
    return fresh && used.fetch_add(1, std::memory_order_relaxed) + 1 > lines.size() * kPlaces / 2;
  }

  BulkMemory memory;
  const std::span<Line> lines;
  const std::span<Records> records;
  const int shift;
  std::atomic<std::uint64_t> used{0};
};

KeyHints::KeyHints(std::uint64_t most_keys)
    : most_lines_(std::bit_ceil(std::clamp<std::uint64_t>(2 * std::min(most_keys, kMostKeys) / kPlaces, kLeastLines, kMostLines))) {
  tables_.push_back(std::make_unique<Table>(kLeastLines));
  table_.store(tables_.back().get(), std::memory_order_release);
}

KeyHints::~KeyHints() = default;

std::uint64_t KeyHints::hash(CollectionId collection, ValueView key) noexcept {
  switch (key.type()) {
    case Type::kUuid: {
      std::uint64_t halves[2];
      std::memcpy(halves, key.encoded().data(), sizeof halves);
      return mix(halves[0] + collection, halves[1]);
    }
    case Type::kString: return mix(hash64(key.string_value()), collection);
    default: return mix(static_cast<std::uint64_t>(key.int_value()), collection);
  }
}

std::optional<KeyHints::Hint> KeyHints::find(std::uint64_t hash) const noexcept {
  const auto tag = tag_of(hash);
  const auto& table = *table_.load(std::memory_order_acquire);
  const auto at = tag >> table.shift;
  const auto& records = table.records[at].places;
  __builtin_prefetch(&records);
  const auto& places = table.lines[at].places;
  for (std::size_t i = 0; i < kPlaces; ++i) {
    const auto hint = places[i].load(std::memory_order_relaxed);
    if (hint >> 32 == tag) return Hint{static_cast<Ordinal>(hint), records[i].load(std::memory_order_relaxed)};
  }
  return std::nullopt;
}

void KeyHints::put(std::uint64_t hash, Hint hint) noexcept {
  auto* const table = table_.load(std::memory_order_acquire);
  if (table->put(tag_of(hash), hint) && table->lines.size() < most_lines_) grow(table);
}

// What is put into the smaller table meanwhile is forgotten: they are guesses. Without memory the table stays as it is.
void KeyHints::grow(const Table* full) noexcept try {
  const std::lock_guard lock(growing_);
  if (table_.load(std::memory_order_relaxed) != full) return;
  auto larger = std::make_unique<Table>(std::min<std::uint64_t>(full->lines.size() * kGrowth, most_lines_));
  for (std::size_t at = 0; at < full->lines.size(); ++at) {
    for (std::size_t i = 0; i < kPlaces; ++i) {
      const auto hint = full->lines[at].places[i].load(std::memory_order_relaxed);
      const auto* const record = full->records[at].places[i].load(std::memory_order_relaxed);
      if (hint != 0)
        static_cast<void>(larger->put(static_cast<std::uint32_t>(hint >> 32), {static_cast<Ordinal>(hint), record}));
    }
  }
  auto& outgrown = *tables_.back();
  tables_.push_back(std::move(larger));
  table_.store(tables_.back().get(), std::memory_order_release);
  outgrown.memory.discard();   // whoever is on the way through it finds nothing there
} catch (const std::bad_alloc&) {
}

}  // namespace aurora
