// The byte form of OrdinalSet: Roaring's portable format, and its validation.
// Called by page codecs; calls CRoaring through roaring.hpp.
//
// CRoaring 0.2.66 believes what it reads, and the later "safe" readers check bounds only, so
// nothing reaches it that this file has not proven.
//
// Byte table (little-endian):
//    0  u32  12346, then u32 container count n; or 12347 | (n - 1) << 16, then (n + 7) / 8 bytes
//            with a bit for each container: is it stored as runs
//       n ×  u16 key, u16 cardinality - 1
//       n ×  u32 offset of the payload from byte 0; absent when the cookie is 12347 and n < 4
//       payloads, in the order of the keys, one after another:
//            runs         u16 count, then (u16 first, u16 length - 1) each
//            otherwise    cardinality <= 4096: u16 values; more: 8,192 bytes of bits
// Invariants checked:
//   B1  keys rise strictly, and n is at most 65,536.
//   B2  values of an array rise strictly; bits set in a bitset are as many as the cardinality says.
//   B3  runs rise and do not overlap, stay below 65,536, and add up to the cardinality.
//   B4  offsets, where present, say where the payloads are; the last payload ends where the
//       bytes end.

#include <aurora/base/bytes.hpp>
#include <aurora/base/try.hpp>
#include <aurora/index/ordinal_set.hpp>

#include <bit>
#include <string>

#include "index/roaring.hpp"

namespace aurora {
namespace {

constexpr std::uint32_t kCookieWithoutRuns = 12346;
constexpr std::uint32_t kCookieWithRuns = 12347;
constexpr std::uint32_t kMaxContainers = 1u << 16;
constexpr std::uint32_t kMaxArray = 4096;
constexpr std::size_t kBitsetBytes = 8192;
constexpr std::size_t kMinContainersWithOffsets = 4;  // of the form with runs

Error corrupt(const char* what) {
  return Error(ErrorCode::kCorruption, std::string("ordinal set: ") + what);
}

class Validator {
 public:
  explicit Validator(std::string_view bytes) : bytes_(bytes) {}

  Status check() {
    AURORA_TRY(read_header());
    std::uint32_t last_key = 0;
    for (std::uint32_t i = 0; i < containers_; ++i) {
      const std::uint32_t key = u16(keys_at_ + 4 * i);
      if (i != 0 && key <= last_key) return corrupt("container keys do not rise");
      last_key = key;
      if (offsets_at_ != 0 && u32(offsets_at_ + 4 * i) != at_)
        return corrupt("wrong container offset");
      AURORA_TRY(check_container(i, std::uint32_t{u16(keys_at_ + 4 * i + 2)} + 1));
    }
    if (at_ != bytes_.size()) return corrupt("bytes after the last container");
    return {};
  }

  /// Neighbouring runs that touch: sound, but not the form CRoaring's comparison relies on.
  [[nodiscard]] bool has_touching_runs() const { return has_touching_runs_; }

 private:
  std::uint16_t u16(std::size_t at) const { return load_le<std::uint16_t>(bytes_.data() + at); }
  std::uint32_t u32(std::size_t at) const { return load_le<std::uint32_t>(bytes_.data() + at); }
  /// Moves past `count` bytes if they are there.
  bool take(std::size_t count) {
    if (bytes_.size() - at_ < count) return false;
    at_ += count;
    return true;
  }

  Status read_header() {
    if (!take(4)) return corrupt("no header");
    const std::uint32_t cookie = u32(0);
    const bool has_runs = (cookie & 0xFFFF) == kCookieWithRuns;
    if (has_runs) {
      containers_ = (cookie >> 16) + 1;
      runs_at_ = at_;
      if (!take((containers_ + 7) / 8)) return corrupt("header cut short");
    } else {
      if (cookie != kCookieWithoutRuns) return corrupt("unknown format");
      if (!take(4)) return corrupt("header cut short");
      containers_ = u32(4);
      if (containers_ > kMaxContainers) return corrupt("too many containers");
    }
    keys_at_ = at_;
    if (!take(std::size_t{4} * containers_)) return corrupt("header cut short");
    if (has_runs && containers_ < kMinContainersWithOffsets) return {};
    offsets_at_ = at_;
    if (!take(std::size_t{4} * containers_)) return corrupt("header cut short");
    return {};
  }

