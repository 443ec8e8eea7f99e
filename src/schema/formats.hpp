// Text formats of the validated string types and of @validate(format:). Private to the schema room.
#pragma once

#include <string_view>

namespace aurora {

/// An addr-spec of RFC 5322 without comments: a dot-atom or a text in quotes, of at most 64 bytes,
/// '@', then labels of letters, digits and inner hyphens, or an address in brackets.
[[nodiscard]] bool is_email(std::string_view text) noexcept;
/// An absolute URL of RFC 3986 with scheme and host.
[[nodiscard]] bool is_url(std::string_view text) noexcept;
/// E.164: '+', then 2 to 15 digits, the first not 0.
[[nodiscard]] bool is_phone_number(std::string_view text) noexcept;

/// True for a format name that @validate knows.
[[nodiscard]] bool is_format(std::string_view name) noexcept;
/// Requires: is_format(name).
[[nodiscard]] bool has_format(std::string_view name, std::string_view text) noexcept;

}  // namespace aurora
