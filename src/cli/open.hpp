// Opening the database of a command, and calling what throws. Called by every command.
#pragma once

#include "cli/options.hpp"

#include <aurora/database.hpp>

#include <type_traits>
#include <utility>

namespace aurora::cli {

enum class Missing : bool { kCreate, kFail };

/// `workers`: the threads of its workers, once they are started; 0: the usual number.
[[nodiscard]] Result<Database> open_database(const Place& place, Missing missing, std::uint32_t workers = 0);

/// What `call` returns, or the Error it throws. Calls of the library throw nothing else.
template <class Call>
[[nodiscard]] auto attempt(Call&& call) -> Result<std::invoke_result_t<Call>> {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Call>>) {
      std::forward<Call>(call)();
      return {};
    } else {
      return std::forward<Call>(call)();
    }
  } catch (const Error& error) {
    return error;
  }
}

}  // namespace aurora::cli
