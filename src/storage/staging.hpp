// A directory that is made beside its target and takes its name when it is complete: a target that exists is a whole one.
// Used by checkpoints and by the facade's repair.
#pragma once

#include <aurora/result.hpp>

#include <string>
#include <utility>

namespace aurora::storage {

/// Removes what is left of it in every outcome; a process killed meanwhile leaves `target`.XXXXXX.
class Staging {
 public:
  /// Mode 0700. Errors: InvalidInput when `target` exists; IoError (parent missing, no permission); StorageFull.
  [[nodiscard]] static Result<Staging> beside(const std::string& target);
  Staging(Staging&& other) noexcept
      : path_(std::exchange(other.path_, {})), target_(std::move(other.target_)) {}
  Staging& operator=(Staging&&) = delete;
  ~Staging();

  /// What becomes the target; to be made by the caller.
  [[nodiscard]] std::string copy() const { return path_ + "/copy"; }
  /// Room for what does not; to be made by the caller.
  [[nodiscard]] std::string scratch() const { return path_ + "/scratch"; }
  /// Makes every file of `copy` durable and gives it the target's name.
  [[nodiscard]] Status publish() const;

 private:
  Staging(std::string path, std::string target) : path_(std::move(path)), target_(std::move(target)) {}

  std::string path_, target_;
};

}  // namespace aurora::storage
