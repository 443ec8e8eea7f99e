// OrdinalSet over CRoaring's C interface: everything but building from many ordinals
// (ordinal_build.cpp) and the byte format (ordinal_codec.cpp). Called by index, text, plan, exec;
// calls CRoaring through roaring.hpp.
//
// A null bitmap_ is the empty set, so that default-made, cleared and moved-from sets cost nothing.

#include <aurora/index/ordinal_set.hpp>

#include <algorithm>
#include <array>
#include <cassert>
#include <memory>

#include "index/roaring.hpp"

namespace aurora {
namespace {

using croaring::Bitmap;
using croaring::checked;
using croaring::Cursor;

Bitmap* as_bitmap(void* bitmap) { return static_cast<Bitmap*>(bitmap); }

/// For reading: the bitmap, or a shared empty one.
const Bitmap* readable(const void* bitmap) {
  static const Bitmap* const kEmpty = checked(roaring_bitmap_create());
  return bitmap != nullptr ? static_cast<const Bitmap*>(bitmap) : kEmpty;
}

/// For writing: the bitmap, made if there is none.
Bitmap* writable(void*& bitmap) {
  if (bitmap == nullptr) bitmap = checked(roaring_bitmap_create());
  return as_bitmap(bitmap);
}

void release(void*& bitmap) {
  if (bitmap != nullptr) roaring_bitmap_free(as_bitmap(bitmap));
  bitmap = nullptr;
}

}  // namespace

OrdinalSet::OrdinalSet() : bitmap_(nullptr) {}

OrdinalSet::OrdinalSet(const OrdinalSet& other)
    : bitmap_(other.bitmap_ == nullptr ? nullptr
                                       : checked(roaring_bitmap_copy(readable(other.bitmap_)))) {}

OrdinalSet::OrdinalSet(OrdinalSet&& other) noexcept
    : bitmap_(std::exchange(other.bitmap_, nullptr)) {}

OrdinalSet& OrdinalSet::operator=(const OrdinalSet& other) {
  if (this != &other) *this = OrdinalSet(other);
  return *this;
}

OrdinalSet& OrdinalSet::operator=(OrdinalSet&& other) noexcept {
  std::swap(bitmap_, other.bitmap_);
  return *this;
}

OrdinalSet::~OrdinalSet() { release(bitmap_); }

OrdinalSet OrdinalSet::range(Ordinal begin, std::uint64_t end) {
  OrdinalSet set;
  end = std::min<std::uint64_t>(end, std::uint64_t{1} << 32);
  if (begin < end) set.bitmap_ = checked(roaring_bitmap_from_range(begin, end, 1));
  return set;
}

bool OrdinalSet::add(Ordinal ordinal) {
  return roaring_bitmap_add_checked(writable(bitmap_), ordinal);
}

bool OrdinalSet::remove(Ordinal ordinal) {
  return bitmap_ != nullptr && roaring_bitmap_remove_checked(as_bitmap(bitmap_), ordinal);
}

void OrdinalSet::clear() { release(bitmap_); }

bool OrdinalSet::contains(Ordinal ordinal) const {
  return bitmap_ != nullptr && roaring_bitmap_contains(readable(bitmap_), ordinal);
}

bool OrdinalSet::empty() const {
  return bitmap_ == nullptr || roaring_bitmap_is_empty(readable(bitmap_));
}

std::uint64_t OrdinalSet::size() const {
  return bitmap_ == nullptr ? 0 : roaring_bitmap_get_cardinality(readable(bitmap_));
}

Ordinal OrdinalSet::min() const {
  assert(!empty());
  return roaring_bitmap_minimum(readable(bitmap_));
}

Ordinal OrdinalSet::max() const {
  assert(!empty());
  return roaring_bitmap_maximum(readable(bitmap_));
}

OrdinalSet& OrdinalSet::operator&=(const OrdinalSet& other) {
  if (this == &other || bitmap_ == nullptr) return *this;
  if (other.bitmap_ == nullptr)
    release(bitmap_);
  else
    roaring_bitmap_and_inplace(as_bitmap(bitmap_), readable(other.bitmap_));
  return *this;
}

OrdinalSet& OrdinalSet::operator|=(const OrdinalSet& other) {
  if (this == &other || other.bitmap_ == nullptr) return *this;
  if (bitmap_ == nullptr)
    bitmap_ = checked(roaring_bitmap_copy(readable(other.bitmap_)));
  else
    roaring_bitmap_or_inplace(as_bitmap(bitmap_), readable(other.bitmap_));
  return *this;
}

OrdinalSet& OrdinalSet::operator-=(const OrdinalSet& other) {
  if (bitmap_ == nullptr || other.bitmap_ == nullptr) return *this;
  if (this == &other)
    release(bitmap_);
  else
    roaring_bitmap_andnot_inplace(as_bitmap(bitmap_), readable(other.bitmap_));
  return *this;
}

OrdinalSet operator&(const OrdinalSet& a, const OrdinalSet& b) {
  OrdinalSet result;
  if (a.bitmap_ != nullptr && b.bitmap_ != nullptr)
    result.bitmap_ = checked(roaring_bitmap_and(readable(a.bitmap_), readable(b.bitmap_)));
  return result;
}

OrdinalSet operator|(const OrdinalSet& a, const OrdinalSet& b) {
  if (a.bitmap_ == nullptr) return b;
  if (b.bitmap_ == nullptr) return a;
  OrdinalSet result;
  result.bitmap_ = checked(roaring_bitmap_or(readable(a.bitmap_), readable(b.bitmap_)));
  return result;
}

OrdinalSet operator-(const OrdinalSet& a, const OrdinalSet& b) {
  if (a.bitmap_ == nullptr || b.bitmap_ == nullptr) return a;
  OrdinalSet result;
  result.bitmap_ = checked(roaring_bitmap_andnot(readable(a.bitmap_), readable(b.bitmap_)));
  return result;
}

bool operator==(const OrdinalSet& a, const OrdinalSet& b) {
  return roaring_bitmap_equals(readable(a.bitmap_), readable(b.bitmap_));
}

std::uint64_t OrdinalSet::intersection_size(const OrdinalSet& other) const {
  if (bitmap_ == nullptr || other.bitmap_ == nullptr) return 0;
  return roaring_bitmap_and_cardinality(readable(bitmap_), readable(other.bitmap_));
}

/// In batches: cheaper than a step for each, and no C frame lies under the caller's code, which may
/// throw.
void OrdinalSet::for_each(const std::function<bool(Ordinal)>& visit) const {
  Cursor cursor;
  croaring::open_cursor(readable(bitmap_), &cursor);
  std::array<Ordinal, 256> batch;
  while (cursor.has_value) {
    const std::uint32_t n = croaring::read(&cursor, batch.data(), std::uint32_t{batch.size()});
    for (std::uint32_t i = 0; i < n; ++i)
      if (!visit(batch[i])) return;
  }
}

void OrdinalSet::append_to(std::vector<Ordinal>& out) const {
  if (bitmap_ == nullptr) return;
  const std::size_t old_size = out.size();
  out.resize(old_size + size());
  roaring_bitmap_to_uint32_array(readable(bitmap_), out.data() + old_size);
}

void OrdinalSet::optimize() {
  if (bitmap_ == nullptr) return;
  roaring_bitmap_run_optimize(as_bitmap(bitmap_));
  roaring_bitmap_shrink_to_fit(as_bitmap(bitmap_));
}

/// CRoaring tells the bytes of the contents; each container adds its struct, its row in three
/// parallel arrays and two allocation headers.
std::size_t OrdinalSet::memory_bytes() const {
  if (bitmap_ == nullptr) return 0;
  roaring_statistics_t statistics;
  roaring_bitmap_statistics(readable(bitmap_), &statistics);
  constexpr std::size_t kPerContainer = 16 + 11 + 2 * 8;
  return sizeof(Bitmap) + statistics.n_containers * kPerContainer +
         statistics.n_bytes_array_containers + statistics.n_bytes_run_containers +
         statistics.n_bytes_bitset_containers;
}

OrdinalSet::Iterator::Iterator(const OrdinalSet& set) {
  auto cursor = std::make_unique<Cursor>();
  croaring::open_cursor(readable(set.bitmap_), cursor.get());
  cursor_ = cursor.release();
}

OrdinalSet::Iterator::~Iterator() { delete static_cast<Cursor*>(cursor_); }

bool OrdinalSet::Iterator::valid() const { return static_cast<const Cursor*>(cursor_)->has_value; }

Ordinal OrdinalSet::Iterator::value() const {
  return static_cast<const Cursor*>(cursor_)->current_value;
}

void OrdinalSet::Iterator::next() { croaring::advance(static_cast<Cursor*>(cursor_)); }

void OrdinalSet::Iterator::seek(Ordinal ordinal) {
  croaring::seek(static_cast<Cursor*>(cursor_), ordinal);
}

std::size_t OrdinalSet::Iterator::read(std::span<Ordinal> out) {
  auto* cursor = static_cast<Cursor*>(cursor_);
  if (!cursor->has_value) return 0;
  const auto most = static_cast<std::uint32_t>(std::min<std::size_t>(out.size(), UINT32_MAX));
  return croaring::read(cursor, out.data(), most);
}

}  // namespace aurora
