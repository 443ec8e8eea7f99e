// Memory of records, side by side in huge pages where the system has them: reading many documents, or one of many, then
// misses no more than their lines, and what comes and goes between them does not keep their memory apart.
// Used by RecordRef only.
//
//   chunk (2 MiB; the first ones are smaller) ─► runs of 64 KiB, each for places of one size ─► places
#pragma once

#include <cstddef>

namespace aurora {

/// Of the whole process: records outlive databases. Runs that are empty serve any size; chunks that are empty go back to
/// the system. Threads: every call may come from any thread.
class RecordMemory {
 public:
  /// Throws std::bad_alloc. Aligned to 8 bytes.
  [[nodiscard]] static void* take(std::size_t bytes);
  /// Requires: `place` came from `take(bytes)`.
  static void give_back(void* place, std::size_t bytes) noexcept;
};

}  // namespace aurora
