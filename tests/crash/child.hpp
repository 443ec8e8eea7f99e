// The process that is killed: writes from several threads until it dies.
// Started by the parent of the crash test.
#pragma once

#include <aurora/config.hpp>

#include <cstdint>
#include <string>

namespace aurora::testing {

struct ChildOptions {
  std::string database;
  std::string log;
  std::uint64_t seed = 1;
  unsigned threads = 4;
  Durability durability = Durability::kWal;
  unsigned point = 0;          ///< a KillPoint, or, behind those, a Site of the file system
  std::uint64_t nth = 1;       ///< the so-manieth time there
};

/// Of ChildOptions::point, for a report.
[[nodiscard]] std::string point_name(unsigned point);
inline constexpr unsigned kAllPoints = 19;

/// Of "wal", "strict", "sync" or "none".
[[nodiscard]] Durability durability_of(const std::string& name);

/// Options of an open database that depend on the seed, all legal: small caches and buffers, and
/// frequent checkpoints, so that everything happens within the life of a child.
[[nodiscard]] Config random_config(std::uint64_t seed, Durability durability);

/// Opens, works and closes, again and again. Never returns 0: it is killed, or something was wrong.
int run_child(const ChildOptions& options);

}  // namespace aurora::testing
