// Body of bulk memory. Called by key hints and record pages.
#include "bulk_memory.hpp"

#include <cstring>
#include <memory>
#include <new>

#include <sys/mman.h>

namespace aurora {

BulkMemory::BulkMemory(std::size_t bytes) : size_(bytes), data_(nullptr) {
  if (bytes < kHuge) {
    data_ = static_cast<std::byte*>(::operator new(bytes, std::align_val_t{kLine}));
    std::memset(data_, 0, bytes);
    return;
  }
  mapped_size_ = bytes + kHuge;   // room for the alignment
  void* const mapped = ::mmap(nullptr, mapped_size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  mapped_ = static_cast<std::byte*>(mapped);
  void* aligned = mapped;
  auto room = mapped_size_;
  data_ = static_cast<std::byte*>(std::align(kHuge, bytes, aligned, room));
  // Advice: without huge pages everything works, only slower.
  static_cast<void>(::madvise(data_, bytes, MADV_HUGEPAGE));
}

void BulkMemory::discard() noexcept {
  if (mapped_ != nullptr) static_cast<void>(::madvise(data_, size_, MADV_DONTNEED));
}

BulkMemory::~BulkMemory() {
  if (mapped_ != nullptr)
    ::munmap(mapped_, mapped_size_);
  else
    ::operator delete(data_, std::align_val_t{kLine});
}

}  // namespace aurora
