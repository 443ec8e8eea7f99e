// A database over a store that is open already. Private to the facade and to tests, which bring stores that fail.
#pragma once

#include <aurora/database.hpp>
#include <aurora/storage/store.hpp>

#include <memory>
#include <string>

namespace aurora::facade {

/// The options with which Database::open opens the store in directory `path`, without its messages.
[[nodiscard]] storage::StoreOptions store_options(const std::string& path, const Config& config);

/// Errors: as Database::open, save those of opening the store.
[[nodiscard]] Result<Database> open_database(std::unique_ptr<storage::Store> store, const Config& config,
                                             OpenFor use = OpenFor::kWriting);

}  // namespace aurora::facade
