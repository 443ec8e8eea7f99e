// What can stand where a word is being typed: commands, keywords of AQL, collections, fields.
// Called by the line editor of the shell.
#pragma once

#include <aurora/database.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace aurora::cli {

/// All that start with `word`, sorted. Collections and fields are asked of the database each time.
[[nodiscard]] std::vector<std::string> completions_of(Database& database, std::string_view word);

}  // namespace aurora::cli
