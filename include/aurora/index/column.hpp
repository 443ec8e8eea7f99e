// Forward columns: ordinal → value of an index's field, side by side in memory, so that an aggregate reads numbers
// instead of documents. Kept beside an ordered index, from its keys alone, or made of documents (field_columns.hpp);
// asked for by filters, orders, aggregates and groups.
//
//   Column (root) ── sections of 128 chunks ── chunks of 1,024 ordinals: which have a value, and the values
//
// A column is made at its first use, from the version the reader holds, and then follows the index: each edit of the
// index sets one value. Chunks are shared between versions under the rule of the index's own pages (X1).
#pragma once

#include <aurora/document/record.hpp>
#include <aurora/value.hpp>

#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace aurora {

namespace index {
struct ColumnRoot;   // src/index/column_tree.hpp
}

/// The memory of all columns of a database, bounded.
/// Threads: every call may come from any thread.
class ColumnPool {
 public:
  explicit ColumnPool(std::uint64_t capacity_bytes) noexcept : capacity_(capacity_bytes) {}
  ColumnPool(const ColumnPool&) = delete;
  ColumnPool& operator=(const ColumnPool&) = delete;

  void take(std::uint64_t bytes) noexcept { bytes_.fetch_add(bytes, std::memory_order_relaxed); }
  void give_back(std::uint64_t bytes) noexcept { bytes_.fetch_sub(bytes, std::memory_order_relaxed); }
  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(std::memory_order_relaxed); }
  [[nodiscard]] bool has_room(std::uint64_t more) const noexcept { return bytes() + more <= capacity_; }

 private:
  const std::uint64_t capacity_;
  std::atomic<std::uint64_t> bytes_{0};
};

/// What a column holds: a scalar of one declared type, or nothing. kPacked: values of any type (packed_value.hpp), which
/// only projections read.
enum class ColumnType : std::uint8_t { kInt, kFloat, kBool, kDate, kTime, kDateTime, kText, kPacked };

/// The values of 1,024 neighbouring ordinals.
struct ColumnChunk {
  static constexpr Ordinal kSize = 1024;

  std::array<std::uint64_t, kSize / 64> present{};
  /// Of those present: an Int, a double's bits, days, microseconds, or the place among the column's texts. Of others
  /// anything, but never out of place.
  std::array<std::uint64_t, kSize> bits{};
  std::string packed = {};                 ///< kPacked: the bytes of the values

  [[nodiscard]] bool has(Ordinal ordinal) const noexcept {
    const auto at = ordinal % kSize;
    return (present[at / 64] >> (at % 64) & 1) != 0;
  }
};

/// The value that `bits` of a column of that type stand for. Requires: neither kText nor kPacked.
[[nodiscard]] inline ValueView column_value(ColumnType type, std::uint64_t bits) noexcept {
  const auto number = static_cast<std::int64_t>(bits);
  switch (type) {
    case ColumnType::kInt: return ValueView::of(number);
    case ColumnType::kFloat: return ValueView::of(std::bit_cast<double>(bits));
    case ColumnType::kBool: return ValueView::of(bits != 0);
    case ColumnType::kDate: return ValueView::of(Date{static_cast<std::int32_t>(number)});
    case ColumnType::kTime: return ValueView::of(Time{number});
    case ColumnType::kDateTime: return ValueView::of(DateTime{number});
    case ColumnType::kText:
    case ColumnType::kPacked: break;
  }
  return {};
}

/// One state of a column, as old as the IndexVersion it came from. Null when default-made.
/// Threads: const use from any thread. Requires: the snapshot it was asked under is still pinned.
class Column {
 public:
  Column() noexcept = default;
  explicit Column(std::shared_ptr<const index::ColumnRoot> root) noexcept : root_(std::move(root)) {}

  [[nodiscard]] explicit operator bool() const noexcept { return root_ != nullptr; }
  /// Requires: not null.
  [[nodiscard]] ColumnType type() const noexcept;
  /// The ordinals from number * ColumnChunk::kSize on; null when none of them has a value. Requires: not null.
  [[nodiscard]] const ColumnChunk* chunk(std::uint32_t number) const noexcept;
  /// Of a kText column: what its bits stand for, each text once. Requires: not null.
  [[nodiscard]] const std::vector<std::string>& texts() const noexcept;

 private:
  std::shared_ptr<const index::ColumnRoot> root_;
};

}  // namespace aurora
