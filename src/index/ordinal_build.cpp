// Builds sets from many ordinals at once: writes the containers in the portable format and lets
// CRoaring read that, which is many times as fast as adding one by one, above all for ordinals in
// no order. The bulk members of OrdinalSet; calls CRoaring through roaring.hpp.

#include <aurora/base/bytes.hpp>
#include <aurora/index/ordinal_set.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cassert>
#include <string>
#include <vector>

#include "index/roaring.hpp"

namespace aurora {
namespace {

constexpr std::size_t kContainerValues = 1u << 16;
constexpr std::size_t kMaxArray = 4096;  // the format: more values than this stand as a bitset
constexpr std::uint32_t kCookieWithoutRuns = 12346;

/// 2^16 bits that sort and deduplicate the low halves of ordinals.
class ScratchBits {
 public:
  void set(std::uint16_t low) { words_[low >> 6] |= std::uint64_t{1} << (low & 63); }

  [[nodiscard]] std::uint32_t count() const {
    std::uint32_t total = 0;
    for (const std::uint64_t word : words_)
      total += static_cast<std::uint32_t>(std::popcount(word));
    return total;
  }

  /// Writes the values in rising order and clears the bits; gives how many. Requires: room for two
  /// more.
  std::uint32_t take_values(std::uint16_t* out) {
    const std::uint16_t* const begin = out;
    for (std::size_t w = 0; w < words_.size(); ++w) {
      std::uint64_t bits = words_[w];
      words_[w] = 0;
      const auto base = static_cast<std::uint32_t>(w * 64);
      // Two at a time and counted after: in sparse words, a branch for each bit would be
      // mispredicted often.
      do {
        const std::uint64_t rest = bits & (bits - 1);
        out[0] = static_cast<std::uint16_t>(base + low_bit(bits));
        out[1] = static_cast<std::uint16_t>(base + low_bit(rest));
        out += (bits != 0) + (rest != 0);
        bits = rest & (rest - 1);
      } while (bits != 0);
    }
    return static_cast<std::uint32_t>(out - begin);
  }

  void take_words(std::string& out) {
    out.append(reinterpret_cast<const char*>(words_.data()), sizeof words_);
    words_.fill(0);
  }

 private:
  /// Any number for no bits.
  static std::uint32_t low_bit(std::uint64_t bits) {
    return static_cast<std::uint32_t>(std::countr_zero(bits | std::uint64_t{1} << 63));
  }

  std::array<std::uint64_t, kContainerValues / 64> words_{};
};

/// Gathers containers in rising order of their keys.
class PortableWriter {
 public:
  /// Requires: values not empty, rising, repeats allowed.
  void add_sorted(std::uint16_t key, std::span<const Ordinal> values) {
    if (values.size() > kMaxArray) return add_unsorted(key, values);
    const std::size_t begin = payload_.size();
    std::uint32_t count = 0;
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (i != 0 && values[i] == values[i - 1]) continue;
      append_le(payload_, static_cast<std::uint16_t>(values[i]));
      ++count;
    }
    containers_.push_back({key, static_cast<std::uint16_t>(count - 1), begin});
  }

  /// Takes the low halves of the values. Requires: values not empty.
  template <class T>
  void add_unsorted(std::uint16_t key, std::span<const T> values) {
    for (const T value : values) scratch_.set(static_cast<std::uint16_t>(value));
    const std::size_t begin = payload_.size();
    std::uint32_t count = static_cast<std::uint32_t>(values.size());
    if (count > kMaxArray) count = scratch_.count();
    if (count > kMaxArray) {
      scratch_.take_words(payload_);
    } else {
      count = scratch_.take_values(sorted_.data());
      payload_.append(reinterpret_cast<const char*>(sorted_.data()), count * sizeof(std::uint16_t));
    }
    containers_.push_back({key, static_cast<std::uint16_t>(count - 1), begin});
  }

