// Body of open.hpp. Warnings of the library go to standard error, information nowhere.
#include "cli/open.hpp"

#include "cli/text.hpp"

#include <cstdio>

namespace aurora::cli {

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
  if (place.read_only) return Database::try_open_read_only(place.path, config);
  return place.memory ? Database::try_open_in_memory(config) : Database::try_open(place.path, config);
}

}  // namespace aurora::cli
