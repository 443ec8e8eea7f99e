// Memory for large tables that are reached at random: zeroed, and in huge pages from 2 MiB on, where the system has them,
// so that a look-up misses no more than the line it is for. Used by the cache's tables.
#pragma once

#include <cstddef>

namespace aurora {

class BulkMemory {
 public:
  static constexpr std::size_t kHuge = std::size_t{2} << 20;
  static constexpr std::size_t kLine = 64;

  /// Throws std::bad_alloc.
  explicit BulkMemory(std::size_t bytes);
  ~BulkMemory();
  BulkMemory(const BulkMemory&) = delete;
  BulkMemory& operator=(const BulkMemory&) = delete;
  /// Aligned to a line.
  [[nodiscard]] std::byte* data() const noexcept { return data_; }
  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  /// Gives large memory back to the system: it may be read still, and is then zero.
  void discard() noexcept;

 private:
  std::size_t size_;
  std::byte* data_;
  std::byte* mapped_ = nullptr;     // null: from the allocator
  std::size_t mapped_size_ = 0;
};

}  // namespace aurora
