// Body of open.hpp. Warnings of the library go to standard error, information nowhere.
#include "cli/open.hpp"

#include "cli/text.hpp"

#include <aurora/repair.hpp>

#include <cstdio>

namespace aurora::cli {

namespace {

// Damage is told by what found it, often RocksDB, which knows of no way on.
Error with_way_on(const Error& error, const Place& place) {
  const auto& message = error.message();
  if (remedy_for(place.path, error) == Remedy::kNone || message.find("aurora check") != std::string::npos) return error;
  return Error(error.code(), message + "; what is damaged and what can be saved tells: aurora check " + place.path);
}

}  // namespace

Result<Database> open_database(const Place& place, Missing missing, std::uint32_t workers) {
  Config config;
  config.durability = place.durability;
  if (workers != 0) config.workers.threads = workers;
  config.create_if_missing = missing == Missing::kCreate;
  config.logger = [](LogLevel level, std::string_view message) {
    if (level != LogLevel::kError) return;
    const std::string line = "aurora: " + printable(message) + "\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
  };
  if (place.memory && !place.read_only) return Database::try_open_in_memory(config);
  auto database =
      place.read_only ? Database::try_open_read_only(place.path, config) : Database::try_open(place.path, config);
  if (!database) return with_way_on(database.error(), place);
  return database;
}

}  // namespace aurora::cli
