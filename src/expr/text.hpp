// Unicode for the string functions: steps by code points, case, white space, slugs.
// Private to the expr room; the only place that calls utf8proc there. Texts are valid UTF-8.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace aurora::expr {

/// Where the code point number `index` begins; the size of the text when it has fewer.
[[nodiscard]] std::size_t offset_of(std::string_view text, std::size_t index) noexcept;

/// Full case mapping: "straße" gives "STRASSE"; a final sigma is seen to.
[[nodiscard]] std::string to_upper(std::string_view text);
[[nodiscard]] std::string to_lower(std::string_view text);

/// Without white space (of Unicode) at both ends.
[[nodiscard]] std::string_view trim_space(std::string_view text) noexcept;

/// Letters and digits in lower case without diacritics, everything between them one '-'.
[[nodiscard]] std::string slug_of(std::string_view text);

}  // namespace aurora::expr
