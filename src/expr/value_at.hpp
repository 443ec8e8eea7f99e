// Values at paths inside stored values. Private to the expr room.
#pragma once

#include <aurora/value.hpp>

#include <string>
#include <vector>

namespace aurora::expr {

/// The value that the names from `depth` on lead to; through a list, the list of what they lead to
/// in its elements; null where there is nothing.
[[nodiscard]] Value value_at(ValueView value, const std::vector<std::string>& names,
                             std::size_t depth = 0);

}  // namespace aurora::expr
