// Limits on texts; each exceeded one is LimitExceeded naming it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace aurora::aql {

struct Limits {
  std::size_t text_bytes = 1u << 20;      ///< length of one text
  std::uint32_t depth = 64;               ///< open brackets of every kind at once
  std::size_t selections = 10'000;        ///< selections in one text, fragments expanded
  std::size_t list_length = 100'000;      ///< elements of one list, members of one object
  std::size_t regex_bytes = 10'000;       ///< length of one regular expression
};

}  // namespace aurora::aql
