// Body of the key hints. Called by the commit pipeline and by point reads.
#include <aurora/cache/key_hints.hpp>

#include <aurora/base/checksum.hpp>

#include <algorithm>
#include <bit>
#include <cstring>
#include <new>

namespace aurora {

namespace {

constexpr std::uint64_t kPlaces = 8;

__extension__ using Wide = unsigned __int128;

std::uint64_t mix(std::uint64_t a, std::uint64_t b) noexcept {
  const auto product = static_cast<Wide>(a ^ 0x9E3779B97F4A7C15ull) * (b ^ 0xE7037ED1A0B428DBull);
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace

KeyHints::KeyHints(std::uint64_t keys) {
  // Twice the room: then few lines are full.
  const auto lines = std::bit_ceil(std::clamp<std::uint64_t>(2 * keys / kPlaces, 1, 1u << 24));
  auto bytes = lines * sizeof(Line) + alignof(Line);
  memory_.reset(std::calloc(1, bytes));
  void* aligned = memory_.get();
  if (aligned == nullptr) throw std::bad_alloc();
  std::align(alignof(Line), lines * sizeof(Line), aligned, bytes);
  // Zero bytes are what an empty line is made of; writing them again would take the memory now.
  lines_ = static_cast<Line*>(aligned);
  mask_ = lines - 1;
}

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

std::optional<Ordinal> KeyHints::find(std::uint64_t hash) const noexcept {
  const auto tag = tag_of(hash);
  for (const auto& place : line_of(hash).places) {
    const auto hint = place.load(std::memory_order_relaxed);
    if ((hint ^ tag) <= UINT32_MAX) return static_cast<Ordinal>(hint);
  }
  return std::nullopt;
}

void KeyHints::put(std::uint64_t hash, Ordinal ordinal) noexcept {
  const auto tag = tag_of(hash);
  auto& line = line_of(hash);
  // Of a full line, any may go.
  auto* chosen = &line.places[ordinal % kPlaces];
  for (auto& place : line.places) {
    const auto hint = place.load(std::memory_order_relaxed);
    if (hint != 0 && (hint ^ tag) > UINT32_MAX) continue;
    chosen = &place;
    if (hint != 0) break;
  }
  chosen->store(tag | ordinal, std::memory_order_relaxed);
}

}  // namespace aurora
