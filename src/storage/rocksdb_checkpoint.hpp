// A durable, self-contained copy of an open database.
// Called by the store's checkpoint().
#pragma once

#include "storage/rocksdb_engine.hpp"

#include <string>

namespace aurora::storage {

/// Errors: InvalidInput when `target` exists; IoError (parent missing, no permission); StorageFull.
/// After an error `target` does not exist; a process killed meanwhile leaves `target`.XXXXXX beside
/// it.
[[nodiscard]] Status make_checkpoint(const Engine& engine, const std::string& target);

}  // namespace aurora::storage
