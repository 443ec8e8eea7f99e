// The second workload: registers that are read and overwritten, by key, by filter, several in one text or query.
#pragma once

#include <aurora/aurora.hpp>

#include <atomic>
#include <memory>
#include <string_view>

#include "isolation/client.hpp"
#include "isolation/register_checker.hpp"

namespace aurora::testing {

inline constexpr std::string_view kRegisterSchema =
    "schema { define collection registers if not exists { id: Int! @primary  v: Int } }";

/// What it does goes to the history as reads of one element or none, and as appends, which are writes here.
[[nodiscard]] std::unique_ptr<Client> make_register_client(Database& database, HistoryFile& file,
                                                           std::atomic<std::uint64_t>& begun, const WorkloadOptions& options,
                                                           unsigned thread);

/// The registers of a database as they are.
[[nodiscard]] Registers read_registers(Database& database);

}  // namespace aurora::testing
