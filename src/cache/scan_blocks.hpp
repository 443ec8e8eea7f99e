// Cached records of neighbouring ordinals side by side, so that a scan follows pointers instead of hashing each
// ordinal. Used by the record cache only, which owns the records' memory.
//
// Invariant B1: a block holds only records that are in the cache. Whoever changes or removes a cached record calls
// `drop` afterwards; a block gathered meanwhile is refused, because the slot's version has moved on.
#pragma once

#include <aurora/cache/record_cache.hpp>

#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <unordered_map>

namespace aurora {

/// Threads: every call may come from any thread. Cost: O(1).
class ScanBlocks {
 public:
  [[nodiscard]] std::shared_ptr<const RecordBlock> find(CollectionId collection, std::uint32_t number) const;
  /// To be read before the first record of a block is looked up.
  [[nodiscard]] std::uint64_t version(CollectionId collection, std::uint32_t number) const noexcept;
  /// Keeps the block unless a record of its slot changed since `version` was read.
  void offer(CollectionId collection, std::uint32_t number, std::shared_ptr<const RecordBlock> block,
             std::uint64_t version);
  /// A cached record was replaced or removed.
  void drop(CollectionId collection, Ordinal ordinal) noexcept;
  void clear();

 private:
  using Key = std::uint64_t;
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> version{0};
    std::atomic<std::uint32_t> blocks{0};    // so that a write need not lock a slot that holds none
    mutable std::mutex mutex;
    std::unordered_map<Key, std::shared_ptr<const RecordBlock>> map;  // guarded by mutex
  };
  static constexpr std::size_t kSlots = 256;

  [[nodiscard]] static Key key_of(CollectionId collection, std::uint32_t number) noexcept {
    return (Key{collection} << 32) | number;
  }
  [[nodiscard]] static std::size_t slot_of(Key key) noexcept { return (key * 0x9E3779B97F4A7C15ull) >> 56; }

  std::array<Slot, kSlots> slots_;
};

}  // namespace aurora
