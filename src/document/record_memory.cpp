// Body of record memory. Called by RecordRef.
//
// A place is found by rounding: its run begins at the last multiple of 64 KiB before it. Threads take turns at the heaps,
// so that several can take places of one size at once; a place goes back to the heap its run belongs to.
#include "document/record_memory.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>

#include <sys/mman.h>

namespace aurora {

namespace {

// The address sanitizer knows only what it allocates itself.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool kWatched = true;
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
constexpr bool kWatched = true;
#else
constexpr bool kWatched = false;
#endif
#else
constexpr bool kWatched = false;
#endif

constexpr std::size_t kRun = std::size_t{64} << 10;
constexpr std::size_t kHuge = std::size_t{2} << 20;
constexpr std::size_t kStep = 16;                    // sizes are multiples of it
constexpr std::size_t kLargest = kWatched ? 0 : 1024;
constexpr std::size_t kSizes = 1024 / kStep;
constexpr std::size_t kHeaps = 4;

struct Heap;

// Runs that came from the system together.
struct Chunk {
  std::byte* begin = nullptr;
  std::size_t bytes = 0;
  std::size_t used_runs = 0;
};

// A place that is free.
struct Free {
  Free* next;
};

struct Run {
  static constexpr std::size_t kHeader = 64;

  Chunk* chunk = nullptr;
  Heap* heap = nullptr;          // that it belongs to
  Run* next = nullptr;           // of those with room in the heap; of those that are free
  Run* previous = nullptr;
  Free* free = nullptr;          // places given back
  std::uint32_t fresh = kHeader; // where the places begin that were never taken
  std::uint32_t taken = 0;
  std::uint32_t size = 0;        // of a place

  [[nodiscard]] bool is_full() const noexcept { return free == nullptr && fresh + size > kRun; }
  void* take() noexcept {
    ++taken;
    if (free != nullptr) {
      auto* const place = free;
      free = place->next;
      return place;
    }
    auto* const place = reinterpret_cast<std::byte*>(this) + fresh;
    fresh += size;
    return place;
  }
};
static_assert(sizeof(Run) <= Run::kHeader);

// Runs that are free, of all chunks.
class Runs {
 public:
  Run* take() {
    const std::lock_guard lock(mutex_);
    if (free_ == nullptr) add_chunk();
    auto* const run = free_;
    free_ = run->next;
    if (free_ != nullptr) free_->previous = nullptr;
    ++run->chunk->used_runs;
    return new (run) Run{run->chunk};
  }

  void give_back(Run* run) noexcept {
    const std::lock_guard lock(mutex_);
    auto* const chunk = run->chunk;
    link(new (run) Run{chunk});
    if (--chunk->used_runs > 0) return;
    // The last chunk stays: who takes and gives back one record must not ask the system each time.
    if (chunks_ == 1) return;
    --chunks_;
    for (auto* at = chunk->begin; at < chunk->begin + chunk->bytes; at += kRun) unlink(reinterpret_cast<Run*>(at));
    ::munmap(chunk->begin, chunk->bytes);
    delete chunk;
  }

 private:
  // Small chunks first: most databases of tests and tools hold few documents.
  void add_chunk() {
    auto chunk = std::make_unique<Chunk>();
    chunk->bytes = next_bytes_;
    const auto align = std::max(kRun, chunk->bytes);
    const auto mapped_bytes = chunk->bytes + align;
    void* const mapped = ::mmap(nullptr, mapped_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) throw std::bad_alloc();
    // Only the aligned part is kept.
    void* aligned = mapped;
    auto room = mapped_bytes;
    chunk->begin = static_cast<std::byte*>(std::align(align, chunk->bytes, aligned, room));
    const auto before = static_cast<std::size_t>(chunk->begin - static_cast<std::byte*>(mapped));
    if (before > 0) ::munmap(mapped, before);
    if (room > chunk->bytes) ::munmap(chunk->begin + chunk->bytes, room - chunk->bytes);
    // Advice: without huge pages everything works, only slower.
    if (chunk->bytes == kHuge) static_cast<void>(::madvise(chunk->begin, chunk->bytes, MADV_HUGEPAGE));
    for (auto* at = chunk->begin + chunk->bytes; at > chunk->begin;) {
      at -= kRun;
      link(new (at) Run{chunk.get()});
    }
    static_cast<void>(chunk.release());   // its runs know it
    ++chunks_;
    next_bytes_ = std::min(2 * next_bytes_, kHuge);
  }

  void link(Run* run) noexcept {
    run->next = free_;
    if (free_ != nullptr) free_->previous = run;
    free_ = run;
  }
  void unlink(Run* run) noexcept {
    (run->previous != nullptr ? run->previous->next : free_) = run->next;
    if (run->next != nullptr) run->next->previous = run->previous;
  }

  std::mutex mutex_;
  Run* free_ = nullptr;                    // guarded by mutex_
  std::size_t chunks_ = 0;                 // guarded by mutex_
  std::size_t next_bytes_ = 2 * kRun;      // guarded by mutex_
};

// Runs with places of one size.
struct Heap {
  std::mutex mutex;
  Run* with_room = nullptr;                // guarded by mutex

  void link(Run* run) noexcept {
    run->previous = nullptr;
    run->next = with_room;
    if (with_room != nullptr) with_room->previous = run;
    with_room = run;
  }
  void unlink(Run* run) noexcept {
    (run->previous != nullptr ? run->previous->next : with_room) = run->next;
    if (run->next != nullptr) run->next->previous = run->previous;
  }
};

struct Memory {
  Runs runs;
  std::array<std::array<Heap, kSizes>, kHeaps> heaps;
  std::atomic<unsigned> threads{0};
};

// Never destroyed: records may live until the process ends.
Memory& memory() {
  static auto* const made = new Memory;
  return *made;
}

Heap& heap_of_thread(Memory& all, std::size_t bytes) {
  thread_local const unsigned turn = all.threads.fetch_add(1, std::memory_order_relaxed);
  return all.heaps[turn % kHeaps][(bytes - 1) / kStep];
}

}  // namespace

void* RecordMemory::take(std::size_t bytes) {
  if (bytes > kLargest) return ::operator new(bytes);
  auto& all = memory();
  auto& heap = heap_of_thread(all, bytes);
  const std::lock_guard lock(heap.mutex);
  auto* run = heap.with_room;
  if (run == nullptr) {
    run = all.runs.take();
    run->heap = &heap;
    run->size = static_cast<std::uint32_t>((bytes + kStep - 1) / kStep * kStep);
    heap.link(run);
  }
  auto* const place = run->take();
  if (run->is_full()) heap.unlink(run);
  return place;
}

void RecordMemory::give_back(void* place, std::size_t bytes) noexcept {
  if (bytes > kLargest) return ::operator delete(place);
  auto* const run = reinterpret_cast<Run*>(reinterpret_cast<std::uintptr_t>(place) / kRun * kRun);
  auto& heap = *run->heap;   // stays the same while a place of the run is taken
  {
    const std::lock_guard lock(heap.mutex);
    const bool was_full = run->is_full();
    run->free = new (place) Free{run->free};
    if (was_full) heap.link(run);
    // The last run with room stays, as the last chunk does.
    if (--run->taken > 0 || (heap.with_room == run && run->next == nullptr)) return;
    heap.unlink(run);
  }
  memory().runs.give_back(run);
}

}  // namespace aurora
