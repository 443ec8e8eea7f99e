// What can still be read of a damaged store, row by row.
// Called by commit's salvage, which knows what the rows mean; implemented over copies of the store's files.
#pragma once

#include <aurora/storage/store.hpp>

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace aurora::storage {

/// Threads: one at a time.
class Salvage {
 public:
  virtual ~Salvage() = default;

  /// Keys of a family that could not be read; whether there were rows is not known.
  struct Gap {
    Family family = Family::kDocs;
    std::string after;    ///< the last key read before it; empty: none
    std::string before;   ///< the first key read behind it; empty: none
    std::string why;
  };

  using Visit = std::function<Status(std::string_view key, std::string_view value)>;
  /// Calls `visit` with every row of a family that can be read; ends at its first error. The store's own view comes first,
  /// in the order of keys. Rows found only elsewhere follow in any order: they may be older states of keys that came
  /// before, and rows removed since.
  [[nodiscard]] virtual Status read(Family family, const Visit& visit) = 0;

  /// Of the families read so far.
  [[nodiscard]] virtual const std::vector<Gap>& gaps() const noexcept = 0;
  /// What is wrong with the store, in words.
  [[nodiscard]] virtual const std::vector<std::string>& notes() const noexcept = 0;
};

/// Takes what is in directory `path`, changing nothing there, into the empty directory `scratch`: tables as links where the
/// file system can, everything else as copies. Nobody else may have the directory open for writing meanwhile.
/// Errors: Busy; NotFound when there is nothing of a store; IoError, StorageFull while copying. Damage is none.
[[nodiscard]] Result<std::unique_ptr<Salvage>> open_for_salvage(const std::string& path, const std::string& scratch);

}  // namespace aurora::storage
