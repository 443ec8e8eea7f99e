// Leaf: layout and reading.
// Called by ordered_index and tree_edit; editing is in leaf_edit.cpp.

#include "index/leaf.hpp"

#include <algorithm>
#include <cassert>
#include <cstring>
#include <new>

#include "index/stored_leaf.hpp"

namespace aurora::index {
namespace {

std::uint16_t head_of(std::string_view suffix) noexcept {
  if (suffix.size() >= 2) return load_be<std::uint16_t>(suffix.data());
  return suffix.empty() ? std::uint16_t{0}
                        : static_cast<std::uint16_t>(static_cast<unsigned char>(suffix[0]) << 8);
}

std::string_view tail_of(std::string_view suffix) noexcept {
  return suffix.size() > 2 ? suffix.substr(2) : std::string_view();
}

/// The heads [low, high) that equal the one sought; empty, where it would stand.
struct HeadRange {
  std::uint32_t low;
  std::uint32_t high;
};

/// Counts the smaller and the equal ones, eight at a time: over a page's few hundred bytes that is
/// faster than a binary search, whose every step is a branch mispredicted or a load waited for.
HeadRange find_head(const std::uint16_t* heads, std::uint32_t count, std::uint16_t head) noexcept {
  constexpr std::uint32_t kLanes = 8;
  using Lanes __attribute__((vector_size(2 * kLanes))) = std::uint16_t;
  constexpr Lanes kIndex = {0, 1, 2, 3, 4, 5, 6, 7};
  const Lanes sought = Lanes{} + head;
  Lanes smaller = {};
  Lanes equal = {};
  const auto add = [&](std::uint32_t at, Lanes counted) {
    Lanes lanes;
    std::memcpy(&lanes, heads + at, sizeof lanes);
    smaller -= static_cast<Lanes>(lanes < sought) & counted;
    equal -= static_cast<Lanes>(lanes == sought) & counted;
  };
  std::uint32_t at = 0;
  for (; at + kLanes <= count; at += kLanes) add(at, ~Lanes{});
  HeadRange range{0, 0};
  if (count >= kLanes) {
    // The rest by the last eight, less those of them already counted.
    const auto counted = static_cast<std::uint16_t>(at - (count - kLanes));
    add(count - kLanes, static_cast<Lanes>(kIndex >= counted));
    at = count;
  }
  for (; at < count; ++at) {
    range.low += heads[at] < head;
    range.high += heads[at] == head;
  }
  for (std::uint32_t lane = 0; lane < kLanes; ++lane) {
    range.low += smaller[lane];
    range.high += equal[lane];
  }
  range.high += range.low;
  return range;
}

}  // namespace

std::uint32_t common_prefix(std::string_view a, std::string_view b) noexcept {
  const std::size_t n = std::min(a.size(), b.size());
  std::size_t i = 0;
  while (i < n && a[i] == b[i]) ++i;
  return static_cast<std::uint32_t>(i);
}

Leaf::Leaf(const Identity& identity, Room room) noexcept
    : page_id(identity.page_id),
      made_at(identity.made_at),
      changed_at(identity.changed_at),
      slots_(static_cast<std::uint16_t>(room.slots)),
      heap_size_(static_cast<std::uint16_t>(room.heap_bytes)) {}

Ref<Leaf> Leaf::make(const Identity& identity, std::string_view prefix, Room room) {
  static_assert(sizeof(Leaf) % alignof(std::uint64_t) == 0);
  assert(room.slots <= UINT16_MAX && room.heap_bytes <= UINT16_MAX &&
         prefix.size() <= room.heap_bytes);
  void* block =
      ::operator new(sizeof(Leaf) + room.slots * std::size_t{kSlotBytes} + room.heap_bytes);
  Ref<Leaf> leaf(new (block) Leaf(identity, room));
  prefix.copy(leaf->heap(), prefix.size());
  leaf->prefix_size_ = leaf->heap_used_ = leaf->heap_live_ =
      static_cast<std::uint16_t>(prefix.size());
  return leaf;
}

void Leaf::destroy(Leaf* leaf) noexcept {
  if (leaf->stored_) {
    delete static_cast<StoredLeaf*>(leaf);
    return;
  }
  leaf->~Leaf();
  ::operator delete(leaf);
}

Leaf::Place Leaf::find(std::string_view key) const noexcept {
  const std::size_t compared = std::min<std::size_t>(key.size(), prefix_size_);
  const int difference = key.substr(0, compared).compare(prefix().substr(0, compared));
  if (difference != 0) return {difference < 0 ? 0u : std::uint32_t{size_}, false};
  if (key.size() < prefix_size_) return {0, false};
  const std::string_view suffix = key.substr(prefix_size_);
  const std::uint16_t head = head_of(suffix);
  const std::string_view wanted = tail_of(suffix);
  auto [low, high] = find_head(heads(), size_, head);
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    int order = tail(middle).compare(wanted);
    // Equal tails of different suffixes are empty: zero padding made the heads equal.
    if (order == 0) order = static_cast<int>(suffix_size(middle)) - static_cast<int>(suffix.size());
    if (order == 0) return {middle, true};
    if (order < 0)
      low = middle + 1;
    else
      high = middle;
  }
  return {low, false};
}

void Leaf::append_key(std::uint32_t at, std::string& out) const {
  out.append(heap(), prefix_size_);
  append_suffix(at, out);
}

void Leaf::append_suffix(std::uint32_t at, std::string& out) const {
  char head[2];
  store_be(head, heads()[at]);
  out.append(head, std::min<std::size_t>(suffix_size(at), 2));
  out.append(tail(at));
}

std::string Leaf::key(std::uint32_t at) const {
  std::string key;
  append_key(at, key);
  return key;
}

Leaf::Ordinals Leaf::ordinals(std::uint32_t at) const noexcept {
  const std::uint32_t n = code(at);
  if (n == 1) return {{values() + at, 1}, nullptr};
  if (n == 0) return {{}, &*postings_[values()[at]]};
  const char* begin = heap() + offsets()[at] - 4 * inline_capacity(n);
  return {{reinterpret_cast<const Ordinal*>(begin), n}, nullptr};
}

std::uint64_t Leaf::count(std::uint32_t at) const noexcept {
  const std::uint32_t n = code(at);
  return n != 0 ? n : postings_[values()[at]]->count();
}

std::uint32_t Leaf::bytes_between(std::uint32_t begin, std::uint32_t end,
                                  std::uint32_t prefix_size) const noexcept {
  std::uint32_t bytes = prefix_size;
  for (std::uint32_t at = begin; at < end; ++at) {
    const std::uint32_t n = code(at);
    const std::uint32_t suffix = suffix_size(at) + prefix_size_ - prefix_size;
    bytes += kSlotBytes + record_bytes(suffix, n) + (n >= 2 ? kPadding : 0);
  }
  return bytes;
}

std::size_t Leaf::memory_bytes() const noexcept {
  return sizeof(Leaf) + slots_ * std::size_t{kSlotBytes} + heap_size_ +
         postings_.capacity() * sizeof(Ref<Posting>);
}

}  // namespace aurora::index
