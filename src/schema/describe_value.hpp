// How values and places are named in messages. Private to the schema room.
#pragma once

#include <aurora/value.hpp>

#include <string>
#include <string_view>

namespace aurora {

/// "a String", "an Int", "null", "a list" …
[[nodiscard]] std::string_view kind_with_article(Type type) noexcept;
/// The value as JSON, cut to some 60 bytes.
[[nodiscard]] std::string shortened(const Value& value);
[[nodiscard]] std::string shortened(ValueView value);
/// 'text' in single quotes.
[[nodiscard]] std::string in_quotes(std::string_view text);

}  // namespace aurora
