// A directory that is made beside its target and takes its name when it is complete: a target that exists is a whole one.
// Used by checkpoints and by the facade's salvage.
#pragma once

#include "storage/directory_lock.hpp"

#include <aurora/result.hpp>

#include <string>
#include <string_view>
#include <utility>

namespace aurora::storage {

/// Removes what is left of it in every outcome; a process killed meanwhile leaves `target`.XXXXXX, which the next one for
/// the same target removes: it is locked for as long as somebody works in it.
class Staging {
 public:
  /// Mode 0700. Errors: InvalidInput when `target` exists; IoError (parent missing, no permission); StorageFull.
  [[nodiscard]] static Result<Staging> beside(const std::string& target);
  Staging(Staging&& other) noexcept
      : path_(std::exchange(other.path_, {})), target_(std::move(other.target_)), lock_(std::move(other.lock_)) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  /// What becomes the target; to be made by the caller.
  [[nodiscard]] std::string copy() const { return path_ + "/copy"; }
  /// Room for what does not; to be made by the caller.
  [[nodiscard]] std::string scratch() const { return path_ + "/scratch"; }
  /// Makes every file of `copy` durable and gives it the target's name.
  [[nodiscard]] Status publish() const;

 private:
  Staging(std::string path, std::string target, DirectoryLock lock)
      : path_(std::move(path)), target_(std::move(target)), lock_(std::move(lock)) {}

  std::string path_, target_;
  DirectoryLock lock_;
};

/// What is put into the directory of a database changes it. `what`: that directory, in words.
/// Errors: InvalidInput when `target` lies in `directory` or is it.
[[nodiscard]] Status check_outside(const std::string& target, const std::string& directory, std::string_view what);

}  // namespace aurora::storage
