// A new store made of what can be read of a damaged one: definitions, documents, and the sequence to go on from.
// Called by the facade's repair.
#pragma once

#include <aurora/base/ids.hpp>
#include <aurora/document/record.hpp>
#include <aurora/storage/salvage.hpp>

#include <optional>
#include <string>
#include <vector>

namespace aurora::commit {

struct SalvageReport {
  struct Lost {
    std::string collection;             ///< its name, or "#" and its id
    std::optional<Ordinal> ordinal;     ///< empty: more than one document, or the collection itself
    std::string why;
  };
  static constexpr std::size_t kMostLost = 10'000;

  std::uint64_t collections = 0;
  std::uint64_t documents = 0;
  std::uint64_t lost_count = 0;
  std::vector<Lost> lost;               ///< the first kMostLost of them
};

/// Fills the empty store `to` with every definition and document of `from` whose checksum holds, each in the newest state
/// there is. What the change log or the live sets call removed stays away. The change log begins anew, with a commit
/// behind all that are known. Indexes are left to recovery.
/// Errors: those of writing; Corruption when there is not one definition; what `from` gives.
[[nodiscard]] Result<SalvageReport> salvage(storage::Salvage& from, storage::Store& to, DateTime now);

}  // namespace aurora::commit
