// A store in memory that outlives the databases over it, so that they can be opened again. It does not run out of memory:
// RocksDB is not safe against that either, and answers for itself.
#pragma once

#include <aurora/storage/store.hpp>

#include <memory>

namespace aurora::testing {

/// What is kept. Each database gets a store over it of its own.
[[nodiscard]] std::shared_ptr<storage::Store> make_kept();
[[nodiscard]] std::unique_ptr<storage::Store> store_over(std::shared_ptr<storage::Store> kept);

}  // namespace aurora::testing
