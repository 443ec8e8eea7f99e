// Whether a write-ahead log can be replayed to its end. Needed because RocksDB ends the replay at the first record that
// is damaged, without a word, and an opening for writing then removes the log. Used by the survey of a store.
#pragma once

#include <aurora/result.hpp>

#include <cstdint>
#include <optional>
#include <string>

namespace aurora::storage {

struct LogDamage {
  std::uint64_t at = 0;        ///< offset of the first record that is not what was written
  bool records_behind = false; ///< whole records follow it
};

/// Changes nothing. A log that merely ends early, as a crash leaves it, is not damaged. Errors: IoError.
[[nodiscard]] Result<std::optional<LogDamage>> find_log_damage(const std::string& path);

}  // namespace aurora::storage
