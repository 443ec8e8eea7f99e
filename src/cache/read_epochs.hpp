// When memory that readers reach without locks may be freed: each reader announces the epoch it began in; what was
// taken out of reach later than that waits. Used by the record cache only.
//
//   reader   announce the clock ─► look at pointers ─► withdraw
//   writer   take the pointer out of reach ─► tick the clock ─► free once every announced epoch is after the tick
//
// Proof: a reader that began after the tick cannot find the pointer. One that began before it is announced; or its
// announcement comes after the writer looked, and then its look at the pointer comes after the pointer was taken away:
// announcing, taking away, ticking and looking are sequentially consistent.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>
#include <vector>

namespace aurora {

/// The number of the calling thread, its own while it lives; kShared when more threads than kMost asked.
class ThreadLane {
 public:
  static constexpr unsigned kMost = 1024;
  static constexpr unsigned kShared = kMost;
  [[nodiscard]] static unsigned mine() noexcept { return mine_ != kUnknown ? mine_ : claim(); }
  /// No lane from here on was ever given out.
  [[nodiscard]] static unsigned end() noexcept;

 private:
  struct Claim;
  static constexpr unsigned kUnknown = std::numeric_limits<unsigned>::max();
  static unsigned claim() noexcept;
  static constinit thread_local unsigned mine_;
};

/// Threads: every call may come from any thread.
class ReadEpochs {
 public:
  ReadEpochs();
  /// Frees what waits. Requires: no reader is left.
  ~ReadEpochs();
  ReadEpochs(const ReadEpochs&) = delete;
  ReadEpochs& operator=(const ReadEpochs&) = delete;

  /// While one lives, nothing is freed that it can reach. One may be made inside another. Never waits.
  class Guard {
   public:
    explicit Guard(const ReadEpochs& epochs) noexcept;
    ~Guard();
    Guard(const Guard&) = delete;
    Guard& operator=(const Guard&) = delete;

   private:
    const ReadEpochs& epochs_;
    const unsigned lane_;
  };

  /// Calls `drop(object)` once no reader can reach it. Requires: it is out of reach of those that begin now, by a
  /// sequentially consistent store. Without memory to keep it until then, it is never freed.
  void retire(const void* object, void (*drop)(const void*) noexcept) noexcept;

 private:
  // Written by its thread alone, so that readers share no line.
  struct alignas(64) Lane {
    std::atomic<std::uint64_t> epoch{0};   // 0: not reading
    unsigned depth = 0;                    // of its own thread
  };
  struct Retired {
    std::uint64_t tick;
    const void* object;
    void (*drop)(const void*) noexcept;
  };
  [[nodiscard]] std::uint64_t oldest_reader() const noexcept;

  mutable std::array<Lane, ThreadLane::kMost> lanes_;
  mutable std::atomic<std::uint64_t> strangers_{0};   // readers without a lane of their own: while any, nothing is freed
  std::atomic<std::uint64_t> clock_{1};

  std::mutex mutex_;
  std::vector<Retired> retired_;   // guarded by mutex_; rising ticks
  std::size_t next_try_;           // guarded by mutex_: so many must wait
};

}  // namespace aurora
