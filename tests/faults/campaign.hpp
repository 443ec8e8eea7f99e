// What the campaigns of the fault test share: a directory to work in, and how findings are told.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "crash/oracle.hpp"

namespace aurora::testing {

struct FaultOptions {
  std::uint64_t seed = 1;
  std::uint64_t cuts = 200;      ///< for each durability
  std::uint64_t stride = 1;      ///< of the sweep: every so many operations
  std::uint64_t damages = 300;   ///< of the corruption campaign
};

/// A new directory, removed at the end unless `keep` was called.
class Scratch {
 public:
  explicit Scratch(const std::string& name);
  ~Scratch();
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  [[nodiscard]] std::string operator/(const std::string& name) const { return (path_ / name).string(); }
  void keep();

 private:
  std::filesystem::path path_;
  bool kept_ = false;
};

/// What a database opened without faults says of itself, compared with the log of its writer.
struct Judgement {
  bool opens = false;
  KeyValues state;
  Findings findings;
};

enum class Promise { kAcknowledged, kPrefix };   ///< everything acknowledged is there; or a prefix of it

[[nodiscard]] Judgement judge(const std::string& database, const std::string& log, const KeyValues& before,
                              Promise promise, std::uint64_t seed);

/// Each prints a line of figures, and one for each thing that is wrong; false when something was.
[[nodiscard]] bool cut_power(const FaultOptions& options, const std::string& durability);
[[nodiscard]] bool sweep_faults(const FaultOptions& options);
[[nodiscard]] bool damage_files(const FaultOptions& options);
[[nodiscard]] bool recreate_pages(const FaultOptions& options);

/// The child that looks at a damaged database; prints nothing, ends with a status of the damage campaign.
int examine(const std::string& database, const std::string& expected);

}  // namespace aurora::testing
