// The texts of responses of the line protocol, put together without reading results again.
// Called by line_protocol.cpp.
#pragma once

#include <aurora/database.hpp>

#include <string>
#include <string_view>

namespace aurora::cli {

/// Requires: JSON texts; empty ones are left out.
[[nodiscard]] std::string success(std::string_view data = {}, std::string_view extensions = {});
[[nodiscard]] std::string failure(const Error& error, std::string_view data = {});

/// As JSON objects.
[[nodiscard]] std::string verify_text(const VerifyReport& report);
[[nodiscard]] std::string stats_text(const Stats& stats);

}  // namespace aurora::cli