  [[nodiscard]] croaring::Bitmap* finish() const {
    std::string bytes;
    const std::size_t header = 8 + containers_.size() * 8;
    bytes.reserve(header + payload_.size());
    append_le(bytes, kCookieWithoutRuns);
    append_le(bytes, static_cast<std::uint32_t>(containers_.size()));
    for (const Container& container : containers_) {
      append_le(bytes, container.key);
      append_le(bytes, container.count_less_one);
    }
    for (const Container& container : containers_)
      append_le(bytes, static_cast<std::uint32_t>(header + container.begin));
    bytes += payload_;
    return croaring::checked(roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size()));
  }

 private:
  struct Container {
    std::uint16_t key;
    std::uint16_t count_less_one;
    std::size_t begin;  // in payload_
  };
  std::vector<Container> containers_;
  std::string payload_;
  ScratchBits scratch_;
  std::array<std::uint16_t, kMaxArray + 2> sorted_;
};

std::uint32_t high(Ordinal ordinal) { return ordinal >> 16; }

}  // namespace

OrdinalSet OrdinalSet::of_sorted(std::span<const Ordinal> ordinals) {
  assert(std::is_sorted(ordinals.begin(), ordinals.end()));
  OrdinalSet set;
  if (ordinals.empty()) return set;
  PortableWriter writer;
  for (std::size_t begin = 0; begin < ordinals.size();) {
    std::size_t end = begin + 1;
    while (end < ordinals.size() && high(ordinals[end]) == high(ordinals[begin])) ++end;
    writer.add_sorted(static_cast<std::uint16_t>(high(ordinals[begin])),
                      ordinals.subspan(begin, end - begin));
    begin = end;
  }
  set.bitmap_ = writer.finish();
  return set;
}

OrdinalSet OrdinalSet::of_unsorted(std::span<const Ordinal> ordinals) {
  if (std::is_sorted(ordinals.begin(), ordinals.end())) return of_sorted(ordinals);
  Ordinal all_bits = 0;  // at least the highest, and less than twice it: cheaper to find
  for (const Ordinal ordinal : ordinals) all_bits |= ordinal;
  const std::size_t groups = std::size_t{high(all_bits)} + 1;
  if (groups > 1024 + 4 * ordinals.size()) {
    std::vector<Ordinal> sorted(ordinals.begin(), ordinals.end());
    std::sort(sorted.begin(), sorted.end());
    return of_sorted(sorted);
  }
  // A counting sort by the high half; the low halves get sorted by the scratch bits. ends[g] is
  // where group g begins until its members are placed, and where it ends after.
  std::vector<std::size_t> ends(groups + 1, 0);
  for (const Ordinal ordinal : ordinals) ++ends[high(ordinal) + 1];
  for (std::size_t g = 1; g <= groups; ++g) ends[g] += ends[g - 1];
  std::vector<std::uint16_t> lows(ordinals.size());
  for (const Ordinal ordinal : ordinals)
    lows[ends[high(ordinal)]++] = static_cast<std::uint16_t>(ordinal);
  PortableWriter writer;
  for (std::size_t g = 0, begin = 0; g < groups; begin = ends[g++])
    if (begin != ends[g])
      writer.add_unsorted(static_cast<std::uint16_t>(g),
                          std::span<const std::uint16_t>(lows).subspan(begin, ends[g] - begin));
  OrdinalSet set;
  set.bitmap_ = writer.finish();
  return set;
}

OrdinalSet OrdinalSet::union_of(std::span<const OrdinalSet* const> sets) {
  OrdinalSet result;
  std::vector<const croaring::Bitmap*> bitmaps;
  bitmaps.reserve(sets.size());
  for (const OrdinalSet* set : sets)
    if (set->bitmap_ != nullptr)
      bitmaps.push_back(static_cast<const croaring::Bitmap*>(set->bitmap_));
  if (!bitmaps.empty())
    result.bitmap_ = croaring::checked(roaring_bitmap_or_many(bitmaps.size(), bitmaps.data()));
  return result;
}

void OrdinalSet::add_many(std::span<const Ordinal> ordinals) {
  constexpr std::size_t kFew = 16;  // below, building a set and uniting it costs more
  if (ordinals.size() < kFew)
    for (const Ordinal ordinal : ordinals) add(ordinal);
  else if (empty())
    *this = of_unsorted(ordinals);
  else
    *this |= of_unsorted(ordinals);
}

}  // namespace aurora
