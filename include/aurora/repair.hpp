// What to do about a database that verify() complains of, or that does not open.
#pragma once

#include <aurora/config.hpp>
#include <aurora/database.hpp>
#include <aurora/result.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace aurora {

struct CheckReport {
  VerifyReport verified;
  /// What an opening for writing would lose or has no remedy for: salvage before opening. Empty: no more than indexes
  /// can be wrong.
  std::vector<std::string> damage;
  /// Damaged logs that an earlier opening could not replay and left in the directory, for people to look at.
  std::vector<std::string> kept_logs;
};

/// What leads on from an error of opening or checking a database.
enum class Remedy : std::uint8_t { kNone, kSalvage };

/// kSalvage for damage; kNone also for a database of a newer format, which needs a newer Aurora and nothing else.
[[nodiscard]] Remedy remedy_for(const std::string& path, const Error& error);

/// Verifies the database in directory `path`, which nobody may have open for writing, and changes nothing there: also no
/// table or log that opening for writing would remove. Errors: Busy; as Database::open_read_only.
[[nodiscard]] Result<CheckReport> try_check(const std::string& path, const Config& config = {});
[[nodiscard]] inline CheckReport check(const std::string& path, const Config& config = {}) {
  return try_check(path, config).value();
}

enum class RepairOutcome : std::uint8_t {
  kSound,      ///< nothing was wrong and nothing was changed
  kRebuilt,    ///< indexes and live sets were thrown away and made of the documents; everything agrees now
  kDamaged,    ///< documents or the change log are damaged: salvage them. Nothing was changed, but for indexes made anew
};

struct RepairReport {
  RepairOutcome outcome = RepairOutcome::kSound;
  std::vector<std::string> problems;    ///< what verify() told; when making indexes anew did not help, what it tells now
};

/// Verifies the database in directory `path`, which nobody may have open, and makes its indexes anew when something is
/// wrong with them alone. Documents and log are not touched; what is damaged otherwise is not opened for writing. Errors: as Database::open; Corruption when it cannot be opened, which
/// salvage() is for.
[[nodiscard]] Result<RepairReport> try_repair(const std::string& path, const Config& config = {});
[[nodiscard]] inline RepairReport repair(const std::string& path, const Config& config = {}) {
  return try_repair(path, config).value();
}

/// Something that was there and could not be saved.
struct LostDocument {
  std::string collection;                 ///< "#17": one whose definition is lost
  std::optional<std::uint32_t> ordinal;   ///< place in the collection; empty: more than one document
  std::string why;
};

struct SalvageReport {
  std::uint64_t collections = 0;
  std::uint64_t documents = 0;            ///< that were saved
  std::uint64_t lost_count = 0;
  std::vector<LostDocument> lost;         ///< the first 10,000
  std::vector<std::string> notes;         ///< what is wrong with the files
  std::vector<std::string> problems;      ///< what verify() says of the new database
};

/// Makes a new database in directory `target`, which must not exist, of every definition and document in `path` whose
/// checksum holds, each in the newest state that can be read, with its `_sid`. The change log begins anew. Nothing in `path`
/// is changed; nobody may have it open. Needs room for the new database, and for the old one's log.
/// Errors: Busy; NotFound when there are no files of a database; InvalidInput when `target` exists; Corruption when there is
/// not one definition, or a newer format; IoError; StorageFull. After an error there is no `target`.
[[nodiscard]] Result<SalvageReport> try_salvage(const std::string& path, const std::string& target,
                                                const Config& config = {});
[[nodiscard]] inline SalvageReport salvage(const std::string& path, const std::string& target, const Config& config = {}) {
  return try_salvage(path, target, config).value();
}

}  // namespace aurora
