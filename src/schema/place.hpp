// Where a value stands while it is coerced: made into text only for a message. Private to the
// schema room.
#pragma once

#include <aurora/error.hpp>
#include <aurora/value.hpp>

#include <cstddef>
#include <string>
#include <string_view>

namespace aurora {

/// A link from an inner value to the one around it, living on the stack: "addr.geo.lat", "tags[3]".
struct ValuePlace {
  const ValuePlace* outer = nullptr;
  std::string_view name;  ///< empty: an element
  std::size_t element = 0;

  [[nodiscard]] std::string text() const;
};

/// TypeError: "field 'age': expected Int, found a String: "4"".
[[nodiscard]] Error wrong_kind(const ValuePlace& place, std::string_view expected,
                               const Value& found);
/// ValidationError: "field 'x': <message>".
[[nodiscard]] Error not_allowed(const ValuePlace& place, std::string_view message);

}  // namespace aurora
