// A store whose process dies at a chosen call: right before it, or right after it was done and before anybody heard of it.
// Used by the crash test; the engine notices nothing until then.
#pragma once

#include <aurora/storage/store.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <string_view>

namespace aurora::testing {

enum class KillPoint : std::uint8_t {
  kNone,
  kBeforeWrite,
  kAfterWrite,    ///< the batch is as durable as the mode wants, and nothing is published
  kBeforeSync,
  kAfterSync,
  kBeforePages,   ///< the flush that ends a checkpoint of indexes
  kAfterPages,
  kBeforeFlush,
  kAfterFlush,
  kBeforeCompact,
  kBeforeCopy,
  kAfterCopy,
  kBeforeClose,
  kAfterClose,
};
inline constexpr std::uint8_t kKillPoints = 14;

[[nodiscard]] std::string_view to_string(KillPoint point) noexcept;

/// Which call of which kind. Threads: any. Outlives the stores that share it, so that calls count across reopening.
struct KillPlan {
  KillPoint point = KillPoint::kNone;
  std::uint64_t nth = 1;
  std::atomic<std::uint64_t> seen{0};

  /// Does not return when this is the call.
  void pass(KillPoint here);
};

[[nodiscard]] std::unique_ptr<storage::Store> make_killing_store(std::unique_ptr<storage::Store> inner,
                                                                 std::shared_ptr<KillPlan> plan);

}  // namespace aurora::testing
