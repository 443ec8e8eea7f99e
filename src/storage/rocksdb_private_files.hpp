// The machine's file system, on which every file that RocksDB makes is its owner's alone.
// Used by the engine unless a test brings a file system of its own.
#pragma once

#include "storage/rocksdb_environment.hpp"

namespace aurora::storage {

/// Gives every file that is opened for writing mode 0600; RocksDB alone leaves 0644.
/// Cost: a chmod for each such file. Lives as long as the process.
[[nodiscard]] Environment& private_files();

}  // namespace aurora::storage