  Status check_container(std::uint32_t i, std::uint32_t cardinality) {
    const bool is_runs =
        runs_at_ != 0 &&
        ((static_cast<unsigned char>(bytes_[runs_at_ + i / 8]) >> (i % 8)) & 1) != 0;
    if (is_runs) return check_runs(cardinality);
    return cardinality <= kMaxArray ? check_array(cardinality) : check_bitset(cardinality);
  }

  Status check_array(std::uint32_t cardinality) {
    const std::size_t begin = at_;
    if (!take(2 * std::size_t{cardinality})) return corrupt("array cut short");
    for (std::uint32_t i = 1; i < cardinality; ++i)
      if (u16(begin + 2 * i) <= u16(begin + 2 * (i - 1)))
        return corrupt("array values do not rise");
    return {};
  }

  Status check_bitset(std::uint32_t cardinality) {
    const std::size_t begin = at_;
    if (!take(kBitsetBytes)) return corrupt("bitset cut short");
    std::uint32_t count = 0;
    for (std::size_t at = begin; at < at_; at += 8)
      count +=
          static_cast<std::uint32_t>(std::popcount(load_le<std::uint64_t>(bytes_.data() + at)));
    if (count != cardinality) return corrupt("bitset does not have its cardinality");
    return {};
  }

  Status check_runs(std::uint32_t cardinality) {
    if (!take(2)) return corrupt("runs cut short");
    const std::uint32_t runs = u16(at_ - 2);
    const std::size_t begin = at_;
    if (!take(4 * std::size_t{runs})) return corrupt("runs cut short");
    std::uint32_t count = 0;
    std::uint32_t free_from = 0;  // one past the last run
    for (std::uint32_t i = 0; i < runs; ++i) {
      const std::uint32_t first = u16(begin + 4 * std::size_t{i});
      const std::uint32_t length = std::uint32_t{u16(begin + 4 * std::size_t{i} + 2)} + 1;
      if (first < free_from) return corrupt("runs overlap");
      if (first + length > kMaxContainers) return corrupt("run beyond its container");
      has_touching_runs_ = has_touching_runs_ || (i != 0 && first == free_from);
      free_from = first + length;
      count += length;
    }
    if (count != cardinality) return corrupt("runs do not have their cardinality");
    return {};
  }

  std::string_view bytes_;
  std::size_t at_ = 0;
  std::uint32_t containers_ = 0;
  std::size_t runs_at_ = 0;  // 0: the form without runs
  std::size_t keys_at_ = 0;
  std::size_t offsets_at_ = 0;  // 0: none
  bool has_touching_runs_ = false;
};

}  // namespace

void OrdinalSet::append_bytes(std::string& out) const {
  if (bitmap_ == nullptr) {
    append_le(out, kCookieWithoutRuns);
    append_le(out, std::uint32_t{0});
    return;
  }
  const auto* bitmap = static_cast<const croaring::Bitmap*>(bitmap_);
  const std::size_t old_size = out.size();
  out.resize(old_size + roaring_bitmap_portable_size_in_bytes(bitmap));
  roaring_bitmap_portable_serialize(bitmap, out.data() + old_size);
}

Result<OrdinalSet> OrdinalSet::from_bytes(std::string_view bytes) {
  Validator validator(bytes);
  AURORA_TRY(validator.check());
  OrdinalSet set;
  set.bitmap_ =
      croaring::checked(roaring_bitmap_portable_deserialize_safe(bytes.data(), bytes.size()));
  if (validator.has_touching_runs()) {
    // A union joins runs that touch. Not roaring_bitmap_remove_run_compression, which in 0.2.66
    // never ends on a run up to 65,535.
    const auto* bitmap = static_cast<const croaring::Bitmap*>(set.bitmap_);
    OrdinalSet joined;
    joined.bitmap_ = croaring::checked(roaring_bitmap_or(bitmap, bitmap));
    set = std::move(joined);
  }
  return set;
}

}  // namespace aurora
