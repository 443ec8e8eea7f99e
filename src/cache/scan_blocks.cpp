// Body of scan blocks. Called by the record cache.
#include "scan_blocks.hpp"

namespace aurora {

std::shared_ptr<const RecordBlock> ScanBlocks::find(CollectionId collection, std::uint32_t number) const {
  const auto key = key_of(collection, number);
  const auto& slot = slots_[slot_of(key)];
  if (slot.blocks.load(std::memory_order_acquire) == 0) return nullptr;
  const std::lock_guard lock(slot.mutex);
  const auto found = slot.map.find(key);
  return found == slot.map.end() ? nullptr : found->second;
}

std::uint64_t ScanBlocks::version(CollectionId collection, std::uint32_t number) const noexcept {
  return slots_[slot_of(key_of(collection, number))].version.load();
}

// The writer raises the version, then looks whether there are blocks; this puts the block, then looks at the version:
// in whatever order the two meet, one of them sees the other (all four are sequentially consistent).
void ScanBlocks::offer(CollectionId collection, std::uint32_t number, std::shared_ptr<const RecordBlock> block,
                       std::uint64_t version) {
  const auto key = key_of(collection, number);
  auto& slot = slots_[slot_of(key)];
  const std::lock_guard lock(slot.mutex);
  slot.map.insert_or_assign(key, std::move(block));
  slot.blocks.store(static_cast<std::uint32_t>(slot.map.size()));
  if (slot.version.load() == version) return;
  slot.map.erase(key);
  slot.blocks.store(static_cast<std::uint32_t>(slot.map.size()));
}

void ScanBlocks::drop(CollectionId collection, Ordinal ordinal) noexcept {
  const auto key = key_of(collection, ordinal / RecordBlock::kRecords);
  auto& slot = slots_[slot_of(key)];
  slot.version.fetch_add(1);
  if (slot.blocks.load() == 0) return;
  std::shared_ptr<const RecordBlock> dropped;  // freed after the lock
  const std::lock_guard lock(slot.mutex);
  const auto found = slot.map.find(key);
  if (found == slot.map.end()) return;
  dropped = std::move(found->second);
  slot.map.erase(found);
  slot.blocks.store(static_cast<std::uint32_t>(slot.map.size()));
}

void ScanBlocks::clear() {
  for (auto& slot : slots_) {
    slot.version.fetch_add(1);
    const std::lock_guard lock(slot.mutex);
    slot.map.clear();
    slot.blocks.store(0);
  }
}

}  // namespace aurora
