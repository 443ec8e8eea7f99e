// Values of any type in a column: their bytes stand one behind the other in the chunk, their type, size and place in its
// bits. Used by columns of fields; read by projections.
#pragma once

#include <aurora/base/bytes.hpp>
#include <aurora/value.hpp>

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>

namespace aurora {

/// The bits of a value that is not kept here: the document has it.
inline constexpr std::uint64_t kElsewhere = ~std::uint64_t{0};
/// Longer values, and those of a chunk whose bytes are full, are not kept.
inline constexpr std::uint32_t kMostPackedBytes = 256;
inline constexpr std::size_t kMostChunkBytes = std::size_t{128} << 10;

/// Appends the bytes of a value, and returns its bits. Requires: not null.
[[nodiscard]] inline std::uint64_t pack_value(ValueView value, std::string& bytes) {
  const bool scalar = value.type() != Type::kString && value.type() != Type::kUuid && value.type() != Type::kList &&
                      value.type() != Type::kObject;
  const std::size_t size = scalar ? sizeof(std::uint64_t) : value.encoded().size();
  if (size > kMostPackedBytes || bytes.size() + size > kMostChunkBytes) return kElsewhere;
  const auto place = std::uint64_t{bytes.size()};
  if (scalar) {
    bytes.resize(bytes.size() + size);
    store_le(bytes.data() + place, value.int_value());   // as every scalar stands in a view
  } else {
    bytes += value.encoded();
  }
  return std::uint64_t{static_cast<std::uint8_t>(value.type())} << 56 | std::uint64_t{size} << 32 | place;
}

/// What `bits` stand for; borrows from `bytes`. Requires: bits of pack_value, not kElsewhere.
[[nodiscard]] inline ValueView packed_value(std::uint64_t bits, const char* bytes) noexcept {
  const auto type = static_cast<Type>(bits >> 56);
  const char* const data = bytes + (bits & 0xFFFFFFFFu);
  switch (type) {
    case Type::kBool: return ValueView::of(load_le<std::int64_t>(data) != 0);
    case Type::kInt: return ValueView::of(load_le<std::int64_t>(data));
    case Type::kFloat: return ValueView::of(std::bit_cast<double>(load_le<std::int64_t>(data)));
    case Type::kDate: return ValueView::of(Date{static_cast<std::int32_t>(load_le<std::int64_t>(data))});
    case Type::kTime: return ValueView::of(Time{load_le<std::int64_t>(data)});
    case Type::kDateTime: return ValueView::of(DateTime{load_le<std::int64_t>(data)});
    default: return ValueView::of_encoded(type, data, static_cast<std::uint32_t>(bits >> 32 & 0xFFFFFF));
  }
}

}  // namespace aurora
